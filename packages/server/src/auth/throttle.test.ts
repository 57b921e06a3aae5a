import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { describe, expect, it } from 'vitest';

import { createMinuteLimit } from './minute-limit.ts';
import {
  ATTEMPTS_PER_MINUTE,
  createThrottle,
  FAILURES_FORGOTTEN_MS,
  FREE_FAILURES,
  MAX_REMEMBERED,
} from './throttle.ts';
import type { Throttle } from './throttle.ts';

const HERE = '192.0.2.1';
const ELSEWHERE = '192.0.2.2';

function fail(throttle: Throttle, user = 'admin', address = HERE): void {
  const permit = throttle.attempt(user, address);
  if (!permit.allowed) throw new Error('refused');
  permit.failed();
}

function waitSecs(throttle: Throttle, user = 'admin', address = HERE): number {
  const permit = throttle.attempt(user, address);
  return permit.allowed ? 0 : permit.retryAfterSecs;
}

describe('S-30 failures of a user from an address', () => {
  it('are free five times, then cost 1, 2, 4 … 60 seconds each', () => {
    const clock = new ManualClock();
    const throttle = createThrottle({ clock });
    for (let failure = 0; failure < FREE_FAILURES; failure++) fail(throttle);
    const waits: number[] = [];
    for (let failure = 0; failure < 8; failure++) {
      const secs = waitSecs(throttle);
      waits.push(secs);
      clock.advance(secs * 1000);
      fail(throttle);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it('let the next attempt in at the end of the wait, not a millisecond before', () => {
    const clock = new ManualClock();
    const throttle = createThrottle({ clock });
    for (let failure = 0; failure < FREE_FAILURES; failure++) fail(throttle);
    clock.advance(999);
    expect(waitSecs(throttle)).toBe(1);
    clock.advance(1);
    expect(throttle.attempt('admin', HERE).allowed).toBe(true);
  });

  it('do not touch the same user elsewhere, nor another user here', () => {
    const throttle = createThrottle({ clock: new ManualClock() });
    for (let failure = 0; failure < FREE_FAILURES; failure++) fail(throttle);
    expect(waitSecs(throttle)).toBe(1);
    expect(waitSecs(throttle, 'admin', ELSEWHERE)).toBe(0);
    expect(waitSecs(throttle, 'operator', HERE)).toBe(0);
  });

  it('are forgotten with a success, and after a quarter of an hour', () => {
    const clock = new ManualClock();
    const throttle = createThrottle({ clock });
    for (let failure = 0; failure < FREE_FAILURES - 1; failure++) fail(throttle);
    const permit = throttle.attempt('admin', HERE);
    if (permit.allowed) permit.succeeded();
    for (let failure = 0; failure < FREE_FAILURES; failure++) fail(throttle);
    expect(waitSecs(throttle)).toBe(1);
    clock.advance(FAILURES_FORGOTTEN_MS);
    fail(throttle);
    expect(waitSecs(throttle)).toBe(0);
  });

  it('let one attempt through at a time once there is a wait', () => {
    const clock = new ManualClock();
    const throttle = createThrottle({ clock });
    for (let failure = 0; failure < FREE_FAILURES; failure++) fail(throttle);
    clock.advance(1000);
    const burst = Array.from({ length: 5 }, () => throttle.attempt('admin', HERE).allowed);
    expect(burst).toEqual([true, false, false, false, false]);
  });

  it('do not depend on the wall clock', () => {
    const clock = new ManualClock();
    const throttle = createThrottle({ clock });
    for (let failure = 0; failure < FREE_FAILURES; failure++) fail(throttle);
    clock.setWall(clock.wall() + 86_400_000);
    expect(waitSecs(throttle)).toBe(1);
  });
});

describe('attempts from an address', () => {
  it('are thirty in any minute, whatever becomes of them', () => {
    const clock = new ManualClock();
    const throttle = createThrottle({ clock });
    for (let attempt = 0; attempt < ATTEMPTS_PER_MINUTE; attempt++) {
      const permit = throttle.attempt(`user-${attempt}`, HERE);
      if (permit.allowed) permit.succeeded();
      clock.advance(1000);
    }
    expect(waitSecs(throttle, 'one-more')).toBe(30);
    expect(waitSecs(throttle, 'one-more', ELSEWHERE)).toBe(0);
    clock.advance(30_000);
    expect(waitSecs(throttle, 'one-more')).toBe(0);
    expect(waitSecs(throttle, 'and-another')).toBe(1);
  });

  it('that are refused call for an audit entry once a minute', () => {
    const clock = new ManualClock();
    const throttle = createThrottle({ clock });
    for (let failure = 0; failure < FREE_FAILURES; failure++) fail(throttle);
    const notable = Array.from({ length: 3 }, () => {
      const permit = throttle.attempt('admin', HERE);
      return !permit.allowed && permit.notable;
    });
    expect(notable).toEqual([true, false, false]);
  });
});

it('remembers a bounded number of pairs and addresses', () => {
  const throttle = createThrottle({ clock: new ManualClock(), maxRemembered: 10 });
  for (let n = 0; n < 100; n++) fail(throttle, `user-${n}`, `192.0.2.${n}`);
  expect(throttle.remembered).toBeLessThanOrEqual(20);
  expect(MAX_REMEMBERED).toBe(10_000);
});

it('a minute limit waits until the oldest of the last minute is a minute old', () => {
  const clock = new ManualClock();
  const limit = createMinuteLimit({ clock, perMinute: 2, maxRemembered: 10 });
  limit.count(HERE);
  clock.advance(20_000);
  expect(limit.waitMs(HERE)).toBe(0);
  limit.count(HERE);
  expect(limit.waitMs(HERE)).toBe(40_000);
  clock.advance(40_000);
  expect(limit.waitMs(HERE)).toBe(0);
});
