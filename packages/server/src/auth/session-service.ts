/**
 * Sessions of signed-in users.
 *
 *   sign-in ──► active ──activity──► active            the idle time begins again
 *                 │
 *                 ├── idle time over, longest time over ──┐
 *                 ├── logout, signed in anew ─────────────┤
 *                 ├── password changed, user disabled ────┼──► ended ──row deleted, a while──► (forgotten)
 *                 ├── more sessions than a user may have ─┤
 *                 └── row gone ───────────────────────────┘
 *
 * The row says whether a session exists, this process how old it is: by the monotonic clock from the moment it saw the
 * session first, before that (after a restart) by the wall-clock times of the row. A wall clock that jumps therefore
 * changes nothing while the server runs, and across a restart a session is never given more than a full idle time.
 * Activity reaches the row at most every ACTIVITY_SAVED_EVERY_MS and at an orderly stop: after a crash a session may
 * end that much earlier, never later.
 */
import { createHash } from 'node:crypto';

import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { Database, Statement } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import type { ActiveSession, SessionEnd, SessionService } from './session.ts';
import { createSessionStore } from './session-store.ts';
import type { SessionRow } from './session-store.ts';

export const ACTIVITY_SAVED_EVERY_MS = 30_000;
/** Scripts that sign in again and again end their own oldest sessions. */
export const MAX_SESSIONS_PER_USER = 100;
/** How long an ended session is remembered as such, for requests that were under way; also how often rows are purged. */
const PURGE_EVERY_MS = 60_000;
const TICK_MS = 1000;
/** Rows one purge deletes at most. */
const MAX_PURGED = 500;

interface Entry {
  state: 'active' | 'ended';
  why: SessionEnd | undefined;
  readonly userId: string;
  /** Monotonic milliseconds, also below. */
  readonly startedAt: number;
  activeAt: number;
  savedAt: number;
  endedAt: number;
}

export function hashSessionId(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, 0), max);
}

export function createSessionService(needs: {
  readonly database: Database<Tables>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly idleSecs: number;
  readonly maxSecs: number;
}): SessionService {
  const { database, clock, random, log } = needs;
  const idleMs = needs.idleSecs * 1000;
  const maxMs = needs.maxSecs * 1000;
  const store = createSessionStore(database);
  const entries = new Map<string, Entry>();
  const waiting = new Map<string, Set<(why: SessionEnd) => void>>();

  /** The one place where a session changes its state. */
  function toEnded(hash: string, entry: Entry, why: SessionEnd): void {
    if (entry.state === 'ended') return;
    entry.state = 'ended';
    entry.why = why;
    entry.endedAt = clock.mono();
    const calls = waiting.get(hash);
    waiting.delete(hash);
    for (const call of calls ?? []) call(why);
  }

  function leftMs(entry: Entry, now: number): number {
    return Math.min(entry.activeAt + idleMs, entry.startedAt + maxMs) - now;
  }

  function endIfOver(hash: string, entry: Entry, now: number): void {
    if (leftMs(entry, now) <= 0) toEnded(hash, entry, now >= entry.startedAt + maxMs ? 'expired' : 'idle');
  }

  function remember(hash: string, userId: string, ageMs: number, idleForMs: number): Entry {
    const now = clock.mono();
    const activeAt = now - idleForMs;
    const entry: Entry = {
      state: 'active',
      why: undefined,
      userId,
      startedAt: now - ageMs,
      activeAt,
      savedAt: activeAt,
      endedAt: 0,
    };
    entries.set(hash, entry);
    return entry;
  }

  function adopt(row: SessionRow): Entry {
    const wall = clock.wall();
    const ageMs = clamp(wall - row.createdAtMs, maxMs);
    return remember(row.hash, row.user.id, ageMs, clamp(wall - row.lastActivityMs, idleMs));
  }

  async function findByHash(hash: string): Promise<ActiveSession | undefined> {
    if (entries.get(hash)?.state === 'ended') return undefined;
    const row = await store.find(hash);
    const known = entries.get(hash);
    if (!row) {
      if (known) toEnded(hash, known, 'gone');
      return undefined;
    }
    const entry = known ?? adopt(row);
    const now = clock.mono();
    if (row.user.disabled) toEnded(hash, entry, 'disabled');
    else endIfOver(hash, entry, now);
    if (entry.state === 'ended') return undefined;
    return {
      hash,
      user: row.user,
      restricted: row.restricted,
      expiresInSecs: Math.ceil(leftMs(entry, now) / 1000),
      maxExpiresInSecs: Math.ceil((entry.startedAt + maxMs - now) / 1000),
    };
  }

  function saveActivity(hash: string, entry: Entry): Statement {
    entry.savedAt = entry.activeAt;
    return store.touch(hash, Math.round(clock.wall() - (clock.mono() - entry.activeAt)));
  }

  async function purge(): Promise<void> {
    const now = clock.mono();
    const wall = clock.wall();
    const old = await store.olderThan(wall - idleMs, wall - maxMs, MAX_PURGED);
    const over = old.filter((hash) => entries.get(hash)?.state !== 'active');
    const ended = [...entries].filter(([, entry]) => entry.state === 'ended').map(([hash]) => hash);
    const hashes = [...new Set([...ended, ...over])].slice(0, MAX_PURGED);
    if (hashes.length === 0) return;
    await database.write({ statements: [store.remove(hashes)] });
    for (const hash of hashes) {
      const entry = entries.get(hash);
      if (entry && now - entry.endedAt >= PURGE_EVERY_MS) entries.delete(hash);
    }
  }

  const tick = clock.every(TICK_MS, () => {
    const now = clock.mono();
    for (const [hash, entry] of entries) if (entry.state === 'active') endIfOver(hash, entry, now);
  });
  const purging = clock.every(PURGE_EVERY_MS, () => {
    purge().catch((cause: unknown) => log.warn('Could not delete ended sessions', { cause }));
  });

  return {
    async open(user, { restricted, address, replaces }, together) {
      const id = random.uuid();
      const hash = hashSessionId(id);
      const atMs = clock.wall();
      const tooMany = await store.ofUser(user.id, MAX_SESSIONS_PER_USER - 1, MAX_PURGED);
      const ended = replaces === undefined ? tooMany : [replaces, ...tooMany];
      const insert = store.insert({ hash, atMs, restricted, address }, user);
      const statements = [
        insert,
        ...(ended.length > 0 ? [store.remove(ended)] : []),
        ...(together.statements ?? []),
      ];
      const [inserted] = await database.write({ statements, audit: together.audit });
      for (const other of ended) {
        const entry = entries.get(other);
        if (entry) toEnded(other, entry, other === replaces ? 'replaced' : 'too_many');
      }
      if (inserted?.changes !== 1) return undefined;
      remember(hash, user.id, 0, 0);
      return id;
    },

    async find(id) {
      return UUID_PATTERN.test(id) ? findByHash(hashSessionId(id)) : undefined;
    },

    findByHash,

    activity(hash) {
      const entry = entries.get(hash);
      if (!entry) return 0;
      const now = clock.mono();
      endIfOver(hash, entry, now);
      if (entry.state === 'ended') return 0;
      entry.activeAt = now;
      if (now - entry.savedAt >= ACTIVITY_SAVED_EVERY_MS) {
        database
          .write({ statements: [saveActivity(hash, entry)] })
          .catch((cause: unknown) => log.warn('Could not write down the activity of a session', { cause }));
      }
      return Math.ceil(leftMs(entry, now) / 1000);
    },

    async end(hash, why, together) {
      const entry = entries.get(hash);
      if (entry) toEnded(hash, entry, why);
      const statements = [store.remove([hash]), ...(together.statements ?? [])];
      await database.write({ statements, audit: together.audit });
    },

    async endOthers(session, together) {
      const { user, hash: own } = session;
      const endings = [store.removeOfUser(user.id, own), store.unrestrict(own)];
      const results = await database.write({
        statements: [...(together.statements ?? []), ...endings],
        audit: together.audit,
      });
      for (const [hash, entry] of entries) {
        if (entry.userId === user.id && hash !== own) toEnded(hash, entry, 'password_changed');
      }
      return results.slice(0, together.statements?.length ?? 0);
    },

    onEnd(hash, call) {
      const entry = entries.get(hash);
      if (!entry || entry.state === 'ended') {
        call(entry?.why ?? 'gone');
        return () => {};
      }
      const calls = waiting.get(hash) ?? new Set();
      waiting.set(hash, calls.add(call));
      return () => {
        calls.delete(call);
        if (calls.size === 0 && waiting.get(hash) === calls) waiting.delete(hash);
      };
    },

    async close() {
      tick.cancel();
      purging.cancel();
      const unsaved = [...entries].filter(
        ([, entry]) => entry.state === 'active' && entry.activeAt > entry.savedAt,
      );
      if (unsaved.length === 0) return;
      await database.write({ statements: unsaved.map(([hash, entry]) => saveActivity(hash, entry)) });
    },
  };
}
