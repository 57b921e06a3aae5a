/** What the screen says of a command. Pure: the same facts at the same moment give the same word. */
import { failureWord } from '@ops/protocol/domain/command.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';

/** A host that was sent a command says at once that it has it. After this, its silence is worth a word. */
export const NO_ANSWER_MS = 10_000;
/** A host ends a command at its time limit, kills what does not listen and sends the end. After this it is late. */
export const OVERDUE_MS = 15_000;

export const SHOWN_STATES = [
  'waiting',
  'sent',
  'noAnswer',
  'running',
  'overdue',
  'cancelling',
  'succeeded',
  'nonzero',
  'timeout',
  'cancelled',
  'interrupted',
  'expired',
  'rejected',
  'failed',
] as const;
export type ShownState = (typeof SHOWN_STATES)[number];

export type Tone = 'ok' | 'warn' | 'bad' | 'off' | 'accent';

export const TONE_OF: Readonly<Record<ShownState, Tone>> = {
  waiting: 'off',
  sent: 'accent',
  noAnswer: 'warn',
  running: 'accent',
  overdue: 'warn',
  cancelling: 'warn',
  succeeded: 'ok',
  nonzero: 'warn',
  timeout: 'bad',
  cancelled: 'off',
  interrupted: 'bad',
  expired: 'bad',
  rejected: 'bad',
  failed: 'bad',
};

type Facts = Pick<
  CommandSummary,
  'state' | 'exit_code' | 'error' | 'cancel_requested' | 'sent_at_ms' | 'executed_at_ms' | 'timeout_secs'
>;

function failedState(error: string | null): ShownState {
  const word = failureWord(error);
  return word === 'interrupted' || word === 'expired' || word === 'rejected' ? word : 'failed';
}

/** @param now by the server's clock */
export function shownState(command: Facts, now: number): ShownState {
  switch (command.state) {
    case 'Completed':
      return command.exit_code === 0 ? 'succeeded' : 'nonzero';
    case 'Timeout':
      return 'timeout';
    case 'Cancelled':
      return 'cancelled';
    case 'Failed':
      return failedState(command.error);
    case 'Executing': {
      const due = (command.executed_at_ms ?? now) + command.timeout_secs * 1000 + OVERDUE_MS;
      if (now > due) return 'overdue';
      return command.cancel_requested ? 'cancelling' : 'running';
    }
    case 'Pending':
      break;
  }
  if (command.sent_at_ms === null) return 'waiting';
  if (now - command.sent_at_ms > NO_ANSWER_MS) return 'noAnswer';
  return command.cancel_requested ? 'cancelling' : 'sent';
}

/** Whether the word may change by the clock alone. */
export function isOpen(command: Pick<CommandSummary, 'state'>): boolean {
  return command.state === 'Pending' || command.state === 'Executing';
}

/** Milliseconds it ran, up to now when it still does; undefined when it has not started. */
export function tookMs(
  command: Pick<CommandSummary, 'state' | 'duration_ms' | 'executed_at_ms'>,
  now: number,
): number | undefined {
  if (command.duration_ms !== null) return command.duration_ms;
  if (command.state === 'Executing' && command.executed_at_ms !== null)
    return Math.max(0, now - command.executed_at_ms);
  return undefined;
}
