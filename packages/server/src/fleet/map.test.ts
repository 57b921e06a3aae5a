import { freshSample } from '@ops/protocol/wire/plain-heartbeat.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { FleetSeat } from './fleet.ts';
import { MAX_CELLS, MAX_KEYS } from './map.ts';
import { fakeLink, idOf, registrationOf, testFleet } from './test-fleet.ts';
import type { FakeLink, TestFleet } from './test-fleet.ts';

let test: TestFleet;
const links = new Map<number, FakeLink>();
const seats = new Map<number, FleetSeat | undefined>();

beforeEach(async () => {
  test = await testFleet();
});
afterEach(async () => {
  links.clear();
  seats.clear();
  await test[Symbol.asyncDispose]();
});

function come(n: number, labels: Record<string, string> = {}): void {
  const link = fakeLink();
  links.set(n, link);
  seats.set(n, test.fleet.online(registrationOf(n, { labels }), link));
}

function measure(n: number, cpu: number): void {
  seats.get(n)?.heartbeat(freshSample({ cpu_usage: cpu }), undefined);
}

describe('a map', () => {
  it('names each client once, with the value of the label, its presence and its share', () => {
    come(1, { env: 'prod' });
    come(2);
    measure(1, 43);
    expect(test.fleet.map({ group: 'env', shade: 'cpu' }).look()).toEqual({
      keys: ['env'],
      hosts: [
        [0, idOf(1), 'host-00001', 'prod', null],
        [1, idOf(2), 'host-00002', null, null],
      ],
      cells: [0, 0, 45, 1, 0, -1],
      gone: [],
      more: false,
    });
  });

  it('tells only what changed, and nothing of a change too small to be seen', () => {
    come(1);
    come(2);
    measure(1, 43);
    const map = test.fleet.map({ shade: 'cpu' });
    map.look();
    expect(map.look()).toBeUndefined();
    measure(1, 44);
    expect(map.look()).toBeUndefined();
    measure(1, 91);
    expect(map.look()).toMatchObject({ hosts: [], cells: [0, 0, 90] });
  });

  it('shows nothing but presence unless asked for more', () => {
    come(1);
    measure(1, 43);
    const map = test.fleet.map({});
    expect(map.look()?.cells).toEqual([0, 0, -1]);
    measure(1, 91);
    expect(map.look()).toBeUndefined();
  });

  it('tells when a client was last seen once it is offline', () => {
    come(1);
    const map = test.fleet.map({});
    map.look();
    test.fleet.offline(idOf(1), links.get(1)!);
    expect(map.look()).toMatchObject({
      hosts: [[0, idOf(1), 'host-00001', null, test.clock.wall()]],
      cells: [0, 2, -1],
    });
  });

  it('tells who left the filter', () => {
    come(1);
    come(2);
    const map = test.fleet.map({ status: 'online' });
    map.look();
    test.fleet.offline(idOf(1), links.get(1)!);
    expect(map.look()).toMatchObject({ hosts: [], gone: [0] });
    come(1);
    // Anew, under another number.
    expect(map.look()?.hosts.map(([number, id]) => [number, id])).toEqual([[2, idOf(1)]]);
  });

  it('comes in pieces when it is large', () => {
    for (let n = 1; n <= MAX_CELLS + 1; n++) come(n);
    const map = test.fleet.map({});
    const first = map.look();
    expect([first?.hosts.length, first?.more]).toEqual([MAX_CELLS, true]);
    const second = map.look();
    expect([second?.hosts.length, second?.more]).toEqual([1, false]);
    expect(map.look()).toBeUndefined();
  });

  it('has the most common label keys to choose from, not all of them', () => {
    for (let n = 1; n <= MAX_KEYS + 1; n++) come(n, { [`own-${n}`]: 'x', role: 'web' });
    const { keys = [] } = test.fleet.map({}).look() ?? {};
    expect([keys[0], keys.length]).toEqual(['role', MAX_KEYS]);
  });

  it('of nobody is told as well', () => {
    expect(test.fleet.map({}).look()).toMatchObject({ hosts: [], more: false });
  });
});
