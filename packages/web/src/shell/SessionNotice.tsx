import { Button, Portal, VisuallyHidden } from '@mantine/core';
import { IconClockHour4 } from '../ui/icons.ts';

import { useConsole, useSignal } from '../console.ts';
import { useText } from '../text/use-text.ts';
import styles from './SessionNotice.module.css';

const MINUTE_MS = 60_000;

/** After five quiet minutes, and louder for the last five: how long the session still lives, and how to stay. */
export function SessionNotice() {
  const { text, format } = useText();
  const { session } = useConsole();
  const notice = useSignal(session.notice);
  const words = { idle: text.stillThere, ending: text.sessionEnding, limit: text.sessionAtLimit };
  const minutes = notice === null ? 0 : Math.ceil(notice.leftMs / MINUTE_MS);

  return (
    <Portal>
      {/* The countdown is for the eye; a screen reader hears it once a minute. */}
      <VisuallyHidden role="status">{notice !== null && text.sessionEndsInMinutes(minutes)}</VisuallyHidden>
      <VisuallyHidden role="alert">
        {notice !== null && notice.kind !== 'idle' && words[notice.kind]}
      </VisuallyHidden>
      {notice !== null && (
        <section className={styles.notice} aria-label={text.sessionNotice} data-notice={notice.kind}>
          <IconClockHour4 size={20} stroke={1.7} aria-hidden />
          <div className={styles.words}>
            <strong>{words[notice.kind]}</strong>
            <span>
              {text.sessionEndsIn} <b role="timer">{format.countdown(notice.leftMs)}</b>
            </span>
          </div>
          {notice.kind === 'limit' ? (
            <Button size="xs" variant="default" onClick={() => session.renew()}>
              {text.signInAgain}
            </Button>
          ) : (
            <Button size="xs" onClick={() => void session.stay()}>
              {text.stay}
            </Button>
          )}
        </section>
      )}
    </Portal>
  );
}
