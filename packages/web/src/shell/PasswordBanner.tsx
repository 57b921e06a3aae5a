import { IconAlertTriangle } from '../ui/icons.ts';
import { Link, useLocation } from '@tanstack/react-router';

import { useConsole, useSignal } from '../console.ts';
import { paths } from '../paths.ts';
import { useText } from '../text/use-text.ts';
import { Banner } from '../ui/Banner.tsx';
import styles from './PasswordBanner.module.css';

/** Stays until the default password is gone. */
export function PasswordBanner() {
  const { text } = useText();
  const state = useSignal(useConsole().session.state);
  const { pathname } = useLocation();
  if (!('user' in state) || !state.user.mustChangePassword || pathname === paths.password) return null;
  return (
    <div className={styles.place}>
      <Banner tone="warn" icon={IconAlertTriangle}>
        {text.defaultPasswordInUse} <Link to={paths.password}>{text.changeItNow}</Link>
      </Banner>
    </div>
  );
}
