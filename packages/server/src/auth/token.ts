/** The bearer token for scripts (`auth_token`): acts as operator, is tried as rarely as a password. */
import { createHash, timingSafeEqual } from 'node:crypto';

import { OpsError } from '@ops/protocol/errors.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { Audit } from './audit.ts';
import { createMinuteLimit } from './minute-limit.ts';
import { tokenPrincipal } from './principal.ts';
import type { TokenPrincipal } from './principal.ts';
import { ATTEMPTS_PER_MINUTE, MAX_REMEMBERED } from './throttle.ts';

export interface TokenCheck {
  /** @throws OpsError `unauthenticated`, `too_many_requests` */
  check(presented: string, address: string): Promise<TokenPrincipal>;
  /** Tokens refused since the start. */
  readonly refused: number;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Compares without telling by its time where, or how long, the difference is. */
function tokensMatch(presented: string, expected: string): boolean {
  return timingSafeEqual(digest(presented), digest(expected));
}

export function createTokenCheck(needs: {
  readonly authToken: string | undefined;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Log;
}): TokenCheck {
  const { authToken, audit, clock, log } = needs;
  const refusals = createMinuteLimit({
    clock,
    perMinute: ATTEMPTS_PER_MINUTE,
    maxRemembered: MAX_REMEMBERED,
  });
  let refused = 0;

  return {
    async check(presented, address) {
      // Before the comparison: a guess that is not counted must not be answered either.
      const wait = refusals.waitMs(address);
      if (wait > 0) {
        refused++;
        throw new OpsError('too_many_requests', { retryAfterSecs: Math.ceil(wait / 1000) });
      }
      if (authToken !== undefined && tokensMatch(presented, authToken)) return tokenPrincipal;
      refused++;
      refusals.count(address);
      const what = { actor: 'address', role: '', address, action: 'token_auth', target: '' };
      await audit
        .record({ ...what, atMs: clock.wall(), detail: {}, outcome: 'refused' })
        .catch((cause: unknown) => log.error('A refusal was not audited', { cause }));
      throw new OpsError('unauthenticated');
    },
    get refused() {
      return refused;
    },
  };
}
