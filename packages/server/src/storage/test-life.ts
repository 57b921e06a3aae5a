/** A process that can die at any of its writes, for tests: its timers, its database, and time that goes on beside its disk. */
import { OpsError } from '@ops/protocol/errors.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { ManualClock } from '@ops/testkit/manual-clock.ts';
import { until } from '@ops/testkit/until.ts';

import type { Change as DatabaseChange, Database } from './database.ts';
import type { OpenDatabase } from './open.ts';
import type { Tables } from './tables.ts';

/** Of the clock, in each look. */
const LOOK_MS = 250;

/** Real time, shorter than a test has: what was waited for is told. */
const REACHED_WITHIN_MS = 25_000;

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

/** What may happen to the process that runs. */
export interface Mishaps {
  /** It dies at its n-th change from now: before it is written, or right after. */
  killAt(n: number, when: 'before' | 'after'): void;
  /** The answer to its n-th change from now is lost: it is on the disk, and told as failed. */
  losesAnswerAt(n: number): void;
  /** While it is full nothing can be written. */
  fillDisk(isFull: boolean): void;
}

export function mishapsOf(running: () => { readonly life: Life }): Mishaps {
  return {
    killAt(n, when) {
      const { life } = running();
      life.killAt = life.writes + n;
      life.when = when;
    },
    losesAnswerAt(n) {
      const { life } = running();
      life.lostAt = life.writes + n;
    },
    fillDisk(isFull) {
      running().life.full = isFull;
    },
  };
}

/** Nothing of it is stopped; what was handed to the writer before is on the disk. */
async function endLife(life: Life, database: OpenDatabase<Tables>): Promise<void> {
  life.dead = true;
  for (const timer of life.timers) timer.cancel();
  await database.close();
}

/** Servers that follow one another on one disk. */
export interface Reign<Server> {
  /** Undefined: the last one was killed. */
  readonly server: Server | undefined;
  /** @throws Error when none runs */
  readonly running: () => Server;
  /** Drops it as it is. */
  readonly kill: () => Promise<void>;
  /** The next one. */
  readonly start: () => Promise<void>;
}

/** @param gone called as one is killed. Begins with the first */
export async function reignOf<
  Server extends { readonly life: Life; readonly database: OpenDatabase<Tables> },
>(open: () => Promise<Server>, gone: () => void): Promise<Reign<Server>> {
  let server: Server | undefined = await open();
  const running = (): Server => {
    if (!server) throw new Error('the server is not running');
    return server;
  };
  return {
    get server() {
      return server;
    },
    running,
    async kill() {
      if (!server) return;
      const { life, database } = server;
      server = undefined;
      gone();
      await endLife(life, database);
    },
    async start() {
      server = await open();
    },
  };
}

export interface Time {
  /** Lets time go on. */
  passes(ms: number): Promise<void>;
  /** Lets time go on until it is so. @returns the last look */
  reached<T>(what: string, look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T>;
}

/** The disk is a real one: time stands still while it works, so that a slow one is no delay of minutes. */
export function timeBeside(clock: ManualClock, database: () => OpenDatabase<Tables> | undefined): Time {
  const isIdle = (): boolean => (database()?.counts.waiting ?? 0) === 0;
  async function goesOn(ms: number): Promise<void> {
    if (!isIdle()) await until(isIdle, { within: 20_000, every: 1, what: 'the disk to answer' });
    await clock.advanceAsync(ms);
  }
  return {
    async passes(ms) {
      for (let left = ms; left > 0; left -= LOOK_MS) await goesOn(Math.min(left, LOOK_MS));
    },
    async reached(what, look, holds) {
      await until(
        async () => {
          if (holds(await look())) return true;
          await goesOn(LOOK_MS);
          return false;
        },
        { what, within: REACHED_WITHIN_MS, every: 1 },
      );
      return look();
    },
  };
}

/** Entries of the audit trail about this: `alice rollout_pause`. */
export async function auditedAs(
  { query }: Pick<OpenDatabase<Tables>, 'query'>,
  prefix: string,
): Promise<string[]> {
  const rows = await query
    .selectFrom('audit')
    .select(['actor', 'action'])
    .where('action', 'like', `${prefix}%`)
    .orderBy('seq')
    .execute();
  return rows.map(({ actor, action }) => `${actor} ${action}`);
}
