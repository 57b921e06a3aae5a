/** Puts the parts of authentication together. */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import type { Audit } from './audit.ts';
import { ensureFirstUser } from './first-start.ts';
import { createPasswordHasher } from './password.ts';
import type { HashParameters } from './password.ts';
import type { SessionService } from './session.ts';
import { createSessionService } from './session-service.ts';
import { createSignIn } from './sign-in.ts';
import type { SignIn } from './sign-in.ts';
import { createThrottle } from './throttle.ts';
import { createTokenCheck } from './token.ts';
import type { TokenCheck } from './token.ts';
import { createUserStore } from './user-store.ts';

export interface AuthOptions {
  readonly sessionIdleSecs: number;
  readonly sessionMaxSecs: number;
  /** Undefined: no bearer token is accepted. */
  readonly authToken: string | undefined;
  /** Undefined: the default password. Used when there is no user yet. */
  readonly adminPassword: string | undefined;
}

export interface Auth {
  readonly sessions: SessionService;
  readonly signIn: SignIn;
  readonly tokens: TokenCheck;
  readonly sessionMaxSecs: number;
  /** At the start the first user still had the default password. */
  readonly defaultPassword: boolean;
  /** Writes down what is not yet written and stops the timers. */
  close(): Promise<void>;
}

/** Also creates the first user when there is none. @throws OpsError `storage_unavailable` */
export async function createAuth(needs: {
  readonly database: Database<Tables>;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly options: AuthOptions;
  readonly hashParameters?: HashParameters;
}): Promise<Auth> {
  const { database, audit, clock, random, log, options, hashParameters } = needs;
  const users = createUserStore(database);
  const hasher = createPasswordHasher({ random, ...(hashParameters && { parameters: hashParameters }) });
  const { adminPassword, authToken, sessionIdleSecs: idleSecs, sessionMaxSecs: maxSecs } = options;
  const defaultPassword = await ensureFirstUser({
    users,
    database,
    hasher,
    random,
    clock,
    log,
    adminPassword,
  });
  const sessions = createSessionService({ database, clock, random, log, idleSecs, maxSecs });
  const throttle = createThrottle({ clock });
  return {
    sessions,
    signIn: createSignIn({ users, sessions, hasher, throttle, audit, clock, log }),
    tokens: createTokenCheck({ authToken, audit, clock, log }),
    sessionMaxSecs: maxSecs,
    defaultPassword,
    close: () => sessions.close(),
  };
}
