import { OpsError } from '@ops/protocol/errors.ts';
import { changePassword, checkAuth, keepAlive, login, logout } from '@ops/protocol/http/auth.ts';

import type { Auth } from '../../auth/auth.ts';
import type { Principal, SessionPrincipal } from '../../auth/principal.ts';
import { SESSION_COOKIE } from '../hooks/credentials.ts';
import type { RequestContext } from '../request-context.ts';
import { RequestFault } from '../request-fault.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { SUCCESSES } from '../words.ts';

/** Enough for a person to compare, too little to sign in with. */
const SHOWN_ID_CHARS = 8;

export type CookieSecure = 'auto' | 'always' | 'never';

export function authRoutes(needs: { readonly auth: Auth; readonly cookieSecure: CookieSecure }): Route[] {
  const { auth, cookieSecure } = needs;

  function cookie(value: string, maxAgeSecs: number, context: RequestContext, origin?: string): string {
    // A page that came over HTTPS asks from an https origin, also where a proxy does not say so.
    const secure = context.secure || origin?.startsWith('https://') === true;
    const isSecure = cookieSecure === 'always' || (cookieSecure === 'auto' && secure);
    const flags = `Path=/; Max-Age=${maxAgeSecs}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
    return `${SESSION_COOKIE}=${value}; ${flags}`;
  }

  return [
    route(login).returns(async ({ body, context, reply }) => {
      const { sessionId: presented } = context.credentials;
      const held = presented === undefined ? undefined : await auth.sessions.find(presented);
      const { address, local } = context;
      const signedIn = await auth.signIn.login(body, { address, local, sessionHash: held?.hash });
      void reply.header(
        'Set-Cookie',
        cookie(signedIn.sessionId, auth.sessionMaxSecs, context, reply.request.headers.origin),
      );
      return {
        success: true,
        message: SUCCESSES.login[context.language],
        session_id: shownId(signedIn.sessionId, context),
        must_change_password: signedIn.mustChangePassword,
      };
    }),

    route(checkAuth).returns(({ principal, context }) => {
      const { sessionId } = context.credentials;
      const isSession = principal.kind === 'session';
      return {
        success: true,
        message: SUCCESSES.checkAuth[context.language],
        session_id: isSession && sessionId !== undefined ? shownId(sessionId, context) : null,
        username: principal.username,
        role: principal.role,
        expires_in_secs: isSession ? principal.session.expiresInSecs : null,
        max_expires_in_secs: isSession ? principal.session.maxExpiresInSecs : null,
        must_change_password: principal.mustChangePassword,
        restricted: principal.restricted,
      };
    }),

    route(logout).returns(async ({ principal, context, reply }) => {
      await auth.signIn.logout(ofUser(principal), context.address);
      void reply.header('Set-Cookie', cookie('', 0, context, reply.request.headers.origin));
      return { success: true, message: SUCCESSES.logout[context.language], session_id: null };
    }),

    route(changePassword).returns(async ({ principal, body, context }) => {
      const passwords = { current: body.current_password, next: body.new_password };
      await auth.signIn.changePassword(ofUser(principal), passwords, context.address);
      return { success: true, message: SUCCESSES.changePassword[context.language] };
    }),

    route(keepAlive).returns(({ principal, context }) => {
      const session = principal.kind === 'session' ? principal.session : undefined;
      const left = session === undefined ? null : auth.sessions.activity(session.hash);
      if (left === 0) throw new OpsError('unauthenticated');
      return {
        success: true,
        message: SUCCESSES.keepAlive[context.language],
        expires_in_secs: left,
        max_expires_in_secs: session?.maxExpiresInSecs ?? null,
      };
    }),
  ];
}

/** A script in the page must not read what the HttpOnly cookie hides from it. */
function shownId(sessionId: string, { browser }: RequestContext): string {
  return browser ? sessionId.slice(0, SHOWN_ID_CHARS) : sessionId;
}

/** A token has no session to end and no password to change. */
function ofUser(principal: Principal): SessionPrincipal {
  if (principal.kind === 'session') return principal;
  throw new RequestFault('forbidden', {
    words: { zh: '令牌没有会话，也没有密码', en: 'a token has no session and no password' },
  });
}
