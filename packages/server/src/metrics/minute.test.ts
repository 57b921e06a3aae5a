import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { figuresOf } from '@ops/protocol/domain/figures.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';
import { exampleSample } from '@ops/testkit/example-messages.ts';

import {
  addFigures,
  createAccumulator,
  mergeMinutes,
  READINGS,
  resetAccumulator,
  toMinute,
} from './minute.ts';
import type { Minute, Reading } from './minute.ts';
import { anySample, expectClose, readingsOf } from './test-samples.ts';

function minuteOfAll(samples: readonly Sample[]): Minute {
  const accumulator = createAccumulator(7);
  for (const sample of samples) addFigures(accumulator, figuresOf(sample));
  return toMinute(accumulator);
}

function value(minute: Minute, reading: Reading): number | undefined {
  return minute.averages[READINGS.indexOf(reading)];
}

describe('a minute', () => {
  it('holds the average of each reading over the samples that have it', () => {
    fc.assert(
      fc.property(fc.array(anySample, { minLength: 1, maxLength: 20 }), (samples) => {
        const minute = minuteOfAll(samples);
        expect([minute.minute, minute.samples]).toEqual([7, samples.length]);
        for (const reading of READINGS) {
          const there = samples
            .map((sample) => readingsOf(sample)[reading])
            .filter((each) => each !== undefined);
          const average = there.reduce((sum, each) => sum + each, 0) / there.length;
          expectClose(value(minute, reading), there.length > 0 ? average : undefined);
        }
      }),
    );
  });

  it('sums interfaces and devices, and takes the disk that is fullest by share', () => {
    const minute = minuteOfAll([exampleSample()]);
    expect(value(minute, 'rx_bytes_per_sec')).toBe(18_432 + 512);
    expect(value(minute, 'tx_bytes_per_sec')).toBe(9_216 + 256);
    expect(value(minute, 'read_bytes_per_sec')).toBe(4096);
    expect(value(minute, 'disk_total')).toBe(100 * 1024 ** 3);
    expect(value(minute, 'load1')).toBe(0.52);
  });

  it('counts samples that hold nothing, and has no averages then', () => {
    const minute = minuteOfAll([{}, {}]);
    expect(minute.samples).toBe(2);
    expect(minute.averages.filter((each) => each !== undefined)).toEqual([]);
  });

  it('begins anew without a trace of the one before', () => {
    const accumulator = createAccumulator(1);
    addFigures(accumulator, figuresOf(exampleSample()));
    resetAccumulator(accumulator, 2);
    addFigures(accumulator, figuresOf({ cpu_usage: 3 }));
    expect(toMinute(accumulator)).toEqual({ ...minuteOfAll([{ cpu_usage: 3 }]), minute: 2 });
  });
});

describe('two parts of a minute', () => {
  it('merge, weighted by samples, into what the whole would be', () => {
    const full = anySample.map((sample): Sample => ({
      ...exampleSample(),
      cpu_usage: sample.cpu_usage ?? 1,
    }));
    const some = fc.array(full, { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(some, some, (a, b) => {
        const merged = mergeMinutes(minuteOfAll(a), minuteOfAll(b));
        const whole = minuteOfAll([...a, ...b]);
        expect(merged.samples).toBe(whole.samples);
        for (const [at, average] of whole.averages.entries()) expectClose(merged.averages[at], average);
      }),
    );
  });

  it('keep a reading that only one of them has', () => {
    const merged = mergeMinutes(minuteOfAll([{ cpu_usage: 4 }]), minuteOfAll([{ used_swap: 6 }, {}]));
    expect([value(merged, 'cpu_usage'), value(merged, 'used_swap'), value(merged, 'load1')]).toEqual([
      4,
      6,
      undefined,
    ]);
    expect(merged.samples).toBe(3);
  });
});
