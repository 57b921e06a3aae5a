import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { MAX_HEARTBEATS_PER_SEC } from '@ops/protocol/wire/limits.ts';
import { WireError } from '@ops/protocol/wire/wire-error.ts';

import type { GatewayParts } from '../parts.ts';
import type { Peer } from './peer.ts';

/** The most frequent message by far: no promise, no closure, one write. */
export function heartbeat(message: MessageOf<'heartbeat'>, peer: Peer, parts: GatewayParts): void {
  const { clock, counters, inbox, acks } = parts;
  if (!peer.heartbeats.take(peer.lastFrameAt)) {
    throw new WireError('rate', `more than ${MAX_HEARTBEATS_PER_SEC} heartbeats a second`);
  }
  counters.heartbeats++;
  inbox.heartbeat(peer.clientId, message.sample, message.client_time);
  peer.send(acks.body(clock.wall()));
}
