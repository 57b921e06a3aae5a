/**
 * Brings found releases, and the ends of others, to the store without anybody waiting for it: many in one change, in
 * their order. What cannot be stored waits and is tried again; after a crash it is found again.
 */
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import { ChangeRefusedError } from '../storage/storage-error.ts';
import type { FoundRelease, ReleaseEnd, ReleaseStore } from './release-store.ts';

/** Rows in one change: some milliseconds of the writer. */
export const ROWS_AT_ONCE = 500;
/** So long they gather: a fleet that returns tells of its applications within seconds. */
export const GATHER_MS = 50;
export const RETRY_MS = 5000;

type Entry =
  | { readonly kind: 'found'; readonly found: FoundRelease }
  | { readonly kind: 'ended'; readonly end: ReleaseEnd }
  | { readonly kind: 'forgotten'; readonly clientId: string };

export interface Behind {
  found(release: FoundRelease): void;
  ended(end: ReleaseEnd): void;
  forget(clientId: string): void;
  /** Resolves when what waits is stored, or cannot be now. */
  flush(): Promise<void>;
  /** Tries everything once, and stops. */
  stop(): Promise<void>;
  readonly waiting: number;
}

export function createBehind(needs: {
  readonly store: Pick<ReleaseStore, 'write' | 'forget'>;
  readonly clock: Clock;
  readonly log: Log;
}): Behind {
  const { store, clock, log } = needs;
  let queue: Entry[] = [];
  let timer: Timer | undefined;
  let writing: Promise<void> | undefined;
  let isStopped = false;

  function add(entry: Entry): void {
    queue.push(entry);
    if (!isStopped && !writing) timer ??= clock.after(GATHER_MS, start);
  }

  function start(): void {
    timer = undefined;
    writing ??= writeAll().then((stored) => {
      writing = undefined;
      if (queue.length > 0 && !isStopped) timer ??= clock.after(stored ? GATHER_MS : RETRY_MS, start);
    });
  }

  /** The next of one kind that may share a change. */
  function nextGroup(): readonly Entry[] {
    if (queue[0]?.kind === 'forgotten') return queue.slice(0, 1);
    const end = queue.slice(0, ROWS_AT_ONCE).findIndex(({ kind }) => kind === 'forgotten');
    return queue.slice(0, end === -1 ? ROWS_AT_ONCE : end);
  }

  /** @returns whether all went well */
  async function writeAll(): Promise<boolean> {
    while (queue.length > 0) {
      const group = nextGroup();
      try {
        const [first] = group;
        if (first?.kind === 'forgotten') await store.forget(first.clientId);
        else
          await store.write(
            group.flatMap((entry) => (entry.kind === 'found' ? entry.found : [])),
            group.flatMap((entry) => (entry.kind === 'ended' ? entry.end : [])),
          );
      } catch (error) {
        if (!(error instanceof ChangeRefusedError)) {
          log.warn('releases cannot be stored; trying again', { error, waiting: queue.length });
          return false;
        }
        // It would be refused again and again, and nothing behind it would be stored.
        log.error('the database refused releases', { error, releases: group.length });
      }
      queue = queue.slice(group.length);
    }
    return true;
  }

  return {
    found: (found) => add({ kind: 'found', found }),
    ended: (end) => add({ kind: 'ended', end }),
    forget: (clientId) => add({ kind: 'forgotten', clientId }),
    async flush() {
      if (queue.length === 0) return;
      timer?.cancel();
      start();
      await writing;
    },
    async stop() {
      isStopped = true;
      timer?.cancel();
      await writing;
      await writeAll();
    },
    get waiting() {
      return queue.length;
    },
  };
}
