import { describe, expect, it } from 'vitest';

import { exampleSample } from '@ops/testkit/example-messages.ts';
import { freshSample } from '@ops/protocol/wire/plain-heartbeat.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { until } from '@ops/testkit/until.ts';

import { fakeLink, idOf, registrationOf, testFleet } from './test-fleet.ts';

const CLIENTS = 10_000;

/** Milliseconds of the fastest of some runs: what the code costs, not what else the machine did meanwhile. */
function fastest(call: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5; run++) {
    const start = systemClock.mono();
    call();
    best = Math.min(best, systemClock.mono() - start);
  }
  return best;
}

describe('10,000 clients', () => {
  it('come back at once, are found, counted, read and stored, without holding anybody up', async () => {
    await using test = await testFleet();
    const { fleet } = test;
    let told = 0;
    fleet.onChange(() => told++);
    const registrations = Array.from({ length: CLIENTS }, (_, n) =>
      registrationOf(n, { labels: { env: n % 10 === 0 ? 'test' : 'prod' } }),
    );
    const start = systemClock.mono();
    for (const registration of registrations) fleet.online(registration, fakeLink());
    // What a storm of listeners costs: nothing worth delaying the news for.
    expect(systemClock.mono() - start).toBeLessThan(2000);
    expect(told).toBe(CLIENTS);

    expect(fleet.ids({})).toEqual(registrations.map((each) => each.clientId));
    expect(fleet.ids({ search: 'host-0999' })).toHaveLength(10);
    expect(fleet.ids({ selector: 'env in (test)' })).toHaveLength(CLIENTS / 10);
    expect(fastest(() => fleet.ids({}))).toBeLessThan(50);
    expect(fastest(() => fleet.ids({ search: 'host-0999' }))).toBeLessThan(50);
    expect(fastest(() => fleet.ids({ selector: 'env in (test),!gone' }))).toBeLessThan(50);
    expect(fleet.counts()).toEqual({ total: CLIENTS, online: CLIENTS, late: 0, offline: 0 });
    expect(fastest(() => fleet.counts())).toBeLessThan(1);

    await until(() => fleet.stats().waitingWrites === 0, { what: 'everybody stored', within: 20_000 });
    await fleet.stop();
    const again = await test.restarted();
    expect(again.counts()).toEqual({ total: CLIENTS, online: 0, late: 0, offline: CLIENTS });
    expect(again.ids({})).toEqual(fleet.ids({}));
  });

  it('tell their newest readings, only those that are new', async () => {
    await using test = await testFleet();
    const { fleet, clock } = test;
    const seats = Array.from({ length: CLIENTS }, (_, n) => fleet.online(registrationOf(n), fakeLink()));
    const all = fleet.readingsSince(0, CLIENTS);
    expect(all.clients.size).toBe(CLIENTS);
    expect(all.clients.get(idOf(5))).toEqual({ last_seen_ms: clock.wall() });
    expect(fleet.readingsSince(all.version, CLIENTS).clients.size).toBe(0);

    clock.advance(1000);
    const sample = freshSample(exampleSample());
    for (let n = 0; n < 3333; n++) seats[n * 3]?.heartbeat(sample, undefined);
    seats[0]?.heartbeat(freshSample({ cpu_usage: 99 }), undefined);
    const news = fleet.readingsSince(all.version, CLIENTS);
    expect(news.clients.size).toBe(3333);
    expect(news.clients.get(idOf(0))).toEqual({ cpu_usage: 99, last_seen_ms: clock.wall() });
    expect(news.clients.get(idOf(3))).toMatchObject({ cpu_usage: 12.5, last_seen_ms: clock.wall() });
    expect(fastest(() => fleet.readingsSince(all.version, CLIENTS))).toBeLessThan(100);

    // A limit cuts the newest off: asking on from the version reached misses nobody.
    const seen = new Set<string>();
    let { version } = all;
    for (;;) {
      const part = fleet.readingsSince(version, 1000);
      if (part.clients.size === 0) break;
      for (const id of part.clients.keys()) seen.add(id);
      expect(part.version).toBeGreaterThan(version);
      ({ version } = part);
    }
    expect(seen).toEqual(new Set(news.clients.keys()));
    expect(version).toBe(news.version);
    expect(fleet.readingsSince(version, 0)).toEqual({ version, clients: new Map() });
  });

  it('take one beat each without much ado', async () => {
    await using test = await testFleet();
    const { fleet } = test;
    const seats = Array.from({ length: CLIENTS }, (_, n) => fleet.online(registrationOf(n), fakeLink()));
    const each = fastest(() => {
      for (const seat of seats) seat?.heartbeat(undefined, 1);
    });
    // About 0.4 µs; a search through the fleet at each beat would be a thousand times that.
    expect((each * 1000) / CLIENTS).toBeLessThan(20);
  });

  it('leave the readings when they go offline', async () => {
    await using test = await testFleet();
    const { fleet } = test;
    const link = fakeLink();
    fleet.online(registrationOf(1), link);
    fleet.online(registrationOf(2), fakeLink());
    fleet.offline(idOf(1), link);
    expect([...fleet.readingsSince(0, 10).clients.keys()]).toEqual([idOf(2)]);
  });
});
