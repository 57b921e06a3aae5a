import type { Role } from '@ops/protocol/http/endpoint.ts';

import type { Database, Statement } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';

export interface User {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  /** PHC string. */
  readonly passwordHash: string;
  /** The built-in default password is still in use. */
  readonly passwordIsDefault: boolean;
  readonly disabled: boolean;
}

export interface UserStore {
  byName(username: string): Promise<User | undefined>;
  any(): Promise<boolean>;
  /** Does nothing when the id or the name is taken. */
  insert(user: User, atMs: number): Statement;
  /** Changes nothing when the password is not `from` any more. */
  setPassword(
    userId: string,
    change: {
      readonly from: string;
      readonly to: string;
      readonly isDefault: boolean;
      readonly atMs: number;
    },
  ): Statement;
}

const USER_COLUMNS = [
  'users.id as user_id',
  'users.username',
  'users.role',
  'users.password_hash',
  'users.password_is_default',
  'users.disabled',
] as const;

interface UserRow {
  readonly user_id: string;
  readonly username: string;
  readonly role: Role;
  readonly password_hash: string;
  readonly password_is_default: 0 | 1;
  readonly disabled: 0 | 1;
}

function toUser(row: UserRow): User {
  return {
    id: row.user_id,
    username: row.username,
    role: row.role,
    passwordHash: row.password_hash,
    passwordIsDefault: row.password_is_default === 1,
    disabled: row.disabled === 1,
  };
}

export function createUserStore(database: Database<Tables>): UserStore {
  const { query } = database;
  return {
    async byName(username) {
      const row = await query
        .selectFrom('users')
        .select(USER_COLUMNS)
        .where('username', '=', username)
        .executeTakeFirst();
      return row && toUser(row);
    },

    async any() {
      const row = await query.selectFrom('users').select('id').limit(1).executeTakeFirst();
      return row !== undefined;
    },

    insert(user, atMs) {
      return query
        .insertInto('users')
        .values({
          id: user.id,
          username: user.username,
          role: user.role,
          password_hash: user.passwordHash,
          password_is_default: user.passwordIsDefault ? 1 : 0,
          disabled: user.disabled ? 1 : 0,
          created_at_ms: atMs,
          updated_at_ms: atMs,
        })
        .onConflict((conflict) => conflict.doNothing());
    },

    setPassword(userId, { from, to, isDefault, atMs }) {
      return query
        .updateTable('users')
        .set({ password_hash: to, password_is_default: isDefault ? 1 : 0, updated_at_ms: atMs })
        .where('id', '=', userId)
        .where('password_hash', '=', from);
    },
  };
}
