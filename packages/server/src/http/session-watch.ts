/** What is open for a while (a stream, a poll) ends with the session it was opened by (S-22). */
import type { Clock } from '@ops/runtime/clock.ts';

import type { Auth } from '../auth/auth.ts';
import { refusal, sessionPrincipal } from '../auth/principal.ts';
import type { Principal } from '../auth/principal.ts';
import type { Access } from '@ops/protocol/http/endpoint.ts';

/** It is looked this often whether the session still stands: sign-outs elsewhere, changed roles. */
export const SESSION_LOOK_MS = 15_000;

/** Calls once, when whoever asked may no longer have the answer. @returns how to stop watching */
export type WatchSession = (call: () => void) => () => void;

export function createSessionWatch(
  needs: { readonly auth: Pick<Auth, 'sessions'>; readonly clock: Clock },
  who: { readonly principal: Principal; readonly access: Access; readonly local: boolean },
): WatchSession {
  const { auth, clock } = needs;
  const { principal, access, local } = who;

  async function stands(): Promise<boolean> {
    if (principal.kind === 'token') return true;
    const session = await auth.sessions.findByHash(principal.session.hash);
    return session !== undefined && refusal(access, sessionPrincipal(session, local), local) === undefined;
  }

  return (call) => {
    let watching = true;
    const over = (): void => {
      if (!watching) return;
      stop();
      call();
    };
    const look = clock.every(SESSION_LOOK_MS, () => {
      // A failure to know counts as standing: it is asked again.
      stands().then(
        (is) => {
          if (!is) over();
        },
        () => {},
      );
    });
    const release =
      principal.kind === 'session' ? auth.sessions.onEnd(principal.session.hash, over) : () => {};
    function stop(): void {
      watching = false;
      look.cancel();
      release();
    }
    return stop;
  };
}
