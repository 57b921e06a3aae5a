import { describe, expect, it } from 'vitest';

import { exampleFacts, exampleSample } from '@ops/testkit/example-messages.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';
import { clientSummary, clientView } from '@ops/protocol/http/clients.ts';
import type { SummaryMetrics } from '@ops/protocol/http/clients.ts';
import { decode } from '@ops/protocol/schema.ts';
import { freshSample } from '@ops/protocol/wire/plain-heartbeat.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';

import type { Entry } from './entry.ts';
import { createRoster } from './roster.ts';
import { NewestSample } from './newest-sample.ts';
import { toName, toSummary } from './summary.ts';
import { fakeLink, registrationOf } from './test-fleet.ts';
import { toView } from './view.ts';

function entryOf(...args: Parameters<typeof registrationOf>): Entry {
  const roster = createRoster(new ManualClock());
  const registration = registrationOf(...args);
  const entry = roster.add(registration);
  roster.connect(entry, registration, fakeLink());
  return entry;
}

function summaryMetrics(sample: Sample): SummaryMetrics {
  const newest = new NewestSample();
  newest.put(freshSample(sample));
  return newest.metrics;
}

describe('the metrics of a summary', () => {
  it('are the newest sample in few numbers', () => {
    const sample = exampleSample();
    expect(summaryMetrics(sample)).toEqual({
      cpu_usage: sample.cpu_usage,
      load1: sample.load_average?.[0],
      used_memory: sample.used_memory,
      total_memory: sample.total_memory,
      disk_used: sample.disks?.[0]?.used,
      disk_total: sample.disks?.[0]?.total,
      rx_bytes_per_sec: 18_432 + 512,
      tx_bytes_per_sec: 9_216 + 256,
      uptime_secs: sample.uptime_secs,
    });
  });

  it('leave out what was not measured, also when a list is there but empty', () => {
    expect(summaryMetrics({})).toEqual({});
    expect(summaryMetrics({ disks: [], network: [], disk_io: [] })).toEqual({});
    expect(Object.keys(summaryMetrics({ cpu_usage: 0 }))).toEqual(['cpu_usage']);
  });

  it('take the disk that is fullest by share, not by bytes', () => {
    const disks = [
      { mount: '/big', filesystem: 'xfs', total: 1000, used: 500 },
      { mount: '/small', filesystem: 'ext4', total: 10, used: 9 },
      { mount: '/none', filesystem: 'tmpfs', total: 0, used: 0 },
    ];
    expect(summaryMetrics({ disks })).toEqual({ disk_used: 9, disk_total: 10 });
    expect(summaryMetrics({ disks: [disks[2]!] })).toEqual({});
  });
});

describe('a view and a summary', () => {
  it('are what the HTTP schemas say, for a client that tells everything and one that tells nothing', () => {
    const full = entryOf(1);
    full.sample.put(freshSample(exampleSample()));
    full.conflictAtMs = 1;
    full.presence = 'late';
    const bare = entryOf(2, { facts: { hostname: 'bare' }, labels: {}, secretInUse: undefined });
    bare.policy = null;
    bare.remoteAddress = null;
    bare.clockOffsetMs = null;
    for (const entry of [full, bare]) {
      // Decoding refuses unknown and missing fields, and leaves out nothing that is known.
      expect(decode(clientView, toView(entry))).toEqual(toView(entry));
      expect(decode(clientSummary, toSummary(entry))).toEqual(toSummary(entry));
    }
    expect(toView(full)).toMatchObject({ late: true, conflict: true, secret_in_use: 'current' });
    for (const absent of ['late', 'conflict', 'secret_in_use'])
      expect(toView(bare)).not.toHaveProperty(absent);
  });

  it('show facts and the newest sample as one, nothing of an older sample', () => {
    const entry = entryOf(1);
    entry.sample.put(freshSample({ cpu_usage: 7 }));
    expect(toView(entry).system_info).toEqual({ ...exampleFacts({ hostname: 'host-00001' }), cpu_usage: 7 });
    entry.sample.put(freshSample({ used_memory: 5 }));
    expect(toView(entry).system_info).not.toHaveProperty('cpu_usage');
  });

  it('begin with the names, which change with nothing else', () => {
    const entry = entryOf(1);
    entry.presence = 'late';
    const before = toName(entry);
    expect(toSummary(entry)).toMatchObject(before);
    expect(before).toMatchObject({ hostname: 'host-00001', status: 'online', late: true });
    entry.sample.put(freshSample({ cpu_usage: 7 }));
    entry.lastSeenMs += 3000;
    expect(toName(entry)).toEqual(before);
  });

  it('give times in the form of the manual', () => {
    const entry = entryOf(1);
    entry.lastSeenMs = 1_756_519_200_250;
    expect(toView(entry).last_seen).toEqual({
      secs_since_epoch: 1_756_519_200,
      nanos_since_epoch: 250_000_000,
    });
    expect(toSummary(entry).last_seen_ms).toBe(1_756_519_200_250);
  });
});
