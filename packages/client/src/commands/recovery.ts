/**
 * What ran when an earlier process of this client ended: it is looked for and ended, and the server is told that nobody
 * knows how far it came. It happens beside everything else: the link need not wait for it.
 */
import type { Log } from '@ops/runtime/log.ts';

import { appOfText } from '../apps/actions.ts';
import type { AppActions } from '../apps/actions.ts';
import type { Executor } from '../executor/executor.ts';
import type { Journal, JournalResult } from '../journal/journal.ts';
import type { OutputSpool } from '../journal/output-spool.ts';
import { unstarted } from './command-messages.ts';
import type { Delivery } from './delivery.ts';
import { totalsOf } from './run-order.ts';

export interface RecoveryNeeds {
  readonly executor: Pick<Executor, 'sweep'>;
  readonly actions?: Pick<AppActions, 'sweep'> | undefined;
  readonly journal: Journal;
  readonly spool: OutputSpool;
  readonly delivery: Delivery;
  readonly log: Log;
}

export const INTERRUPTED = 'interrupted: the client ended while it ran';

type Interrupted = Journal['interrupted'][number];

export interface Recovery {
  /** Commands not dealt with yet. */
  readonly pending: ReadonlySet<string>;
  /** Resolves when all are. Never rejects. */
  readonly over: Promise<void>;
}

export function recover(needs: RecoveryNeeds): Recovery {
  const { executor, actions, journal, spool, delivery, log } = needs;
  const pending = new Set(journal.interrupted.map(({ start }) => start.commandId));

  async function recoverOne({ start, process }: Interrupted): Promise<void> {
    const { commandId, seq, startedAtMs } = start;
    try {
      const appName = actions && appOfText(start.text);
      const ended = await (appName === undefined
        ? executor.sweep(commandId, process)
        : actions?.sweep(appName, commandId, process));
      log.warn('A command was interrupted by the end of an earlier process', {
        command_id: commandId,
        ended,
      });
    } catch (error) {
      log.error('What a command left could not be ended', { command_id: commandId, error });
    }
    const output = await spool.of(commandId);
    const result: JournalResult = {
      ...unstarted(commandId, { outcome: 'failed', error: INTERRUPTED }),
      ...totalsOf(output),
      startedAtMs,
      chunks: output.chunks,
    };
    await journal.done(result, seq).catch((error: unknown) => {
      log.warn('A result is not on disk yet', { command_id: commandId, error });
    });
    pending.delete(commandId);
    delivery.finished(result, () => Promise.resolve(output));
  }

  return { pending, over: Promise.all(journal.interrupted.map(recoverOne)).then(() => undefined) };
}
