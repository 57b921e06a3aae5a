/**
 * Brings output to the database while commands run, within bounds: of one command MAX_UNSTORED_OF_ONE wait in memory, so
 * that a short output goes with its result; of all together MAX_UNSTORED, beyond which every chunk is stored at once and
 * its client waits. What finds no room because the disk takes nothing is not taken: the client has it, and is asked again.
 */
import type { OutputStream } from '@ops/protocol/domain/command.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import { atMostEvery } from '../fleet/at-most-every.ts';
import type { CommandStore } from './command-store.ts';
import type { DropCounters, DropName } from './counters.ts';
import type { LiveCommand } from './live-command.ts';
import type { Flush, Taken } from './output.ts';

/** Four such rows hold what one stream of an ordinary command writes. */
export const MAX_UNSTORED_OF_ONE = 64 * 1024;
/** Of all commands: a thousand short outputs, and the share of memory P15 leaves. */
export const MAX_UNSTORED = 8 * 1024 * 1024;
const LOG_EVERY_MS = 60_000;

export interface OutputStore {
  /** @returns what became of the chunk, and what its client has to wait for: behind `no_room`, to try once more */
  take(
    live: LiveCommand,
    seq: number,
    stream: OutputStream,
    bytes: Buffer,
  ): { readonly taken: Taken | 'no_room'; readonly wait: Promise<void> | undefined };
  /** Output of this command is on its way to the disk. Never rejects. */
  underWay(live: LiveCommand): Promise<void> | undefined;
  /** It was stored with the end of the command. */
  stored(flush: Flush): void;
  /** What is in memory of it is no longer wanted. */
  forget(live: LiveCommand): void;
  /** The disk takes no output. Tried again with what this command has in memory. */
  isFailing(live: LiveCommand): boolean;
  readonly unstoredBytes: number;
}

const COUNTED_AS: Readonly<Partial<Record<Taken, DropName>>> = {
  repeated: 'command_output_repeated',
  gap: 'command_output_gap',
  over_limit: 'command_output_over_limit',
};

export function createOutputStore(needs: {
  readonly store: CommandStore;
  readonly counters: DropCounters;
  readonly clock: Clock;
  readonly log: Log;
}): OutputStore {
  const { store, counters, clock, log } = needs;
  const flushing = new Map<LiveCommand, Promise<void>>();
  const mayLog = atMostEvery(clock, LOG_EVERY_MS);
  let unstoredBytes = 0;
  /** The last change failed: nothing beyond the bounds is taken before one goes well. */
  let failing = false;

  function noLongerWaits(flush: Flush): void {
    for (const { data } of flush.parts) unstoredBytes -= data.length;
  }

  async function storeNow(live: LiveCommand): Promise<void> {
    const flush = live.output.flush();
    try {
      await store.apply([{ kind: 'output', number: live.number, commandId: live.summary.id, flush }]);
      failing = false;
      noLongerWaits(flush);
      live.output.stored(flush);
    } catch (error) {
      failing = true;
      if (mayLog()) log.error('output cannot be stored', { command: live.summary.id, error });
    } finally {
      flushing.delete(live);
    }
  }

  function start(live: LiveCommand): Promise<void> {
    let running = flushing.get(live);
    if (!running) flushing.set(live, (running = storeNow(live)));
    return running;
  }

  return {
    take(live, seq, stream, bytes) {
      const { output } = live;
      const full = output.unstored > MAX_UNSTORED_OF_ONE || unstoredBytes > MAX_UNSTORED;
      if (full && failing && seq >= output.chunks) return { taken: 'no_room', wait: start(live) };
      const before = output.unstored;
      const taken = output.take(seq, stream, bytes);
      unstoredBytes += output.unstored - before;
      const counted = COUNTED_AS[taken];
      if (counted) counters.count(counted);
      if (unstoredBytes > MAX_UNSTORED) return { taken, wait: start(live) };
      if (output.unstored > MAX_UNSTORED_OF_ONE) {
        const running = start(live);
        // One such part may be on its way while the next gathers; with the next full as well, the client waits.
        return { taken, wait: output.unstored > 2 * MAX_UNSTORED_OF_ONE ? running : undefined };
      }
      return { taken, wait: undefined };
    },
    underWay: (live) => flushing.get(live),
    stored: noLongerWaits,
    forget(live) {
      unstoredBytes -= live.output.unstored;
    },
    isFailing(live) {
      if (failing && live.output.unstored > 0) void start(live);
      return failing;
    },
    get unstoredBytes() {
      return unstoredBytes;
    },
  };
}
