/**
 * Brings changed entries to the store without anybody waiting for it. What cannot be stored stays marked and is tried
 * again; the truth is in memory meanwhile, and /health tells of the fault.
 *
 *   marked ──chunk──► in flight ──stored──► done
 *     ▲                   │
 *     └──── failed, after RETRY_MS ────┘
 *
 * Bounded by the number of entries: an entry that changes ten times while it waits is written once.
 */
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { AuditEntry } from '../audit/entry.ts';
import { ChangeRefusedError } from '../storage/storage-error.ts';
import { atMostEvery } from './at-most-every.ts';
import type { ClientStore } from './client-store.ts';
import type { Entry } from './entry.ts';

/** Rows in one change: makes 10,000 clients that come at once a hundred changes of a few milliseconds. */
export const SAVE_ROWS = 100;
/** The same for the short statement that only tells when a client was last seen. */
export const SEEN_ROWS = 500;
export const RETRY_MS = 5000;
const LOG_EVERY_MS = 60_000;

export interface WriteBehind {
  /** The entry changed. Audit entries are written in the same change. */
  mark(entry: Entry, audit?: readonly AuditEntry[]): void;
  /** The entry is no longer to be written. @returns its audit entries that were not */
  drop(entry: Entry): readonly AuditEntry[];
  /** Starts to write when these were last seen, unless that is still going on. */
  seen(entries: readonly Entry[]): void;
  /** Tries everything once and stops. @returns entries that could not be stored */
  finish(): Promise<number>;
  /** Entries that wait to be stored. */
  readonly waiting: number;
}

export function createWriteBehind(needs: { store: ClientStore; clock: Clock; log: Log }): WriteBehind {
  const { store, clock, log } = needs;
  const marked = new Map<Entry, AuditEntry[]>();
  let inFlight = new Map<Entry, AuditEntry[]>();
  let saving: Promise<void> | undefined;
  let sending: Promise<void> | undefined;
  let retry: Timer | undefined;
  let finished = false;
  const mayLog = atMostEvery(clock, LOG_EVERY_MS);

  function failed(error: unknown): void {
    if (mayLog())
      log.error('clients cannot be stored; trying again', {
        error,
        waiting: marked.size,
        retry_ms: RETRY_MS,
      });
  }

  function takeChunk(rows: number): void {
    for (const [entry, audit] of marked) {
      inFlight.set(entry, audit);
      marked.delete(entry);
      if (inFlight.size === rows) break;
    }
  }

  /** Until nothing is marked, or one change failed. @returns whether all went well */
  async function saveAll(): Promise<boolean> {
    let rows = SAVE_ROWS;
    while (marked.size > 0) {
      takeChunk(rows);
      try {
        await store.save([...inFlight.keys()], [...inFlight.values()].flat());
      } catch (error) {
        if (error instanceof ChangeRefusedError && inFlight.size === 1) {
          // It would be refused again and again, and nothing behind it would be stored.
          log.error('the database refused a client', { error, client: [...inFlight.keys()][0]?.id });
          continue;
        }
        // Older audit entries come first again.
        for (const [entry, audit] of inFlight) {
          const later = marked.get(entry) ?? [];
          marked.set(entry, [...audit, ...later]);
        }
        if (error instanceof ChangeRefusedError) {
          rows = 1;
          continue;
        }
        failed(error);
        return false;
      } finally {
        inFlight = new Map();
      }
    }
    return true;
  }

  function start(): void {
    if (saving || retry || finished) return;
    saving = saveAll().then((stored) => {
      saving = undefined;
      if (!stored && !finished) {
        retry = clock.after(RETRY_MS, () => {
          retry = undefined;
          start();
        });
      }
    });
  }

  async function sendSeen(entries: readonly Entry[]): Promise<void> {
    try {
      for (let at = 0; at < entries.length; at += SEEN_ROWS)
        await store.saveSeen(entries.slice(at, at + SEEN_ROWS));
    } catch (error) {
      failed(error);
    }
  }

  return {
    mark(entry, audit = []) {
      const waiting = marked.get(entry);
      if (!waiting) marked.set(entry, [...audit]);
      else waiting.push(...audit);
      start();
    },
    drop(entry) {
      const audit = marked.get(entry) ?? [];
      marked.delete(entry);
      inFlight.delete(entry);
      return audit;
    },
    seen(entries) {
      if (finished || sending) return;
      sending = sendSeen(entries).finally(() => {
        sending = undefined;
      });
    },
    async finish() {
      finished = true;
      retry?.cancel();
      retry = undefined;
      await sending;
      await saving;
      await saveAll();
      return marked.size;
    },
    get waiting() {
      return marked.size + inFlight.size;
    },
  };
}
