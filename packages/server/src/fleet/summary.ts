/** An entry as a list or a card shows it. */
import type { ClientName, ClientSummary } from '@ops/protocol/http/clients.ts';

import type { Entry } from './entry.ts';

export function toName(entry: Entry): ClientName {
  const { id, facts, labels, presence } = entry;
  return {
    id,
    hostname: facts.hostname,
    ip_addresses: facts.ip_addresses ?? [],
    labels,
    status: presence === 'offline' ? 'offline' : 'online',
    late: presence === 'late',
  };
}

export function toSummary(entry: Entry): ClientSummary {
  const { facts } = entry;
  return {
    ...toName(entry),
    ...(facts.os !== undefined && { os: facts.os }),
    ...(facts.os_version !== undefined && { os_version: facts.os_version }),
    ...(facts.arch !== undefined && { arch: facts.arch }),
    ...(facts.cpu_model !== undefined && { cpu_model: facts.cpu_model }),
    ...(facts.cpu_cores !== undefined && { cpu_cores: facts.cpu_cores }),
    conflict: entry.conflictAtMs !== null,
    encrypted: entry.encrypted,
    credential: entry.credential,
    client_version: entry.clientVersion,
    first_seen_ms: entry.firstSeenMs,
    last_seen_ms: entry.lastSeenMs,
    connected_at_ms: entry.connectedAtMs,
    disconnected_at_ms: entry.disconnectedAtMs,
    apps: entry.apps.length,
    ...(entry.sample.isThere && { metrics: entry.sample.metrics }),
  };
}
