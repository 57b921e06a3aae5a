import { OpsError } from '@ops/protocol/errors.ts';

import type { Auth } from '../../auth/auth.ts';
import { refusal, sessionPrincipal } from '../../auth/principal.ts';
import type { Check } from './check.ts';

/** The one place where a request is let in (S-1): who it is comes from the row, what that one may from the table. */
export function createPermissionCheck(auth: Pick<Auth, 'sessions' | 'tokens'>): Check {
  return async ({ context, endpoint }) => {
    if (!endpoint || endpoint.access === 'public') return;
    const { sessionId, bearer } = context.credentials;
    if (bearer !== undefined) {
      context.principal = await auth.tokens.check(bearer, context.address);
    } else if (sessionId !== undefined) {
      const session = await auth.sessions.find(sessionId);
      if (session) context.principal = sessionPrincipal(session, context.local);
    }
    const refused = refusal(endpoint.access, context.principal, context.local);
    if (refused) throw new OpsError(refused);
  };
}
