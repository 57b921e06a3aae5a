/** A fleet for tests: what it is told, it is. Filters by status and name only. */
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { HostPolicy } from '@ops/protocol/domain/client.ts';
import type { ClientSummary, ClientView } from '@ops/protocol/http/clients.ts';
import { toTimestamp } from '@ops/protocol/http/endpoint.ts';

import type { Fleet, FleetChange } from '../fleet/fleet.ts';

export interface StandInFleet extends Fleet {
  put(summary: ClientSummary): void;
  /** What runs on it. */
  setApps(id: string, apps: readonly AppInfo[]): void;
  /** What the host says of its own policy. */
  limit(id: string, policy: HostPolicy): void;
  /** New readings, without a change of presence. */
  measure(id: string, metrics: NonNullable<ClientSummary['metrics']>, lastSeenMs: number): void;
}

/** The n-th client, made up: `00000001-…`, `host-00001`. */
export function exampleClient(n: number, status: 'online' | 'offline' = 'online'): ClientSummary {
  return {
    id: `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`,
    hostname: `host-${String(n).padStart(5, '0')}`,
    os: 'Debian GNU/Linux',
    os_version: '12',
    arch: 'x64',
    cpu_model: 'Example CPU',
    cpu_cores: 4,
    ip_addresses: ['192.0.2.1'],
    labels: { env: 'prod' },
    status,
    late: false,
    conflict: false,
    encrypted: false,
    credential: 'none',
    client_version: '1.0.0',
    first_seen_ms: 1_756_000_000_000,
    last_seen_ms: 1_767_225_600_000,
    connected_at_ms: status === 'online' ? 1_767_225_500_000 : null,
    disconnected_at_ms: status === 'online' ? null : 1_767_225_600_000,
    apps: 0,
    metrics: {
      cpu_usage: 12.5,
      load1: 0.5,
      used_memory: 4_000_000_000,
      total_memory: 16_000_000_000,
      disk_used: 50_000_000_000,
      disk_total: 100_000_000_000,
      rx_bytes_per_sec: 1000,
      tx_bytes_per_sec: 2000,
      uptime_secs: 86_400,
    },
  };
}

function viewOf(summary: ClientSummary, policy: HostPolicy | null): ClientView {
  const { hostname, os, cpu_model, cpu_cores, ip_addresses, metrics = {} } = summary;
  const { cpu_usage, total_memory, used_memory } = metrics;
  return {
    system_info: {
      hostname,
      ...(os !== undefined && { os }),
      ...(cpu_model !== undefined && { cpu_model }),
      ...(cpu_cores !== undefined && { cpu_cores }),
      ip_addresses,
      ...(cpu_usage !== undefined && { cpu_usage }),
      ...(total_memory !== undefined && { total_memory }),
      ...(used_memory !== undefined && { used_memory }),
      load_average: [0.5, 0.4, 0.3],
      disks: [{ mount: '/', filesystem: 'ext4', total: 100_000_000_000, used: 50_000_000_000 }],
      network: [{ interface: 'eth0', rx_bytes_per_sec: 1000, tx_bytes_per_sec: 2000 }],
    },
    app_info: [],
    last_seen: toTimestamp(summary.last_seen_ms),
    status: summary.status,
    connected_at: summary.connected_at_ms === null ? null : toTimestamp(summary.connected_at_ms),
    disconnected_at: summary.disconnected_at_ms === null ? null : toTimestamp(summary.disconnected_at_ms),
    client_version: summary.client_version,
    protocol_version: summary.status === 'online' ? 2 : null,
    labels: summary.labels,
    policy,
    upgrade: null,
    remote_address: '192.0.2.1',
    encrypted: false,
    authenticated: true,
    credential: 'shared_secret',
    clock_offset_ms: 0,
    heartbeat_interval_secs: 3,
  };
}

export function createStandInFleet(): StandInFleet {
  const clients = new Map<string, ClientSummary>();
  const versions = new Map<string, number>();
  const appsById = new Map<string, readonly AppInfo[]>();
  const policies = new Map<string, HostPolicy>();
  const listeners = new Set<(change: FleetChange) => void>();
  let version = 0;

  const tell = (change: FleetChange): void => {
    for (const call of listeners) call(change);
  };

  return {
    put(summary) {
      clients.set(summary.id, summary);
      versions.delete(summary.id);
      versions.set(summary.id, ++version);
      tell({ kind: 'client', summary });
    },
    setApps(id, apps) {
      appsById.set(id, apps);
      tell({ kind: 'apps', id, apps });
    },
    limit: (id, policy) => void policies.set(id, policy),
    measure(id, metrics, lastSeenMs) {
      const known = clients.get(id);
      if (!known) return;
      clients.set(id, { ...known, metrics, last_seen_ms: lastSeenMs });
      versions.delete(id);
      versions.set(id, ++version);
    },
    ids({ status, search = '' }) {
      return [...clients.values()]
        .filter((client) => status === undefined || client.status === status)
        .filter((client) => client.hostname.includes(search))
        .toSorted((a, b) => a.hostname.localeCompare(b.hostname))
        .map((client) => client.id);
    },
    // Of these, tests of the real fleet.
    window() {
      throw new Error('no window into a stand-in');
    },
    map() {
      throw new Error('no map of a stand-in');
    },
    view(id) {
      const summary = clients.get(id);
      return summary && viewOf(summary, policies.get(id) ?? null);
    },
    summary: (id) => clients.get(id),
    name: (id) => clients.get(id),
    target(id) {
      const client = clients.get(id);
      if (!client) return undefined;
      const { hostname, status } = client;
      return { hostname, online: status === 'online', policy: policies.get(id) ?? null };
    },
    running(id) {
      const client = clients.get(id);
      if (!client) return undefined;
      const { hostname, status, client_version, arch } = client;
      return { hostname, online: status === 'online', version: client_version, arch, upgrade: null };
    },
    appsOf(id) {
      const client = clients.get(id);
      if (!client) return undefined;
      const { hostname, status } = client;
      const readonly = policies.get(id)?.readonly ?? false;
      return { client_id: id, hostname, status, readonly, apps: [...(appsById.get(id) ?? [])] };
    },
    sample(id) {
      const client = clients.get(id);
      return client?.status === 'online' ? {} : undefined;
    },
    counts() {
      const online = [...clients.values()].filter((client) => client.status === 'online').length;
      return { total: clients.size, online, late: 0, offline: clients.size - online };
    },
    async forget(id) {
      const known = clients.get(id);
      if (!known) return 'unknown';
      if (known.status === 'online') return 'online';
      clients.delete(id);
      versions.delete(id);
      tell({ kind: 'forgotten', id });
      return 'forgotten';
    },
    onChange(call) {
      listeners.add(call);
      return () => listeners.delete(call);
    },
    readingsSince(since, limit) {
      const fresh = [...versions]
        .filter(([id, at]) => at > since && clients.get(id)?.status === 'online')
        .slice(0, limit);
      const readings = fresh.map(([id]) => {
        const { metrics, last_seen_ms } = clients.get(id)!;
        return [id, { ...metrics, last_seen_ms }] as const;
      });
      return { version: fresh.at(-1)?.[1] ?? since, clients: new Map(readings) };
    },
  };
}
