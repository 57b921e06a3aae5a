/**
 * Minutes that are over and wait to be written. Written in chunks, one at a time, so that 10,000 clients whose minute
 * ends in the same second block nobody; what cannot be written waits and is tried again.
 *
 *   waiting ──chunk──► in flight ──stored──► done
 *      ▲                   │
 *      └─────failed────────┘        more than MAX_WAITING: the oldest are dropped and counted
 */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import { atMostEvery } from '../fleet/at-most-every.ts';
import { ChangeRefusedError } from '../storage/storage-error.ts';
import { mergeMinutes } from './minute.ts';
import type { Minute } from './minute.ts';
import type { ClientMinute, SampleStore } from './sample-store.ts';

/** Rows in one change: a millisecond of the main thread, a few of the one that writes. */
export const CHUNK_ROWS = 250;
/** Some six minutes of 10,000 clients, about 20 MB. */
export const MAX_WAITING = 60_000;
export const RETRY_MS = 5000;
const LOG_EVERY_MS = 60_000;

export interface ClosedMinutes {
  add(clientId: string, minute: Minute): void;
  /** Those of one client that wait, in no order. */
  of(clientId: string): Minute[];
  drop(clientId: string): void;
  /** Writes until nothing waits or one change failed; a second call joins the first. Never rejects. */
  write(): Promise<void>;
  /** The same, unless one failed just now. */
  writeSoon(): void;
  /** Resolves when no change is on its way. */
  settled(): Promise<void>;
  /** Changes begun so far. */
  readonly begun: number;
  readonly waiting: number;
  /** Minutes lost because too many waited, or because the database refused them. */
  readonly dropped: number;
}

export function createClosedMinutes(needs: { store: SampleStore; clock: Clock; log: Log }): ClosedMinutes {
  const { store, clock, log } = needs;
  const waiting = new Map<string, ClientMinute>();
  let writing: Promise<void> | undefined;
  let retryAt = 0;
  let begun = 0;
  let dropped = 0;
  const mayLog = atMostEvery(clock, LOG_EVERY_MS);

  function add(added: ClientMinute): void {
    const key = `${added.clientId} ${added.minute}`;
    const there = waiting.get(key);
    waiting.set(key, there ? { clientId: added.clientId, ...mergeMinutes(there, added) } : added);
    if (waiting.size <= MAX_WAITING) return;
    for (const oldest of waiting.keys()) {
      waiting.delete(oldest);
      dropped++;
      break;
    }
  }

  function takeChunk(): ClientMinute[] {
    const chunk: ClientMinute[] = [];
    for (const [key, minute] of waiting) {
      chunk.push(minute);
      waiting.delete(key);
      if (chunk.length === CHUNK_ROWS) break;
    }
    return chunk;
  }

  async function writeAll(): Promise<void> {
    while (waiting.size > 0) {
      const chunk = takeChunk();
      begun++;
      try {
        await store.add(chunk);
      } catch (error) {
        if (error instanceof ChangeRefusedError) {
          dropped += chunk.length;
          log.error('the database refused averages of samples', { error, minutes: chunk.length });
          continue;
        }
        for (const minute of chunk) add(minute);
        retryAt = clock.mono() + RETRY_MS;
        if (mayLog()) log.error('samples cannot be stored; trying again', { error, waiting: waiting.size });
        return;
      }
    }
  }

  function write(): Promise<void> {
    writing ??= writeAll().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  return {
    add: (clientId, minute) => add({ clientId, ...minute }),
    of(clientId) {
      const found: Minute[] = [];
      for (const each of waiting.values()) if (each.clientId === clientId) found.push(each);
      return found;
    },
    drop(clientId) {
      for (const [key, each] of waiting) if (each.clientId === clientId) waiting.delete(key);
    },
    write,
    settled: async () => writing,
    writeSoon() {
      if (waiting.size > 0 && clock.mono() >= retryAt) void write();
    },
    get begun() {
      return begun;
    },
    get waiting() {
      return waiting.size;
    },
    get dropped() {
      return dropped;
    },
  };
}
