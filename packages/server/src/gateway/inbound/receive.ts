/** Joins each message of a registered client to what serves it. The protocol's table has judged type, phase and schema. */
import type { ClientMessage } from '@ops/protocol/wire/messages.ts';
import { freshHeartbeat } from '@ops/protocol/wire/plain-heartbeat.ts';
import { WireError } from '@ops/protocol/wire/wire-error.ts';

import type { GatewayParts } from '../parts.ts';
import { commandAccepted, commandOutput, commandResult } from './commands.ts';
import { appInfo, systemInfo } from './facts.ts';
import { heartbeat } from './heartbeat.ts';
import type { Peer } from './peer.ts';
import { samples } from './samples.ts';
import { upgradeFetch, upgradeStatus } from './upgrades.ts';

/** @throws WireError when the client may not send this, or not so often */
export function receive(message: ClientMessage, peer: Peer, parts: GatewayParts): void {
  switch (message.type) {
    case 'heartbeat':
      return heartbeat(freshHeartbeat(message), peer, parts);
    case 'system_info':
      return systemInfo(message, peer, parts);
    case 'app_info':
      return appInfo(message, peer, parts);
    case 'samples':
      return samples(message, peer, parts);
    case 'command_accepted':
      return commandAccepted(message, peer, parts);
    case 'command_output':
      return commandOutput(message, peer, parts);
    case 'command_result':
      return commandResult(message, peer, parts);
    case 'upgrade_status':
      return upgradeStatus(message, peer, parts);
    case 'upgrade_fetch':
      return upgradeFetch(message, peer, parts);
    case 'auth_response':
    case 'enrol':
    case 'register':
    case 'goodbye':
    case 'error':
      throw new WireError('wrong_phase', `${message.type} does not belong here`);
  }
}
