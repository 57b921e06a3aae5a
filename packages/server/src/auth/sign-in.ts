/** Signing in and out, and changing one's own password: throttled, audited, the same answer and time for every cause. */
import { OpsError } from '@ops/protocol/errors.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { AuditEntry } from '../audit/entry.ts';
import type { Statement } from '../storage/database.ts';
import type { Audit } from './audit.ts';
import type { PasswordHasher, Verdict } from './password.ts';
import { passwordFault } from './password-rules.ts';
import type { SessionPrincipal } from './principal.ts';
import type { SessionService } from './session.ts';
import type { Throttle } from './throttle.ts';
import type { User, UserStore } from './user-store.ts';

export const LOGIN_OUTCOMES = ['ok', 'refused', 'throttled', 'failed'] as const;
export type LoginOutcome = (typeof LOGIN_OUTCOMES)[number];

export interface SignedIn {
  readonly sessionId: string;
  readonly mustChangePassword: boolean;
}

export interface SignIn {
  /**
   * @param from.local the request came from this very machine
   * @param from.sessionHash a live session the browser already has: it ends
   * @throws OpsError `too_many_requests`, `invalid_credentials`, `server_busy`, `storage_unavailable`
   */
  login(
    credentials: { readonly username: string; readonly password: string },
    from: { readonly address: string; readonly local: boolean; readonly sessionHash: string | undefined },
  ): Promise<SignedIn>;
  /** @throws OpsError `storage_unavailable`; the session is refused here all the same */
  logout(principal: SessionPrincipal, address: string): Promise<void>;
  /** Ends the user's other sessions. @throws OpsError as `login`, `weak_password`, `conflict` */
  changePassword(
    principal: SessionPrincipal,
    passwords: { readonly current: string; readonly next: string },
    address: string,
  ): Promise<void>;
  /** How sign-ins ended since the start. */
  readonly outcomes: Readonly<Record<LoginOutcome, number>>;
}

export function createSignIn(needs: {
  readonly users: UserStore;
  readonly sessions: SessionService;
  readonly hasher: PasswordHasher;
  readonly throttle: Throttle;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Log;
}): SignIn {
  const { users, sessions, hasher, throttle, audit, clock, log } = needs;
  const outcomes: Record<LoginOutcome, number> = { ok: 0, refused: 0, throttled: 0, failed: 0 };

  type What = Pick<AuditEntry, 'action' | 'outcome' | 'address'> & Partial<AuditEntry>;

  /** A name nobody has may be a password typed into the wrong field: it is written nowhere. */
  function entry(user: User | SessionPrincipal | undefined, what: What): AuditEntry {
    return {
      atMs: clock.wall(),
      actor: user?.username ?? 'address',
      role: user?.role ?? '',
      target: '',
      detail: {},
      ...what,
    };
  }

  /** A refusal stands whether it could be written down or not. */
  async function recordRefusal(refused: AuditEntry): Promise<void> {
    await audit.record(refused).catch((cause: unknown) => log.error('A refusal was not audited', { cause }));
  }

  /** Checks a password under the throttle. @returns how to tell the throttle of a success */
  async function check(
    user: User | undefined,
    name: string,
    password: string,
    from: { readonly address: string; readonly action: 'login' | 'password_change' },
  ): Promise<{ user: User; verdict: Verdict; succeeded: () => void }> {
    const { address, action } = from;
    const permit = throttle.attempt(name, address);
    if (!permit.allowed) {
      const detail = { reason: 'throttled' };
      if (permit.notable) await recordRefusal(entry(user, { action, address, outcome: 'refused', detail }));
      throw new OpsError('too_many_requests', { retryAfterSecs: permit.retryAfterSecs });
    }
    const verdict = await hasher.verify(user?.passwordHash, password);
    if (!user || !verdict.matches || user.disabled) {
      permit.failed();
      const reason = !user ? 'unknown_user' : user.disabled ? 'disabled' : 'wrong_password';
      await recordRefusal(entry(user, { action, address, outcome: 'refused', detail: { reason } }));
      throw new OpsError('invalid_credentials');
    }
    return { user, verdict, succeeded: () => permit.succeeded() };
  }

  async function login(
    { username, password }: { readonly username: string; readonly password: string },
    from: { readonly address: string; readonly local: boolean; readonly sessionHash: string | undefined },
  ): Promise<SignedIn> {
    const { address, local, sessionHash } = from;
    const found = await users.byName(username);
    const { user, verdict, succeeded } = await check(found, username, password, { address, action: 'login' });
    const restricted = user.passwordIsDefault && !local;
    const detail = restricted ? { restricted } : {};
    const sessionId = await sessions.open(
      user,
      { restricted, address, ...(sessionHash !== undefined && { replaces: sessionHash }) },
      {
        statements: verdict.outdated ? await renewHash(user, password) : [],
        audit: [entry(user, { action: 'login', address, outcome: 'ok', detail })],
      },
    );
    // The password was changed, or the user disabled, while it was being checked.
    if (sessionId === undefined) throw new OpsError('invalid_credentials');
    succeeded();
    return { sessionId, mustChangePassword: user.passwordIsDefault };
  }

  /** Brings a hash made with other parameters up to today's. Signing in does not depend on it. */
  async function renewHash(user: User, password: string): Promise<Statement[]> {
    try {
      const to = await hasher.hash(password);
      const { id, passwordHash: from, passwordIsDefault: isDefault } = user;
      return [users.setPassword(id, { from, to, isDefault, atMs: clock.wall() })];
    } catch (cause) {
      log.warn('Could not renew the hash of a password', { user: user.username, cause });
      return [];
    }
  }

  return {
    outcomes,

    async login(credentials, from) {
      try {
        const signedIn = await login(credentials, from);
        outcomes.ok++;
        return signedIn;
      } catch (error) {
        const code = error instanceof OpsError ? error.code : 'internal';
        if (code === 'invalid_credentials') outcomes.refused++;
        else if (code === 'too_many_requests') outcomes.throttled++;
        else outcomes.failed++;
        throw error;
      }
    },

    async logout(principal, address) {
      const ended = entry(principal, { action: 'logout', address, outcome: 'ok' });
      await sessions.end(principal.session.hash, 'logout', { audit: [ended] });
    },

    async changePassword(principal, { current, next }, address) {
      const found = await users.byName(principal.username);
      const { user, succeeded } = await check(found, principal.username, current, {
        address,
        action: 'password_change',
      });
      succeeded();
      const fault = current === next ? 'unchanged' : passwordFault(next, user.username);
      if (fault) throw new OpsError('weak_password', { field: 'body.new_password', reason: fault });
      const to = await hasher.hash(next);
      const change = { from: user.passwordHash, to, isDefault: false, atMs: clock.wall() };
      const [changed] = await sessions.endOthers(principal.session, {
        statements: [users.setPassword(user.id, change)],
        audit: [entry(user, { action: 'password_change', address, target: user.id, outcome: 'ok' })],
      });
      if (changed?.changes !== 1)
        throw new OpsError('conflict', { reason: 'the password was changed meanwhile' });
    },
  };
}
