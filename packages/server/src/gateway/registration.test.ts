import { describe, expect, it } from 'vitest';
import { exampleRegister } from '@ops/testkit/example-messages.ts';

import { lateAfterMs } from '../fleet/presence.ts';
import { Crowd, restartWindowMs } from './come-back.ts';
import { admit, heartbeatIntervalSecs } from './registration.ts';
import type { AdmissionFacts } from './registration.ts';
import type { RegisteredLink } from './roster.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const OTHER = '22222222-2222-4333-8444-555555555555';
const register = exampleRegister({ client_id: ID, instance_id: ID, journal_epoch: ID, client_time: 0 });

const link = (
  instanceId: string,
  lastFrameAt: number,
  beatsEachSecs = 3,
  provenBy: RegisteredLink['provenBy'] = 'shared_secret',
): RegisteredLink => ({
  provenBy,
  clientId: ID,
  instanceId,
  lastFrameAt,
  heartbeatIntervalSecs: beatsEachSecs,
  tell: () => {},
  close: () => undefined,
});

const facts = (overrides: Partial<AdmissionFacts> = {}): AdmissionFacts => ({
  inbox: { isForgotten: () => false },
  other: undefined,
  provenBy: 'shared_secret',
  connections: 0,
  maxConnections: 10,
  now: 100_000,
  ...overrides,
});

describe('a client that registers', () => {
  it.each<[string, Partial<AdmissionFacts>, string]>([
    ['with room', { connections: 9 }, 'welcome'],
    ['without room', { connections: 10 }, 'too_many_connections'],
    ['forgotten', { inbox: { isForgotten: (id) => id === ID } }, 'forgotten'],
    ['in its own older place, without room', { other: link(ID, 100_000), connections: 10 }, 'welcome'],
    ['beside another process that answers', { other: link(OTHER, 100_000) }, 'conflict'],
    [
      'with a key of its own, beside one without',
      { other: link(OTHER, 100_000), provenBy: 'own_key' },
      'welcome',
    ],
    [
      'with a key of its own, beside another with it',
      { other: link(OTHER, 100_000, 3, 'own_key'), provenBy: 'own_key' },
      'conflict',
    ],
    ['beside one that is not late yet', { other: link(OTHER, 100_000 - lateAfterMs(3)) }, 'conflict'],
    ['beside one that is', { other: link(OTHER, 100_000 - lateAfterMs(3) - 1) }, 'welcome'],
    ['beside one that beats slowly and is not late', { other: link(OTHER, 50_000, 30) }, 'conflict'],
    ['beside one that beats fast and is', { other: link(OTHER, 99_000, 0.1) }, 'welcome'],
    ['forgotten and beside itself', { inbox: { isForgotten: () => true }, other: link(ID, 0) }, 'forgotten'],
  ])('%s', (_name, given, admission) => {
    expect(admit(register, facts(given))).toBe(admission);
  });

  it.each([
    [undefined, 3],
    [0, 0.05],
    [0.05, 0.05],
    [10, 10],
    [3600, 3600],
    [3601, 3600],
  ])('and wishes a heartbeat each %s s gets %s', (wish, interval) => {
    expect(heartbeatIntervalSecs(wish)).toBe(interval);
  });
});

describe('the window to come back in', () => {
  it.each([
    [0, 2000],
    [1000, 2000],
    [1001, 2002],
    [10_000, 20_000],
  ])('for %i clients of a server that restarts is %i ms', (clients, windowMs) => {
    expect(restartWindowMs(clients)).toBe(windowMs);
  });

  it('for those who find no place grows with their number, has a limit, and shrinks again', () => {
    const crowd = new Crowd();
    expect(crowd.turnAway(0)).toBe(5000);
    let windowMs = 0;
    for (let i = 0; i < 3000; i++) windowMs = crowd.turnAway(10);
    expect(windowMs).toBeGreaterThan(25_000);
    for (let i = 0; i < 30_000; i++) windowMs = crowd.turnAway(20);
    expect(windowMs).toBe(60_000);
    expect(crowd.turnAway(200_000)).toBe(5000);
  });

  it('keeps ten thousand who want in at some 500 attempts a second', () => {
    // Each comes back after half its window, on average.
    const crowd = new Crowd();
    let rate = 1000;
    for (let round = 0; round < 50; round++) {
      let windowMs = 0;
      for (let i = 0; i < rate; i++) windowMs = crowd.turnAway(round * 1000 + (i / rate) * 1000);
      rate = Math.ceil((rate + 10_000 / (windowMs / 2000)) / 2);
    }
    expect(rate).toBeGreaterThan(200);
    expect(rate).toBeLessThan(700);
  });
});
