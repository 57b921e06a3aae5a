/** The first user. Later starts change nothing: they only warn while the built-in password is in use. */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import type { PasswordHasher } from './password.ts';
import { passwordFault } from './password-rules.ts';
import type { UserStore } from './user-store.ts';

export const FIRST_USER = 'admin';
export const DEFAULT_PASSWORD = 'admin123';

/**
 * Creates `admin` when there is no user yet.
 * @param adminPassword undefined: the default password, which opens everything only from this machine
 * @returns whether that user still has the default password
 * @throws OpsError `storage_unavailable`
 */
export async function ensureFirstUser(needs: {
  readonly users: UserStore;
  readonly database: Pick<Database<Tables>, 'write'>;
  readonly hasher: PasswordHasher;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Log;
  readonly adminPassword: string | undefined;
}): Promise<boolean> {
  const { users, database, hasher, random, clock, log, adminPassword } = needs;
  const password = adminPassword ?? DEFAULT_PASSWORD;

  if (!(await users.any())) {
    const user = {
      id: random.uuid(),
      username: FIRST_USER,
      role: 'admin',
      passwordHash: await hasher.hash(password),
      passwordIsDefault: password === DEFAULT_PASSWORD,
      disabled: false,
    } as const;
    const atMs = clock.wall();
    const created = { actor: 'system', role: '', address: '', action: 'user_create', target: user.id };
    const detail = { username: FIRST_USER, default_password: user.passwordIsDefault };
    await database.write({
      statements: [users.insert(user, atMs)],
      audit: [{ ...created, atMs, detail, outcome: 'ok' }],
    });
    log.info(
      `Created user ${FIRST_USER} with the ${user.passwordIsDefault ? 'default' : 'configured'} password`,
    );
    if (!user.passwordIsDefault && passwordFault(password, FIRST_USER)) {
      log.warn('The admin_password of the settings is easy to guess: change it after signing in');
    }
  } else if (adminPassword !== undefined) {
    log.info('The admin_password of the settings is not used: it counts only at the first start');
  }

  const admin = await users.byName(FIRST_USER);
  if (!admin?.passwordIsDefault) return false;
  log.warn(
    `User ${FIRST_USER} still has the default password: change it. Until then it opens everything only from this machine`,
  );
  return true;
}
