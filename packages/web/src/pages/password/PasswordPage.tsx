import { IconShieldLock } from '../../ui/icons.ts';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { useConsole, useSignal } from '../../console.ts';
import { paths } from '../../paths.ts';
import { useText } from '../../text/use-text.ts';
import { Banner } from '../../ui/Banner.tsx';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { PasswordForm } from './PasswordForm.tsx';
import { PasswordChanged } from './PasswordChanged.tsx';
import styles from './PasswordPage.module.css';

export function PasswordPage() {
  const { text } = useText();
  const state = useSignal(useConsole().session.state);
  const navigate = useNavigate();
  const [done, setDone] = useState(false);
  // Kept from before the change, which lifts it.
  const [forced] = useState('user' in state && state.user.restricted);
  const mustChange = 'user' in state && state.user.mustChangePassword;

  return (
    <div className={styles.page}>
      <PageTitle title={text.changePassword} className={styles.title} />
      {done ? (
        <PasswordChanged onContinue={() => void navigate({ to: paths.system })} />
      ) : (
        <>
          {mustChange && (
            <Banner tone="warn" icon={IconShieldLock}>
              {forced ? text.passwordForced : text.defaultPasswordInUse}
            </Banner>
          )}
          <PasswordForm onDone={() => setDone(true)} />
        </>
      )}
    </div>
  );
}
