/** Why a command stands as it does, in sentences for people. */
import { failureWord } from '@ops/protocol/domain/command.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';

import type { Format } from '../text/format.ts';
import type { CommandText } from '../text/use-command-text.ts';
import type { ShownState } from './command-state.ts';

function failedWords(command: CommandSummary, text: CommandText): string {
  switch (failureWord(command.error)) {
    case 'interrupted':
      return text.interruptedHelp;
    case 'expired':
      return text.expiredHelp;
    case 'rejected':
      return text.rejectedHelp;
    case 'spawn_failed':
      return text.spawnFailedHelp;
    case 'signal':
      return text.signalHelp(command.signal ?? command.error?.slice('signal:'.length).trim() ?? '');
    case 'unsupported':
      return text.unsupportedHelp;
    case undefined:
      break;
  }
  return text.failedHelp;
}

/** Undefined when the word says it all. @param now by the server's clock */
export function explain(
  command: CommandSummary,
  state: ShownState,
  now: number,
  text: CommandText,
  format: Format,
): string | undefined {
  switch (state) {
    case 'waiting':
      return command.batch_id === null
        ? text.waitingHelp(format.exact(command.expires_at_ms))
        : text.heldHelp;
    case 'noAnswer':
      return text.noAnswerHelp(format.exact(command.sent_at_ms ?? now));
    case 'overdue':
      return text.overdueHelp;
    case 'timeout':
      return text.timeoutHelp(format.duration(command.timeout_secs * 1000));
    case 'cancelled':
      return text.cancelledHelp;
    case 'cancelling':
      return text.cancelAsked;
    case 'interrupted':
    case 'expired':
    case 'rejected':
    case 'failed':
      return failedWords(command, text);
    case 'sent':
    case 'running':
    case 'succeeded':
    case 'nonzero':
      break;
  }
  return undefined;
}
