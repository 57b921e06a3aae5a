import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { beforeEach, expect, it } from 'vitest';

import { createAnnouncer, PERIOD_MS, type Announcer } from './announce.ts';

let clock: ManualClock;
let state: string | undefined;
let told: string[];
let announcer: Announcer<string>;

beforeEach(() => {
  clock = new ManualClock();
  state = 'made';
  told = [];
  announcer = createAnnouncer<string>({
    clock,
    summaryOf: () => state,
    tell: (summary) => void told.push(`${clock.mono()} ${summary}`),
  });
});

it('tells at once when it was quiet, then the newest state at the end of a period', () => {
  announcer.changed('one');
  for (state of ['begun', 'half']) announcer.changed('one');
  clock.advance(PERIOD_MS);
  clock.advance(10 * PERIOD_MS);
  state = 'more';
  announcer.changed('one');
  expect(told).toEqual(['0 made', `${PERIOD_MS} half`, `${11 * PERIOD_MS} more`]);
});

it('tells of an end at once, and of nothing that waited before it', () => {
  announcer.changed('one');
  clock.advance(1);
  announcer.changed('one');
  state = undefined;
  announcer.over('one', 'over');
  clock.advance(10 * PERIOD_MS);
  expect(told).toEqual(['0 made', '1 over']);
});

it('tells at once of what goes on behind an end', () => {
  announcer.changed('one');
  announcer.over('one', 'over');
  state = 'rolling back';
  announcer.changed('one');
  expect(told).toEqual(['0 made', '0 over', '0 rolling back']);
});

it('tells of nothing when it is stopped', () => {
  announcer.changed('one');
  announcer.changed('one');
  announcer.stop();
  clock.advance(10 * PERIOD_MS);
  expect(told).toEqual(['0 made']);
  expect(clock.pending).toBe(0);
});
