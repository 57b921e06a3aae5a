/**
 * Whether the hosts of the canary that are done stay: all of them connected for CANARY_STAY_MS, each over one and the same
 * connection. A connection that is made anew (each client makes one more when its trial is over) begins that anew.
 */
import type { Clock } from '@ops/runtime/clock.ts';

import type { ClientLink } from '../fleet/fleet.ts';
import type { Host } from './record.ts';

export const CANARY_STAY_MS = 30_000;

export interface CanaryWatch {
  /** @returns 0: they stayed; else the milliseconds until it is worth to look again */
  remainingMs(done: readonly Host[]): number;
}

/** Until hosts that are not connected are looked for again. */
const LOOK_MS = 1000;

export function createCanaryWatch(needs: {
  readonly link: (clientId: string) => ClientLink | undefined;
  readonly clock: Clock;
}): CanaryWatch {
  const { link, clock } = needs;
  /** Since when each has this connection. */
  const since = new Map<string, { readonly link: ClientLink; readonly at: number }>();

  return {
    remainingMs(done) {
      const now = clock.mono();
      let remaining = 0;
      for (const { clientId } of done) {
        const present = link(clientId);
        if (!present) {
          since.delete(clientId);
          remaining = Math.max(remaining, CANARY_STAY_MS + LOOK_MS);
          continue;
        }
        const known = since.get(clientId);
        const at = known?.link === present ? known.at : now;
        since.set(clientId, { link: present, at });
        remaining = Math.max(remaining, at + CANARY_STAY_MS - now);
      }
      return remaining > CANARY_STAY_MS ? LOOK_MS : Math.max(0, remaining);
    },
  };
}
