/** What the two directions of a rollout have in their hands: forward.ts and backward.ts decide, the runner carries out. */
import type { Words } from '@ops/protocol/http/endpoint.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import type { Move } from './moves.ts';
import { isMoving, type Host, type RolloutRecord } from './record.ts';
import type { SoakFleet } from './soak.ts';

export interface Hand {
  readonly record: RolloutRecord;
  readonly fleet: SoakFleet;
  readonly clock: Clock;
  /** A host that is offline may be on its way: the server has only just started. */
  readonly mayReturn: () => boolean;
  /** It stands so from now on: on disk first. */
  readonly save: (move: Omit<Move, 'action'> & { readonly action?: string | undefined }) => Promise<void>;
  /**
   * Begins the first step of these, all at once. Those that began are on disk.
   * @param back the version each goes back to; undefined: forwards
   * @returns those that failed instead, which are not
   */
  readonly beginAll: (hosts: readonly Host[], back?: ReadonlyMap<Host, string>) => Promise<readonly Host[]>;
  /** There is more to do. */
  readonly wake: () => void;
  /** There may be, after a while. */
  readonly later: () => void;
}

export function movingHosts({ hosts }: Pick<RolloutRecord, 'hosts'>): number {
  return hosts.reduce((sum, host) => sum + (isMoving(host) ? 1 : 0), 0);
}

/** How many more may be begun. */
export function room({ facts, hosts }: Pick<RolloutRecord, 'facts' | 'hosts'>): number {
  return Math.max(0, facts.concurrency - movingHosts({ hosts }));
}

/** It did not become what it should, in the direction in which it moves. */
export function failed(host: Host, reason: Host['reason'], detail: Words): Host {
  const state = host.state === 'rolling_back' ? 'rollback_failed' : 'failed';
  return { ...host, state, reason, detail };
}
