/** An entry as a list or a card shows it. */
import type { Sample } from '@ops/protocol/domain/sample.ts';
import type { ClientSummary, SummaryMetrics } from '@ops/protocol/http/clients.ts';

import type { Entry } from './entry.ts';
import { fullestDisk, receivedPerSec, sentPerSec } from './readings.ts';

/** The newest sample in nine numbers. What it does not hold is absent. */
export function summaryMetrics(sample: Sample): SummaryMetrics {
  const metrics: SummaryMetrics = {};
  const disk = fullestDisk(sample);
  const received = receivedPerSec(sample);
  const sent = sentPerSec(sample);
  if (sample.cpu_usage !== undefined) metrics.cpu_usage = sample.cpu_usage;
  if (sample.load_average !== undefined) metrics.load1 = sample.load_average[0]!;
  if (sample.used_memory !== undefined) metrics.used_memory = sample.used_memory;
  if (sample.total_memory !== undefined) metrics.total_memory = sample.total_memory;
  if (disk !== undefined) {
    metrics.disk_used = disk.used;
    metrics.disk_total = disk.total;
  }
  if (received !== undefined) metrics.rx_bytes_per_sec = received;
  if (sent !== undefined) metrics.tx_bytes_per_sec = sent;
  if (sample.uptime_secs !== undefined) metrics.uptime_secs = sample.uptime_secs;
  return metrics;
}

export function toSummary(entry: Entry): ClientSummary {
  const { facts } = entry;
  return {
    id: entry.id,
    hostname: facts.hostname,
    ...(facts.os !== undefined && { os: facts.os }),
    ...(facts.os_version !== undefined && { os_version: facts.os_version }),
    ...(facts.arch !== undefined && { arch: facts.arch }),
    ...(facts.cpu_model !== undefined && { cpu_model: facts.cpu_model }),
    ...(facts.cpu_cores !== undefined && { cpu_cores: facts.cpu_cores }),
    ip_addresses: facts.ip_addresses ?? [],
    labels: entry.labels,
    status: entry.presence === 'offline' ? 'offline' : 'online',
    late: entry.presence === 'late',
    conflict: entry.conflictAtMs !== null,
    encrypted: entry.encrypted,
    client_version: entry.clientVersion,
    last_seen_ms: entry.lastSeenMs,
    connected_at_ms: entry.connectedAtMs,
    disconnected_at_ms: entry.disconnectedAtMs,
    apps: entry.apps.length,
    ...(entry.sample && { metrics: summaryMetrics(entry.sample) }),
  };
}
