import { MAX_HEARTBEATS_PER_SEC } from '@ops/protocol/wire/limits.ts';
import type { FreshHeartbeat } from '@ops/protocol/wire/plain-heartbeat.ts';
import { WireError } from '@ops/protocol/wire/wire-error.ts';

import type { GatewayParts } from '../parts.ts';
import type { Peer } from './peer.ts';

/** The most frequent message by far: no promise, no closure, one write. */
export function heartbeat(fresh: FreshHeartbeat, peer: Peer, parts: GatewayParts): void {
  const { clock, counters, acks } = parts;
  if (!peer.heartbeats.take(peer.lastFrameAt)) {
    throw new WireError('rate', `more than ${MAX_HEARTBEATS_PER_SEC} heartbeats a second`);
  }
  counters.heartbeats++;
  peer.seat?.heartbeat(fresh.sample, fresh.clientTimeMs);
  peer.send(acks.body(clock.wall()));
}
