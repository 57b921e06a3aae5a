import { useLayoutEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';

import { LoginPage } from '../pages/login/LoginPage.tsx';
import { useText } from '../text/use-text.ts';
import styles from './SignInAgain.module.css';

/**
 * The sign-in form over a page whose session is over. The page below keeps what is typed in it, its scroll places and,
 * when this closes, its focus; as the topmost modal dialog this lies above any question that stands open there, and
 * nothing below can be reached or read aloud.
 */
export function SignInAgain({ user }: { readonly user: string }) {
  const { text } = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={styles.over}
      aria-label={text.welcomeBack}
      onKeyDown={keepOpen}
      onCancel={(event) => event.preventDefault()}
    >
      <LoginPage expiredUser={user} />
    </dialog>
  );
}

/** Escape leads nowhere; a browser that is asked twice would close it all the same. */
function keepOpen(event: KeyboardEvent): void {
  if (event.key === 'Escape') event.preventDefault();
}
