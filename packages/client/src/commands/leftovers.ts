/**
 * What runs under an id the journal does not know: it was lost with a journal that was deleted, damaged or put back from
 * an older copy. The server, which gave such a command up, asks for its end with `cancel`. One after the other, as each
 * is a walk through the processes of the host. The script of an action is left to its own end: without the journal it
 * cannot be told from the service it starts.
 */
import type { Log } from '@ops/runtime/log.ts';

import type { Executor } from '../executor/executor.ts';

/** Wait to be looked for; one more is left to its own time limit. As many as run and wait at once, and some. */
export const MAX_LEFTOVERS = 100;

export interface Leftovers {
  end(commandId: string): void;
  /** Somebody is looked for. */
  readonly isWorking: boolean;
  /** Resolves when nobody is looked for any more. Never rejects. */
  over(): Promise<void>;
}

export function createLeftovers({
  executor,
  log,
}: {
  readonly executor: Pick<Executor, 'sweep'>;
  readonly log: Log;
}): Leftovers {
  const waiting = new Set<string>();
  let working: Promise<void> | undefined;

  async function work(): Promise<void> {
    for (const commandId of waiting) {
      try {
        const ended = await executor.sweep(commandId, undefined);
        if (ended > 0)
          log.warn('A command that is not in the journal still ran', { command_id: commandId, ended });
      } catch (error) {
        log.error('What a command left could not be ended', { command_id: commandId, error });
      }
      waiting.delete(commandId);
    }
    working = undefined;
  }

  return {
    end(commandId) {
      if (waiting.size >= MAX_LEFTOVERS) return;
      waiting.add(commandId);
      working ??= work();
    },
    get isWorking() {
      return working !== undefined;
    },
    over: () => working ?? Promise.resolve(),
  };
}
