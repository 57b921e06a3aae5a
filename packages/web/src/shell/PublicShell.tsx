import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { paths } from '../paths.ts';
import { useText } from '../text/use-text.ts';
import { Logo } from '../ui/Logo.tsx';
import { LanguageButton, SchemeMenu } from './Preferences.tsx';
import styles from './Shell.module.css';

/** Around what everyone may read. */
export function PublicShell({ children }: { readonly children: ReactNode }) {
  const { text } = useText();
  return (
    <>
      <header className={styles.header}>
        <div className={styles.bar}>
          <Link to={paths.system} className={styles.home} aria-label={text.home}>
            <Logo />
          </Link>
          <div className={styles.tools}>
            <LanguageButton />
            <SchemeMenu />
            <Link to={paths.system} className={styles.signIn}>
              {text.signIn}
            </Link>
          </div>
        </div>
      </header>
      <main className={styles.page}>{children}</main>
    </>
  );
}
