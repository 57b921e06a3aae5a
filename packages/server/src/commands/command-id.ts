/**
 * Ids of commands and batches: UUIDs of version 7, which begin with the time. Ten thousand results touch neighbouring
 * places of every index then, instead of ten thousand pages. They are names, not secrets (S-13).
 *
 *   48 bits milliseconds │ 4 version │ 12 counter, high │ 2 variant │ 14 counter, low │ 48 random
 */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Random } from '@ops/runtime/random.ts';

const MAX_COUNTER = 2 ** 26;
const IDS_AT_ONCE = 512;

/** @returns a function that makes ids in ascending order, also when the clock stands still or goes back */
export function commandIds(clock: Pick<Clock, 'wall'>, random: Pick<Random, 'bytes'>): () => string {
  let lastMs = 0;
  let counter = 0;
  let pool = random.bytes(0);
  let used = 0;

  /** Asked for one by one, chance would cost more than everything else here. */
  function sixBytes(): string {
    if (used === pool.length) [pool, used] = [random.bytes(6 * IDS_AT_ONCE), 0];
    used += 6;
    return pool.toString('hex', used - 6, used);
  }

  return () => {
    const nowMs = Math.floor(clock.wall());
    if (nowMs > lastMs) [lastMs, counter] = [nowMs, 0];
    else if (++counter === MAX_COUNTER) [lastMs, counter] = [lastMs + 1, 0];
    const time = lastMs.toString(16).padStart(12, '0');
    const high = (0x7000 | (counter >> 14)).toString(16);
    const low = (0x8000 | (counter & 0x3fff)).toString(16);
    return `${time.slice(0, 8)}-${time.slice(8)}-${high}-${low}-${sixBytes()}`;
  };
}
