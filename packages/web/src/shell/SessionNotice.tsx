import { Button, Portal, VisuallyHidden } from '@mantine/core';
import { IconClockHour4 } from '../ui/icons.ts';

import { useConsole, useSignal } from '../console.ts';
import { useText } from '../text/use-text.ts';
import styles from './SessionNotice.module.css';

const MINUTE_MS = 60_000;

/** After five quiet minutes: how long the session still lives, and how to stay. */
export function SessionNotice() {
  const { text, format } = useText();
  const { session } = useConsole();
  const notice = useSignal(session.notice);
  const minutes = notice === null ? 0 : Math.ceil(notice.leftMs / MINUTE_MS);

  return (
    <Portal>
      {/* The countdown is for the eye; a screen reader hears it once a minute. */}
      <VisuallyHidden role="status">{notice !== null && text.sessionEndsInMinutes(minutes)}</VisuallyHidden>
      {notice !== null && (
        <section className={styles.notice} aria-label={text.sessionNotice} data-notice={notice.kind}>
          <IconClockHour4 size={20} stroke={1.7} aria-hidden />
          <div className={styles.words}>
            <strong>{notice.kind === 'idle' ? text.stillThere : text.sessionAtLimit}</strong>
            <span>
              {text.sessionEndsIn} <b role="timer">{format.countdown(notice.leftMs)}</b>
            </span>
          </div>
          {notice.kind === 'idle' ? (
            <Button size="xs" onClick={() => void session.stay()}>
              {text.stay}
            </Button>
          ) : (
            <Button size="xs" variant="default" onClick={() => session.renew()}>
              {text.signInAgain}
            </Button>
          )}
        </section>
      )}
    </Portal>
  );
}
