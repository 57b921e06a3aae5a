import { useCommandText } from '../text/use-command-text.ts';
import type { CommandText } from '../text/use-command-text.ts';
import { TONE_OF } from './command-state.ts';
import type { ShownState } from './command-state.ts';
import styles from './StateLabel.module.css';

export function stateName(state: ShownState, text: CommandText): string {
  return {
    waiting: text.stateWaiting,
    sent: text.stateSent,
    noAnswer: text.stateNoAnswer,
    running: text.stateRunning,
    overdue: text.stateOverdue,
    cancelling: text.stateCancelling,
    succeeded: text.stateSucceeded,
    nonzero: text.stateNonzero,
    timeout: text.stateTimeout,
    cancelled: text.stateCancelled,
    interrupted: text.stateInterrupted,
    expired: text.stateExpired,
    rejected: text.stateRejected,
    failed: text.stateFailed,
  }[state];
}

/** A shape and a word, so that nobody has to tell it by colour. */
export function StateLabel({
  state,
  large = false,
}: {
  readonly state: ShownState;
  readonly large?: boolean;
}) {
  const { text } = useCommandText();
  return (
    <span
      className={styles.label}
      data-tone={TONE_OF[state]}
      data-state={state}
      data-large={large || undefined}
    >
      <span className={styles.dot} aria-hidden />
      {stateName(state, text)}
    </span>
  );
}
