import { hostFacts } from '@ops/protocol/domain/client.ts';
import { sample as sampleSchema } from '@ops/protocol/domain/sample.ts';
import { decode } from '@ops/protocol/schema.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { expect, test } from 'vitest';

import { createOtherReadings } from './other.ts';
import type { SystemInformation } from './other.ts';

function library(overrides: Partial<SystemInformation> = {}): SystemInformation {
  let received = 0;
  return {
    mem: async () => ({ total: 1000, available: 600, swaptotal: 50, swapused: 5 }),
    fsSize: async () => [
      { type: 'apfs', size: 500, used: 100, mount: '/' },
      { type: 'devfs', size: 0, used: 0, mount: '/dev' },
    ],
    networkStats: async () => [{ iface: 'en0', rx_bytes: (received += 15_000), tx_bytes: 0 }],
    processes: async () => ({ all: 321 }),
    osInfo: async () => ({ distro: 'macOS', release: '15.1' }),
    ...overrides,
  };
}

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

test('what the library answers is in the samples after it, and what node knows in every one', async () => {
  const clock = new ManualClock();
  const readings = createOtherReadings({ clock, log: silentLog, load: async () => library() });
  const first = readings.sample();
  expect(first.total_memory).toBeGreaterThan(0);
  expect(first.disks).toBeUndefined();
  await settle();
  const second = readings.sample();
  expect(second).toMatchObject({
    total_memory: 1000,
    used_memory: 400,
    used_swap: 5,
    process_count: 321,
    disks: [{ mount: '/', filesystem: 'apfs', total: 500, used: 100 }],
  });
  clock.advance(15_000);
  readings.sample();
  await settle();
  const third = readings.sample();
  expect(third.network).toEqual([{ interface: 'en0', rx_bytes_per_sec: 1000, tx_bytes_per_sec: 0 }]);
  expect(decode(sampleSchema, third)).toEqual(third);
  expect(readings.facts()).toMatchObject({ os: 'macOS', os_version: '15.1' });
});

test('a question that fails costs its own readings', async () => {
  const broken = library({ fsSize: () => Promise.reject(new Error('df is missing')) });
  const readings = createOtherReadings({
    clock: new ManualClock(),
    log: silentLog,
    load: async () => broken,
  });
  readings.sample();
  await settle();
  const sample = readings.sample();
  expect(sample.disks).toBeUndefined();
  expect(sample.process_count).toBe(321);
});

test('answers older than a minute are not repeated for ever', async () => {
  const clock = new ManualClock();
  let hangs = false;
  const slow = library({ mem: () => (hangs ? new Promise(() => {}) : library().mem()) });
  const readings = createOtherReadings({ clock, log: silentLog, load: async () => slow });
  readings.sample();
  await settle();
  hangs = true;
  clock.advance(30_000);
  expect(readings.sample().process_count).toBe(321);
  clock.advance(31_000);
  expect(readings.sample().process_count).toBeUndefined();
});

test('without the optional library the rest still works', async () => {
  const readings = createOtherReadings({
    clock: new ManualClock(),
    log: silentLog,
    load: () => Promise.reject(new Error('Cannot find package')),
  });
  readings.sample();
  await settle();
  expect(readings.sample().total_memory).toBeGreaterThan(0);
  expect(decode(hostFacts, readings.facts())).toEqual(readings.facts());
});

test('the real library answers in the shapes that are used', async () => {
  const clock = new ManualClock();
  const readings = createOtherReadings({ clock, log: silentLog });
  const real = (await import('systeminformation')).default;
  const mem = await real.mem();
  expect(mem.available).toBeLessThanOrEqual(mem.total);
  const stats = await real.networkStats('*');
  for (const one of stats) expect(typeof one.iface).toBe('string');
  for (const one of await real.fsSize()) expect(typeof one.mount).toBe('string');
  readings.close();
});
