import { describe, expect, it } from 'vitest';

import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';

import { commandIds } from './command-id.ts';

describe('ids of commands', () => {
  it('are UUIDs in ascending order, also while the clock stands still or goes back', () => {
    const clock = new ManualClock();
    const next = commandIds(clock, systemRandom);
    const ids = Array.from({ length: 20_000 }, () => next());
    clock.setWall(clock.wall() - 60_000);
    ids.push(next());
    clock.setWall(clock.wall() + 120_000);
    ids.push(next());
    for (const id of ids) expect(id).toMatch(UUID_PATTERN);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
