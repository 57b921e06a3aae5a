import { expect, it } from 'vitest';

import { figuresOf } from '@ops/protocol/domain/figures.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';
import { freshSample } from '@ops/protocol/wire/plain-heartbeat.ts';
import { exampleSample } from '@ops/testkit/example-messages.ts';

import { NewestSample } from './newest-sample.ts';

const long: Sample = exampleSample({
  disks: Array.from({ length: 100 }, (_, n) => ({
    mount: `/数据/${n}`,
    filesystem: 'ext4',
    total: 2,
    used: 1,
  })),
});

it('holds the newest sample and nothing of those before, whatever their length', () => {
  const newest = new NewestSample();
  for (const sample of [exampleSample(), { cpu_usage: 1 }, long, {}, exampleSample({ uptime_secs: 0 })]) {
    newest.put(freshSample(sample));
    expect(newest.read()).toEqual(sample);
    expect(newest.text).toBe(JSON.stringify(sample));
    expect(newest.metrics.uptime_secs).toBe(sample.uptime_secs);
  }
});

it('keeps a copy, as what came is written over by what comes next', () => {
  const newest = new NewestSample();
  const body = Buffer.from('...{"cpu_usage":1}...');
  newest.put({ figures: figuresOf({ cpu_usage: 1 }), body, from: 3, to: body.length - 3 });
  body.fill('x');
  expect(newest.read()).toEqual({ cpu_usage: 1 });
});

it('holds nothing at first and once it is cleared; an empty sample is not nothing', () => {
  const newest = new NewestSample();
  expect([newest.isThere, newest.text, newest.read(), newest.metrics]).toEqual([
    false,
    undefined,
    undefined,
    {},
  ]);
  newest.put(freshSample({}));
  expect([newest.isThere, newest.text, newest.read(), newest.metrics]).toEqual([true, '{}', {}, {}]);
  newest.put(freshSample(exampleSample()));
  newest.clear();
  expect([newest.isThere, newest.text, newest.read(), newest.metrics]).toEqual([
    false,
    undefined,
    undefined,
    {},
  ]);
});
