import { IconApps, IconServer2, IconTerminal2 } from '../ui/icons.ts';
import { Link, useLocation } from '@tanstack/react-router';
import type { ReactNode, RefObject } from 'react';

import { useConsole, useSignal } from '../console.ts';
import { paths } from '../paths.ts';
import { useText } from '../text/use-text.ts';
import { Logo } from '../ui/Logo.tsx';
import { Overlays } from './Overlays.tsx';
import { LanguageButton, SchemeMenu } from './Preferences.tsx';
import { LiveBanner } from './LiveBanner.tsx';
import { PollingChip } from './PollingChip.tsx';
import { PasswordBanner } from './PasswordBanner.tsx';
import { SearchButton } from './SearchButton.tsx';
import { ServerChip } from './ServerChip.tsx';
import { SessionNotice } from './SessionNotice.tsx';
import { UserMenu } from './UserMenu.tsx';
import styles from './Shell.module.css';

const TABS = [
  { to: paths.system, icon: IconServer2, name: 'system' },
  { to: paths.apps, icon: IconApps, name: 'apps' },
  { to: paths.commands, icon: IconTerminal2, name: 'commands' },
] as const;

/** Pages that belong to a tab without lying below its path. */
const BATCHES = paths.batch.replace('$id', '');
function isElsewhere(tab: string, pathname: string): boolean {
  return (
    (tab === paths.commands && pathname.startsWith(BATCHES)) ||
    (tab === paths.apps && pathname.startsWith(paths.rollouts)) ||
    (tab === paths.system && pathname.startsWith(paths.upgrades))
  );
}

function Tabs({ place }: { readonly place: 'top' | 'bottom' }) {
  const { text } = useText();
  const { pathname } = useLocation();
  const names = { system: text.tabSystem, apps: text.tabApps, commands: text.tabCommands };
  return (
    <nav className={place === 'top' ? styles.topTabs : styles.bottomTabs} aria-label={text.mainNavigation}>
      {TABS.map(({ to, icon: Glyph, name }) => (
        <Link
          key={to}
          to={to}
          className={styles.tab}
          activeOptions={{ exact: to === paths.system, includeSearch: false }}
          activeProps={{ 'aria-current': 'page' }}
          {...(isElsewhere(to, pathname) && { 'aria-current': 'page' })}
        >
          <Glyph size={place === 'top' ? 17 : 22} stroke={1.7} aria-hidden />
          <span>{names[name]}</span>
        </Link>
      ))}
    </nav>
  );
}

/** Header, tabs and notices around every page of someone who signed in. */
export function Shell({
  children,
  mainRef,
}: {
  readonly children: ReactNode;
  readonly mainRef: RefObject<HTMLElement | null>;
}) {
  const { text } = useText();
  const { session, freshness } = useConsole();
  const state = useSignal(session.state);
  const lostAt = useSignal(freshness.lostAt);
  const restricted = 'user' in state && state.user.restricted;
  return (
    <div className={styles.shell}>
      <a href="#main" className={styles.skip}>
        {text.skipToContent}
      </a>
      <header className={styles.header}>
        <div className={styles.bar}>
          <Link to={paths.system} className={styles.home} aria-label={text.home}>
            <Logo />
          </Link>
          {!restricted && <Tabs place="top" />}
          <div className={styles.tools}>
            <PollingChip />
            {!restricted && <SearchButton />}
            <ServerChip />
            <LanguageButton />
            <SchemeMenu />
            <UserMenu />
          </div>
        </div>
      </header>
      <main ref={mainRef} id="main" tabIndex={-1} className={styles.main}>
        <LiveBanner />
        <PasswordBanner />
        <div className={styles.page} data-stale={lostAt !== undefined || undefined}>
          {children}
        </div>
      </main>
      {!restricted && <Tabs place="bottom" />}
      <SessionNotice />
      {!restricted && <Overlays />}
    </div>
  );
}
