/**
 * Sessions as rows. A row is found by the SHA-256 of the session id; the id itself is only in the user's cookie.
 * The user is read with the session each time, so that a changed role or a disabled user counts at once.
 */
import { sql } from 'kysely';

import type { Database, Statement } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import type { User } from './user-store.ts';

export interface SessionRow {
  readonly hash: string;
  readonly createdAtMs: number;
  readonly lastActivityMs: number;
  /** Signed in with the default password from another machine. */
  readonly restricted: boolean;
  readonly user: Omit<User, 'passwordHash'>;
}

export interface NewSession {
  readonly hash: string;
  readonly atMs: number;
  readonly restricted: boolean;
  readonly address: string;
}

export interface SessionStore {
  find(hash: string): Promise<SessionRow | undefined>;
  /** Inserts nothing when the user was disabled or has another password than the one that was checked. */
  insert(session: NewSession, user: { readonly id: string; readonly passwordHash: string }): Statement;
  touch(hash: string, atMs: number): Statement;
  unrestrict(hash: string): Statement;
  remove(hashes: readonly string[]): Statement;
  removeOfUser(userId: string, exceptHash: string): Statement;
  /** Hashes of a user's sessions, the most recently used first, without the first `skip`. */
  ofUser(userId: string, skip: number, limit: number): Promise<string[]>;
  /** Hashes of sessions that were last used, or made, before these times. */
  olderThan(activityMs: number, createdMs: number, limit: number): Promise<string[]>;
}

export function createSessionStore(database: Database<Tables>): SessionStore {
  const { query } = database;
  return {
    async find(hash) {
      const row = await query
        .selectFrom('sessions')
        .innerJoin('users', 'users.id', 'sessions.user_id')
        .select([
          'sessions.created_at_ms',
          'sessions.last_activity_ms',
          'sessions.restricted',
          'users.id as user_id',
          'users.username',
          'users.role',
          'users.password_is_default',
          'users.disabled',
        ])
        .where('sessions.id_hash', '=', hash)
        .executeTakeFirst();
      return (
        row && {
          hash,
          createdAtMs: row.created_at_ms,
          lastActivityMs: row.last_activity_ms,
          restricted: row.restricted === 1,
          user: {
            id: row.user_id,
            username: row.username,
            role: row.role,
            passwordIsDefault: row.password_is_default === 1,
            disabled: row.disabled === 1,
          },
        }
      );
    },

    insert(session, user) {
      const columns = [
        'id_hash',
        'user_id',
        'created_at_ms',
        'last_activity_ms',
        'restricted',
        'address',
      ] as const;
      return query
        .insertInto('sessions')
        .columns(columns)
        .expression(
          query
            .selectFrom('users')
            .select([
              sql<string>`cast(${session.hash} as text)`.as('id_hash'),
              'users.id as user_id',
              sql<number>`cast(${session.atMs} as bigint)`.as('created_at_ms'),
              sql<number>`cast(${session.atMs} as bigint)`.as('last_activity_ms'),
              sql<0 | 1>`cast(${session.restricted ? 1 : 0} as integer)`.as('restricted'),
              sql<string>`cast(${session.address} as text)`.as('address'),
            ])
            .where('users.id', '=', user.id)
            .where('users.password_hash', '=', user.passwordHash)
            .where('users.disabled', '=', 0),
        );
    },

    touch: (hash, atMs) =>
      query.updateTable('sessions').set({ last_activity_ms: atMs }).where('id_hash', '=', hash),

    unrestrict: (hash) => query.updateTable('sessions').set({ restricted: 0 }).where('id_hash', '=', hash),

    remove: (hashes) => query.deleteFrom('sessions').where('id_hash', 'in', hashes),

    removeOfUser: (userId, exceptHash) =>
      query.deleteFrom('sessions').where('user_id', '=', userId).where('id_hash', '!=', exceptHash),

    async ofUser(userId, skip, limit) {
      const rows = await query
        .selectFrom('sessions')
        .select('id_hash')
        .where('user_id', '=', userId)
        .orderBy('last_activity_ms', 'desc')
        .orderBy('id_hash')
        .offset(skip)
        .limit(limit)
        .execute();
      return rows.map((row) => row.id_hash);
    },

    async olderThan(activityMs, createdMs, limit) {
      const rows = await query
        .selectFrom('sessions')
        .select('id_hash')
        .where((row) =>
          row.or([row('last_activity_ms', '<', activityMs), row('created_at_ms', '<', createdMs)]),
        )
        .limit(limit)
        .execute();
      return rows.map((row) => row.id_hash);
    },
  };
}
