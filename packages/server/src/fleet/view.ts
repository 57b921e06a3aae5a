/** An entry in full, as `GET /api/clients` shows it. */
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import type { ClientView } from '@ops/protocol/http/clients.ts';
import { toTimestamp } from '@ops/protocol/http/endpoint.ts';
import { PROTOCOL_VERSION } from '@ops/protocol/wire/limits.ts';

import type { Entry } from './entry.ts';

/**
 * `system_info` is the facts and the newest sample, nothing older: a reading that sample does not hold is absent.
 * `secret_in_use`, `protocol_version` and `heartbeat_interval_secs` belong to a connection, so an offline client has none.
 */
export function toView(entry: Entry): ClientView {
  const online = entry.presence !== 'offline';
  return {
    system_info: { ...entry.facts, ...entry.sample.read() },
    app_info: [...entry.apps],
    last_seen: toTimestamp(entry.lastSeenMs),
    status: online ? 'online' : 'offline',
    ...(entry.presence === 'late' && { late: true }),
    connected_at: entry.connectedAtMs === null ? null : toTimestamp(entry.connectedAtMs),
    disconnected_at: entry.disconnectedAtMs === null ? null : toTimestamp(entry.disconnectedAtMs),
    client_version: entry.clientVersion,
    // The one version there is: another one is refused at the door.
    protocol_version: online ? PROTOCOL_VERSION : null,
    labels: entry.labels,
    policy: entry.policy,
    upgrade: entry.upgrade,
    remote_address: entry.remoteAddress,
    encrypted: entry.encrypted,
    authenticated: entry.authenticated,
    credential: entry.credential,
    ...(entry.secretInUse && { secret_in_use: entry.secretInUse }),
    ...(entry.conflictAtMs !== null && { conflict: true }),
    clock_offset_ms: entry.clockOffsetMs,
    heartbeat_interval_secs: online ? entry.heartbeatIntervalSecs : null,
  };
}

/** Its applications, as `GET /api/apps` shows them. */
export function toApps({ id, facts, presence, policy, apps }: Entry): ClientApps {
  return {
    client_id: id,
    hostname: facts.hostname,
    status: presence === 'offline' ? 'offline' : 'online',
    readonly: policy?.readonly ?? false,
    apps: [...apps],
  };
}
