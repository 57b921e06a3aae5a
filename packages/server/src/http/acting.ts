/** Whoever makes commands: as the audit trail names them, and what their request does to their session. */
import type { Auth } from '../auth/auth.ts';
import type { Principal } from '../auth/principal.ts';
import type { Actor } from '../commands/commands.ts';
import type { RequestContext } from './request-context.ts';

export function actorOf(principal: Principal, { address }: RequestContext): Actor {
  return { actor: principal.username, role: principal.role, address };
}

/** To run something is user activity, as the manual means it: the session begins its hour anew. */
export function countActivity({ sessions }: Pick<Auth, 'sessions'>, principal: Principal): void {
  if (principal.kind === 'session') sessions.activity(principal.session.hash);
}
