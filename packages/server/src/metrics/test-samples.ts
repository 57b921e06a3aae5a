/** Samples of all kinds, and a rollup over a real database, for tests. */
import * as fc from 'fast-check';
import { expect } from 'vitest';

import type { Sample } from '@ops/protocol/domain/sample.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';

import { recordedLog } from '../fleet/test-fleet.ts';
import type { RecordedLog } from '../fleet/test-fleet.ts';
import { testSampleDatabase } from '../storage/test-database.ts';
import type { TestDatabase, TestDatabaseOptions } from '../storage/test-database.ts';
import type { SampleTables } from '../storage/tables.ts';
import type { Reading } from './minute.ts';
import { createRollup } from './rollup.ts';
import type { Rollup } from './rollup.ts';
import { createSampleStore } from './sample-store.ts';
import type { SampleStore } from './sample-store.ts';

const bytes = fc.nat({ max: 2 ** 40 });
const rate = fc.double({ min: 0, max: 1e9, noNaN: true });
const optional = { requiredKeys: [] };

/** Any reading may be missing. */
export const anySample: fc.Arbitrary<Sample> = fc.record(
  {
    cpu_usage: fc.double({ min: 0, max: 100, noNaN: true }),
    load_average: fc.tuple(rate, rate, rate).map((loads) => [...loads]),
    used_memory: bytes,
    total_memory: bytes,
    used_swap: bytes,
    disks: fc.array(
      fc.record({ mount: fc.constant('/'), filesystem: fc.constant('ext4'), total: bytes, used: bytes }),
      {
        maxLength: 3,
      },
    ),
    network: fc.array(
      fc.record({ interface: fc.constant('eth0'), rx_bytes_per_sec: rate, tx_bytes_per_sec: rate }),
      { maxLength: 3 },
    ),
    disk_io: fc.array(
      fc.record({ device: fc.constant('sda'), read_bytes_per_sec: rate, write_bytes_per_sec: rate }),
      { maxLength: 3 },
    ),
  },
  optional,
);

function sum(values: readonly number[] | undefined): number | undefined {
  return values && values.length > 0 ? values.reduce((all, each) => all + each, 0) : undefined;
}

/** What a sample says of each reading, written down independently of the code under test. */
export function readingsOf(sample: Sample): Partial<Record<Reading, number | undefined>> {
  const disks = (sample.disks ?? []).filter((disk) => disk.total > 0);
  const share = Math.max(...disks.map((disk) => disk.used / disk.total));
  const fullest = disks.find((disk) => disk.used / disk.total === share);
  return {
    cpu_usage: sample.cpu_usage,
    load1: sample.load_average?.at(0),
    used_memory: sample.used_memory,
    total_memory: sample.total_memory,
    used_swap: sample.used_swap,
    disk_used: fullest?.used,
    disk_total: fullest?.total,
    rx_bytes_per_sec: sum(sample.network?.map((each) => each.rx_bytes_per_sec)),
    tx_bytes_per_sec: sum(sample.network?.map((each) => each.tx_bytes_per_sec)),
    read_bytes_per_sec: sum(sample.disk_io?.map((each) => each.read_bytes_per_sec)),
    write_bytes_per_sec: sum(sample.disk_io?.map((each) => each.write_bytes_per_sec)),
  };
}

/** Equal but for the last bits, which depend on the order of additions, or but for what was rounded off. */
export function expectClose(
  actual: number | undefined,
  expected: number | undefined,
  roundedOff = 1e-9,
): void {
  if (actual === undefined || expected === undefined) expect(actual).toBe(expected);
  else
    expect(Math.abs(actual - expected)).toBeLessThanOrEqual(Math.max(Math.abs(expected) * 1e-9, roundedOff));
}

export interface TestRollup extends AsyncDisposable {
  readonly rollup: Rollup;
  readonly store: SampleStore;
  readonly clock: ManualClock;
  readonly log: RecordedLog;
  readonly samples: TestDatabase<SampleTables>;
  /** Another one over the same database: the server after a restart. */
  restarted(): Rollup;
}

/** The clock starts at a whole minute. */
export async function testRollup(options?: TestDatabaseOptions): Promise<TestRollup> {
  const samples = await testSampleDatabase(options);
  const clock = new ManualClock();
  const log = recordedLog();
  const store = createSampleStore(samples.database);
  const rollups: Rollup[] = [];
  const make = (): Rollup => {
    const rollup = createRollup({ store, clock, log });
    rollups.push(rollup);
    return rollup;
  };
  return {
    rollup: make(),
    store,
    clock,
    log,
    samples,
    restarted: make,
    async [Symbol.asyncDispose]() {
      for (const rollup of rollups) await rollup.stop();
      await samples[Symbol.asyncDispose]();
    },
  };
}
