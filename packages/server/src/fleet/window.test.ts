import { freshSample } from '@ops/protocol/wire/plain-heartbeat.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { exampleFacts } from '@ops/testkit/example-messages.ts';

import type { FleetSeat, FleetWindow, WindowQuery } from './fleet.ts';
import { fakeLink, idOf, numberOf, registrationOf, testFleet } from './test-fleet.ts';
import type { FakeLink, TestFleet } from './test-fleet.ts';
import { MAX_LOOK, REORDER_MS } from './window.ts';

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

function come(n: number, hostname?: string, labels: Record<string, string> = {}): void {
  const link = fakeLink();
  links.set(n, link);
  const facts = hostname === undefined ? {} : { facts: exampleFacts({ hostname }) };
  seats.set(n, test.fleet.online(registrationOf(n, { ...facts, labels }), link));
}

function go(n: number): void {
  test.fleet.offline(idOf(n), links.get(n)!);
}

function measure(n: number, sample: Sample): void {
  seats.get(n)?.heartbeat(freshSample(sample), undefined);
}

/** Numbers of the clients of a look. */
function numbers(ids: readonly string[] | undefined): readonly number[] | undefined {
  return ids?.map(numberOf);
}

function order(query: WindowQuery): readonly number[] | undefined {
  return numbers(test.fleet.window(query).look().change?.ids);
}

/** Until all was told. */
function settle(window: FleetWindow): void {
  while (window.look().more);
}

describe('the order of a window', () => {
  it('by name counts figures as numbers, whatever the case', () => {
    come(1, 'web-10');
    come(2, 'Web-9');
    come(3, 'db-1');
    come(4, 'web-09b');
    expect(order({})).toEqual([3, 2, 4, 1]);
    expect(order({ sort: 'name', dir: 'desc' })).toEqual([1, 4, 2, 3]);
  });

  it('by load has the highest first, and last who has none now', () => {
    for (const n of [1, 2, 3, 4, 5]) come(n);
    measure(1, { cpu_usage: 10 });
    measure(2, { cpu_usage: 90 });
    measure(3, { cpu_usage: 100 });
    measure(4, { cpu_usage: 10 });
    go(3);
    expect(order({ sort: 'cpu' })).toEqual([2, 1, 4, 3, 5]);
    expect(order({ sort: 'cpu', dir: 'asc' })).toEqual([1, 4, 2, 3, 5]);
  });

  it.each<readonly ['memory' | 'disk', (share: number) => Sample]>([
    ['memory', (share) => ({ used_memory: share, total_memory: 1 })],
    ['disk', (share) => ({ disks: [{ mount: '/', filesystem: 'ext4', total: 10, used: 10 * share }] })],
  ])('by %s is by share', (sort, sample) => {
    come(1);
    come(2);
    measure(1, sample(0.1));
    measure(2, sample(0.9));
    expect(order({ sort })).toEqual([2, 1]);
  });

  it('by presence, and by when it was last seen', async () => {
    come(1);
    come(2);
    await test.clock.advanceAsync(10);
    go(1);
    come(3);
    expect(order({ sort: 'status' })).toEqual([2, 3, 1]);
    expect(order({ sort: 'status', dir: 'desc' })).toEqual([1, 2, 3]);
    expect(order({ sort: 'seen' })?.[0]).toBe(3);
  });

  it('by load stays as it is for a while, so that rows can be read', () => {
    come(1);
    come(2);
    measure(1, { cpu_usage: 50 });
    measure(2, { cpu_usage: 10 });
    const window = test.fleet.window({ sort: 'cpu' });
    expect(numbers(window.look().change?.ids)).toEqual([1, 2]);
    measure(2, { cpu_usage: 99 });
    test.clock.advance(REORDER_MS - 1);
    expect(window.look().change?.ids).toBeUndefined();
    test.clock.advance(1);
    expect(numbers(window.look().change?.ids)).toEqual([2, 1]);
  });
});

describe('a window', () => {
  it('is a part of what passes the filter, and says how much that is', () => {
    for (const n of [1, 2, 3, 4, 5]) come(n, undefined, { env: n === 5 ? 'test' : 'prod' });
    const window = test.fleet.window({ search: 'host env=prod', offset: 1, limit: 2 });
    const { change, figures } = window.look();
    expect(numbers(change?.ids)).toEqual([2, 3]);
    expect(Object.keys(change?.clients ?? {})).toEqual([idOf(2), idOf(3)]);
    expect(figures).toMatchObject({ matched: 4, counts: { total: 5 } });
  });

  it('of no rows tells the figures alone', () => {
    come(1);
    const { change, figures } = test.fleet.window({ limit: 0 }).look();
    expect([change, figures.matched]).toEqual([{ ids: [] }, 1]);
  });

  it('is quiet when nothing changed', () => {
    come(1);
    const window = test.fleet.window({});
    settle(window);
    expect(window.look().change).toBeUndefined();
  });

  it('tells readings of those in it, and of nobody else', () => {
    for (const n of [1, 2, 3]) come(n);
    const window = test.fleet.window({ limit: 2 });
    settle(window);
    test.clock.advance(1000);
    measure(2, { cpu_usage: 7 });
    measure(3, { cpu_usage: 8 });
    expect(window.look().change).toEqual({
      metrics: { [idOf(2)]: { cpu_usage: 7, last_seen_ms: test.clock.wall() } },
    });
    expect(window.look().change).toBeUndefined();
  });

  it('tells of a change of presence in full, and moves up when somebody leaves the filter', () => {
    for (const n of [1, 2, 3]) come(n);
    const window = test.fleet.window({ status: 'online', limit: 2 });
    settle(window);
    go(1);
    const { change, figures } = window.look();
    expect(numbers(change?.ids)).toEqual([2, 3]);
    expect(Object.keys(change?.clients ?? {})).toEqual([idOf(3)]);
    expect(figures.counts).toMatchObject({ online: 2, offline: 1 });
    const all = test.fleet.window({});
    settle(all);
    go(2);
    expect(all.look().change).toMatchObject({ clients: { [idOf(2)]: { status: 'offline' } } });
  });

  it('comes in pieces when it is long', () => {
    for (let n = 1; n <= 200; n++) come(n);
    const window = test.fleet.window({ limit: 200 });
    const pieces: number[] = [];
    let told = 0;
    for (let more = true; more;) {
      const look = window.look();
      const clients = look.change?.clients ?? {};
      const size = JSON.stringify(clients).length;
      pieces.push(size);
      told += Object.keys(clients).length;
      ({ more } = look);
    }
    expect(told).toBe(200);
    expect(pieces.length).toBeGreaterThan(1);
    expect(Math.max(...pieces)).toBeLessThan(MAX_LOOK * 1.5);
  });

  it('counts applications that do not run although they should, on hosts that are there', () => {
    const app = { has_script: true, service_status: 'Stopped' } as const;
    come(1);
    test.fleet.apps(idOf(1), [
      { ...app, name: 'crashed', notes: ['stale_pid'] },
      { ...app, name: 'stopped' },
      { ...app, name: 'foreign', notes: ['foreign_pid'] },
      { ...app, name: 'fine', service_status: 'Running', notes: ['not_restarted'] },
    ]);
    const window = test.fleet.window({});
    expect(window.look().figures.failing_apps).toBe(2);
    test.fleet.apps(idOf(1), [{ ...app, name: 'crashed', notes: ['zombie'] }]);
    expect(window.look().figures.failing_apps).toBe(1);
    go(1);
    expect(window.look().figures.failing_apps).toBe(0);
    come(1);
    expect(window.look().figures.failing_apps).toBe(0);
  });
});
