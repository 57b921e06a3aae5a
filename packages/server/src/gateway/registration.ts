/** Whether a client that registers may come in, and what the fleet is told about it. Pure. */
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { MAX_HEARTBEAT_SECS, MIN_HEARTBEAT_SECS } from '@ops/protocol/wire/limits.ts';

import type { FleetInbox, Registration } from '../fleet/fleet.ts';
import { lateAfterMs } from '../fleet/presence.ts';
import { DEFAULT_HEARTBEAT_SECS } from './limits.ts';
import type { RegisteredLink } from './roster.ts';
import type { ProvenBy, SecretSlot } from './secrets.ts';

export type Admission = 'welcome' | 'forgotten' | 'conflict' | 'too_many_connections';

export interface AdmissionFacts {
  readonly inbox: Pick<FleetInbox, 'isForgotten'>;
  /** The live link of the same client, if there is one. */
  readonly other: RegisteredLink | undefined;
  /** What the newcomer proved. */
  readonly provenBy: ProvenBy | undefined;
  readonly connections: number;
  readonly maxConnections: number;
  /** Monotonic milliseconds. */
  readonly now: number;
}

/**
 * A second link of a client is a normal event with a rule (S-14): the same process takes its own older link's place;
 * another process is refused as long as the first still answers, that is, has sent a frame before it counts as late.
 * A key of its own outweighs the shared secret: whoever has it is that host.
 */
export function admit(message: MessageOf<'register'>, facts: AdmissionFacts): Admission {
  const { inbox, other, provenBy, connections, maxConnections, now } = facts;
  if (inbox.isForgotten(message.client_id)) return 'forgotten';
  if (!other) return connections < maxConnections ? 'welcome' : 'too_many_connections';
  if (other.instanceId === message.instance_id) return 'welcome';
  if (provenBy === 'own_key' && other.provenBy !== 'own_key') return 'welcome';
  return now - other.lastFrameAt <= lateAfterMs(other.heartbeatIntervalSecs) ? 'conflict' : 'welcome';
}

/** Seconds between heartbeats: the client's wish within bounds, else the default. */
export function heartbeatIntervalSecs(wish: number | undefined): number {
  if (wish === undefined) return DEFAULT_HEARTBEAT_SECS;
  return Math.min(MAX_HEARTBEAT_SECS, Math.max(MIN_HEARTBEAT_SECS, wish));
}

/** @param link what the connection knows by itself */
export function registrationOf(
  message: MessageOf<'register'>,
  link: RegisteredLink & {
    readonly remoteAddress: string;
    readonly encrypted: boolean;
    readonly isProven: boolean;
    readonly slot: SecretSlot | undefined;
    readonly provenBy: ProvenBy | undefined;
  },
): Registration {
  return {
    clientId: message.client_id,
    instanceId: message.instance_id,
    clientVersion: message.client_version,
    facts: message.system_info,
    apps: message.app_info,
    labels: message.labels,
    policy: message.policy,
    upgrade: message.upgrade ? { keys: message.upgrade.keys, release: message.upgrade.release } : null,
    remoteAddress: link.remoteAddress,
    encrypted: link.encrypted,
    authenticated: link.isProven,
    credential: link.provenBy === 'token' ? 'none' : (link.provenBy ?? 'none'),
    secretInUse: link.slot,
    heartbeatIntervalSecs: link.heartbeatIntervalSecs,
    clientTimeMs: message.client_time,
  };
}
