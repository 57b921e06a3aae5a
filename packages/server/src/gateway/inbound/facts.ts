import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { WireError } from '@ops/protocol/wire/wire-error.ts';

import { MAX_CHANGES_PER_SEC } from '../limits.ts';
import type { GatewayParts } from '../parts.ts';
import type { Peer } from './peer.ts';

/** Each change is stored and told to every open console, so a client may not make many. */
function countChange(peer: Peer): void {
  if (!peer.changes.take(peer.lastFrameAt)) {
    throw new WireError('rate', `more than ${MAX_CHANGES_PER_SEC} changes of facts or apps a second`);
  }
}

export function systemInfo(message: MessageOf<'system_info'>, peer: Peer, parts: GatewayParts): void {
  countChange(peer);
  parts.inbox.facts(peer.clientId, message.system_info);
}

export function appInfo(message: MessageOf<'app_info'>, peer: Peer, parts: GatewayParts): void {
  countChange(peer);
  parts.inbox.apps(peer.clientId, message.app_info);
}
