import { fileURLToPath } from 'node:url';

import { hostFacts } from '@ops/protocol/domain/client.ts';
import { sample as sampleSchema } from '@ops/protocol/domain/sample.ts';
import { decode } from '@ops/protocol/schema.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { describe, expect, onTestFinished, test } from 'vitest';

import { createLinuxReadings } from './linux.ts';
import type { Readings } from './readings.ts';

function recorded(name: string): { readings: Readings; clock: ManualClock } {
  const root = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  const clock = new ManualClock();
  const readings = createLinuxReadings({
    clock,
    log: silentLog,
    proc: `${root}/proc`,
    sys: `${root}/sys`,
    osRelease: [`${root}/missing`, `${root}/os-release`],
  });
  onTestFinished(readings.close);
  return { readings, clock };
}

function here(): Readings {
  const readings = createLinuxReadings({ clock: systemClock, log: silentLog });
  onTestFinished(readings.close);
  return readings;
}

const GIB = 1024 ** 3;

describe.each([
  {
    name: 'debian-12-x86_64',
    sample: {
      total_swap: 8_589_930_496,
      process_count: 3,
      uptime_secs: 223_411,
      load_average: [0.52, 0.58, 0.59],
    },
    usedMemory: 6.8,
    network: ['enp0s31f6', 'wlp2s0'],
    disks: ['nvme0n1'],
    cores: 4,
    facts: {
      os: 'Debian GNU/Linux',
      os_version: '12 (bookworm)',
      cpu_model: 'Intel(R) Core(TM) i5-8350U CPU @ 1.70GHz',
      cpu_cores: 4,
    },
  },
  {
    name: 'centos-6-x86_64',
    sample: { total_memory: 1_044_578_304, used_swap: 0, uptime_secs: 4_512_331 },
    usedMemory: 0.26,
    network: ['eth0'],
    disks: ['sda'],
    cores: 1,
    facts: { os: 'CentOS', os_version: '6', cpu_cores: 1 },
  },
  {
    name: 'raspberry-pi-arm64',
    sample: { used_swap: 0 },
    usedMemory: 0.35,
    network: ['eth0', 'wlan0'],
    disks: ['mmcblk0'],
    // One core is switched off.
    cores: 3,
    facts: { cpu_model: 'Cortex-A72', cpu_cores: 3 },
  },
  {
    name: 'alpine-container',
    sample: { total_swap: 0, used_swap: 0, process_count: 2 },
    usedMemory: 2.5,
    network: ['eth0'],
    disks: ['xvda'],
    cores: 2,
    facts: { os: 'Alpine Linux', os_version: '3.20.3' },
  },
])('recorded on $name', ({ name, sample, usedMemory, network, disks, cores, facts }) => {
  test('sizes are there at once, rates from the second sample on', () => {
    const { readings, clock } = recorded(name);
    const first = readings.sample();
    expect(first).toMatchObject(sample);
    expect(first.used_memory! / GIB).toBeCloseTo(usedMemory, 1);
    expect(first.network ?? first.disk_io ?? first.cpu_usage).toBeUndefined();
    clock.advance(3_000);
    const second = readings.sample();
    expect(second.network?.map((one) => one.interface)).toEqual(network);
    expect(second.disk_io?.map((one) => one.device)).toEqual(disks);
    expect(decode(sampleSchema, second)).toEqual(second);
    // The recording stands still: no ticks went by, so no usage is claimed.
    expect(second.cpu_usage).toBeUndefined();
    expect(readings.facts().cpu_cores).toBe(cores);
  });

  test('facts are those of the host', () => {
    const { readings } = recorded(name);
    expect(readings.facts()).toMatchObject(facts);
    expect(decode(hostFacts, readings.facts())).toEqual(readings.facts());
  });
});

describe.runIf(process.platform === 'linux')('this machine', () => {
  test('has memory, load, processes, a time since boot and a root filesystem', () => {
    const sample = here().sample();
    expect(decode(sampleSchema, sample)).toEqual(sample);
    expect(sample.total_memory).toBeGreaterThan(sample.used_memory!);
    expect(sample.used_memory).toBeGreaterThan(10_000_000);
    expect(sample.load_average).toHaveLength(3);
    expect(sample.process_count).toBeGreaterThan(0);
    expect(sample.uptime_secs).toBeGreaterThan(0);
    const disks = sample.disks ?? [];
    expect(disks.length).toBeGreaterThan(0);
    for (const { total, used } of disks) expect(total).toBeGreaterThanOrEqual(used);
    expect(new Set(disks.map(({ mount }) => mount)).size).toBe(disks.length);
  });

  test('has a processor and a name', () => {
    const facts = here().facts();
    expect(decode(hostFacts, facts)).toEqual(facts);
    expect(facts.hostname).not.toBe('');
    expect(facts.cpu_cores).toBeGreaterThan(0);
    expect(facts.kernel).toMatch(/^\d+\./);
    for (const address of facts.ip_addresses ?? []) expect(address).not.toMatch(/^127\.|^::1$/);
  });

  test('a sample costs less than a millisecond of CPU', () => {
    const readings = here();
    for (let i = 0; i < 200; i++) readings.sample();
    const before = process.cpuUsage();
    for (let i = 0; i < 1000; i++) readings.sample();
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000 / 1000).toBeLessThan(1);
  });

  test('sampling leaves no file open', () => {
    // File descriptors are numbered from the lowest free one: a leak would exhaust them.
    for (let i = 0; i < 3000; i++) {
      const readings = createLinuxReadings({ clock: systemClock, log: silentLog });
      readings.sample();
      readings.close();
    }
    expect(here().sample().total_memory).toBeGreaterThan(0);
  });
});

test('a host without /proc still has a name', () => {
  const readings = createLinuxReadings({
    clock: new ManualClock(),
    log: silentLog,
    proc: '/nowhere/proc',
    sys: '/nowhere/sys',
    osRelease: [],
  });
  onTestFinished(readings.close);
  expect(readings.sample()).toEqual({});
  expect(readings.facts().hostname).not.toBe('');
});
