import type { CountName } from '../../commands/batch-counts.ts';
import type { CommandText } from '../../text/use-command-text.ts';

export function countNames(text: CommandText): Readonly<Record<CountName, string>> {
  return {
    held: text.countHeld,
    pending: text.countPending,
    executing: text.countExecuting,
    succeeded: text.countSucceeded,
    nonzero: text.countNonzero,
    timeout: text.countTimeout,
    failed: text.countFailed,
    cancelled: text.countCancelled,
  };
}
