/** A process that can die at any of its writes, for tests: its timers and its database. */
import { OpsError } from '@ops/protocol/errors.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';

import type { Change as DatabaseChange, Database } from './database.ts';
import type { OpenDatabase } from './open.ts';
import type { Tables } from './tables.ts';

/** Timers and writes of one process. */
export interface Life {
  readonly clock: Clock;
  dead: boolean;
  writes: number;
  killAt: number;
  when: 'before' | 'after';
  lostAt: number;
  full: boolean;
  readonly timers: Set<Timer>;
}

export function lifeOf(clock: Clock): Life {
  const timers = new Set<Timer>();
  const kept = (timer: Timer): Timer => {
    timers.add(timer);
    return timer;
  };
  return {
    dead: false,
    writes: 0,
    killAt: Infinity,
    when: 'before',
    lostAt: Infinity,
    full: false,
    timers,
    clock: {
      wall: () => clock.wall(),
      mono: () => clock.mono(),
      after: (ms, call) => kept(clock.after(ms, call)),
      every: (ms, call) => kept(clock.every(ms, call)),
    },
  };
}

const never = (): Promise<never> => new Promise(() => {});

/** Only what was written before the process died is on the disk, and nobody hears of what was written as it did. */
export function mortal(database: OpenDatabase<Tables>, life: Life): Database<Tables> {
  return {
    query: database.query,
    fault: undefined,
    close: () => database.close(),
    async write(change: DatabaseChange) {
      if (life.dead) return never();
      if (life.full) throw new OpsError('storage_unavailable');
      const dies = ++life.writes === life.killAt;
      if (dies) life.dead = true;
      if (dies && life.when === 'before') return never();
      const isLost = life.writes === life.lostAt;
      const results = await database.write(change);
      if (isLost) throw new OpsError('storage_unavailable');
      return dies || life.dead ? never() : results;
    },
  };
}
