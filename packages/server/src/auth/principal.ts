/** Who acts, and what that one may do. The table of endpoints says what each call needs; nothing else decides. */
import type { ErrorCode } from '@ops/protocol/errors.ts';
import { ROLES } from '@ops/protocol/http/endpoint.ts';
import type { Access, Role } from '@ops/protocol/http/endpoint.ts';

import type { ActiveSession } from './session.ts';

export interface SessionPrincipal {
  readonly kind: 'session';
  readonly session: ActiveSession;
  readonly username: string;
  readonly role: Role;
  /** The default password is still in use. */
  readonly mustChangePassword: boolean;
  /** May only change the default password, or leave. */
  readonly restricted: boolean;
}

export interface TokenPrincipal {
  readonly kind: 'token';
  readonly username: 'token';
  readonly role: 'operator';
  readonly mustChangePassword: false;
  readonly restricted: false;
}

export type Principal = SessionPrincipal | TokenPrincipal;

export const tokenPrincipal: TokenPrincipal = {
  kind: 'token',
  username: 'token',
  role: 'operator',
  mustChangePassword: false,
  restricted: false,
};

/**
 * The default password opens everything only from this very machine: a session is fenced while the password is the
 * default one and either the sign-in or this request came from elsewhere.
 */
export function sessionPrincipal(session: ActiveSession, local: boolean): SessionPrincipal {
  const { username, role, passwordIsDefault } = session.user;
  return {
    kind: 'session',
    session,
    username,
    role,
    mustChangePassword: passwordIsDefault,
    restricted: passwordIsDefault && (session.restricted || !local),
  };
}

function rank(role: Role): number {
  return ROLES.indexOf(role);
}

/** @returns why the call is refused, undefined when it is allowed */
export function refusal(
  access: Access,
  principal: Principal | undefined,
  local: boolean,
): Extract<ErrorCode, 'unauthenticated' | 'forbidden' | 'password_change_required'> | undefined {
  if (access === 'public') return undefined;
  if (access === 'metrics') {
    if (local || principal?.kind === 'token') return undefined;
    return principal ? 'forbidden' : 'unauthenticated';
  }
  if (!principal) return 'unauthenticated';
  if (access === 'session') return undefined;
  if (principal.restricted) return 'password_change_required';
  return rank(principal.role) >= rank(access) ? undefined : 'forbidden';
}
