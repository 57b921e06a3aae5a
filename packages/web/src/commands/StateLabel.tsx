import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import type { ReactNode } from 'react';

import { useCommandText } from '../text/use-command-text.ts';
import type { CommandText } from '../text/use-command-text.ts';
import { failuresOf } from './batch-counts.ts';
import { TONE_OF } from './command-state.ts';
import type { ShownState, Tone } from './command-state.ts';
import styles from './StateLabel.module.css';

function stateName(state: ShownState, text: CommandText): string {
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

interface StateMarkProps {
  readonly tone: Tone;
  readonly turning?: boolean;
  readonly large?: boolean | undefined;
  readonly children: ReactNode;
}

/** A shape and a word, so that nobody has to tell it by colour. */
export function StateMark({ tone, turning = false, large = false, children }: StateMarkProps) {
  return (
    <span
      className={styles.label}
      data-tone={tone}
      data-turning={turning || undefined}
      data-large={large || undefined}
    >
      <span className={styles.dot} aria-hidden />
      {children}
    </span>
  );
}

export function StateLabel({ state, large }: { readonly state: ShownState; readonly large?: boolean }) {
  const { text } = useCommandText();
  return (
    <StateMark tone={TONE_OF[state]} turning={state === 'running'} large={large}>
      {stateName(state, text)}
    </StateMark>
  );
}

export function BatchStateLabel({
  batch,
  large,
}: {
  readonly batch: Pick<BatchSummary, 'state' | 'counts'>;
  readonly large?: boolean;
}) {
  const { text } = useCommandText();
  const names = { running: text.batchRunning, stopping: text.batchStopping, finished: text.batchFinished };
  const done: Tone = failuresOf(batch.counts) === 0 ? 'ok' : 'warn';
  const tones = { running: 'accent', stopping: 'warn', finished: done } as const;
  return (
    <StateMark tone={tones[batch.state]} turning={batch.state === 'running'} large={large}>
      {names[batch.state]}
    </StateMark>
  );
}
