import type { Sample } from '@ops/protocol/domain/sample.ts';
import type { Log } from '@ops/runtime/log.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { expect, test } from 'vitest';

import { createSampler } from './sampler.ts';

function given(...sources: { name: string; read: () => Sample }[]) {
  const warnings: unknown[] = [];
  const log: Log = {
    debug() {},
    info() {},
    error() {},
    warn: (_message, fields) => warnings.push(fields?.['reading']),
  };
  const sample = createSampler({ sources, clock: new ManualClock(), log });
  return { sample, warnings };
}

test('a source that fails costs its own readings, and is complained about once', () => {
  let broken = true;
  const { sample, warnings } = given(
    { name: 'load', read: () => ({ load_average: [1, 2, 3] }) },
    {
      name: 'memory',
      read() {
        if (broken) throw new Error('EIO');
        return { total_memory: 5 };
      },
    },
  );
  expect(sample()).toEqual({ load_average: [1, 2, 3] });
  sample();
  expect(warnings).toEqual(['memory']);
  broken = false;
  expect(sample()).toEqual({ load_average: [1, 2, 3], total_memory: 5 });
  broken = true;
  sample();
  expect(warnings).toEqual(['memory', 'memory']);
});

test('a value the protocol refuses is left out instead of costing the link', () => {
  const { sample, warnings } = given({
    name: 'mad',
    read: () => ({
      cpu_usage: 250,
      used_memory: -1,
      load_average: [1, 2],
      process_count: 7,
      uptime_secs: Number.NaN,
    }),
  });
  expect(sample()).toEqual({ process_count: 7 });
  expect(warnings).toEqual(['cpu_usage', 'used_memory', 'load_average', 'uptime_secs']);
});

test('what no schema knows is not sent', () => {
  const unknown = { secret: 'x', process_count: 3 };
  const { sample } = given({ name: 'new', read: () => unknown });
  expect(sample()).toEqual({ process_count: 3 });
});
