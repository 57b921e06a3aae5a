import { afterEach, expect, test } from 'vitest';

import type { FakeServerOptions } from './fake-server.ts';
import { startFakeServer } from './fake-server.ts';
import type { FakeServer } from './fake-server.ts';
import { loopbackAddresses, startFleet } from './fleet.ts';
import type { Fleet, FleetOptions } from './fleet.ts';
import { ManualClock } from './manual-clock.ts';
import { createSeededRandom } from './seeded-random.ts';
import { until } from './until.ts';

const secret = 'a secret of more than thirty-two characters';
const open: { fleet?: Fleet; server?: FakeServer } = {};

afterEach(async () => {
  open.fleet?.stop();
  await open.server?.close().catch(() => undefined);
});

async function admitting(options: FakeServerOptions = {}): Promise<FakeServer> {
  open.server = await startFakeServer({
    heartbeatIntervalSecs: 1,
    script: async (connection) => void (await connection.admit()),
    ...options,
  });
  return open.server;
}

function fleetOf(clients: number, server: FakeServer, options: Partial<FleetOptions> = {}) {
  const clock = new ManualClock();
  const random = createSeededRandom(1);
  const common = { port: server.port, clients, intervalMs: 1000, startWithinMs: 100, clock, random };
  const fleet = startFleet({ ...common, ...options });
  open.fleet = fleet;
  return { fleet, clock };
}

test('every client authenticates, registers as itself and is acknowledged', async () => {
  const server = await admitting({ secret });
  const { fleet, clock } = fleetOf(50, server, { secret });
  clock.advance(200);
  await fleet.allReady({ within: 5_000 });
  const ids = server.connections.flatMap((each) => each.messages('register')).map((each) => each.client_id);
  expect(new Set(ids).size).toBe(50);
  clock.advance(1_000);
  await until(() => fleet.report().acks === 50, { what: '50 acknowledgements' });
  const report = fleet.report();
  expect(report).toMatchObject({ ready: 50, open: 50, heartbeats: 50, registrations: 50, lost: 0 });
  expect(report.roundTrips.count).toBe(50);
  expect(report.endings).toEqual({});
});

test('samples are realistic, varied, and spread evenly over the interval', async () => {
  const server = await admitting();
  const { fleet, clock } = fleetOf(100, server);
  clock.advance(200);
  await fleet.allReady({ within: 5_000 });
  clock.advance(800);
  const before = fleet.report().heartbeats;
  for (let tenth = 1; tenth <= 10; tenth++) {
    clock.advance(100);
    expect(fleet.report().heartbeats - before).toBe(tenth * 10);
  }
  await until(() => fleet.report().acks === fleet.report().heartbeats, { what: 'all acknowledgements' });
  const beats = server.connections.flatMap((each) => each.messages('heartbeat'));
  const samples = beats.map((beat) => beat.sample);
  expect(new Set(samples.map((sample) => JSON.stringify(sample))).size).toBeGreaterThan(80);
  expect(samples[0]?.cpu_core_usage).toHaveLength(4);
  expect(samples[0]?.disks).toHaveLength(2);
  expect(Math.abs((beats.at(-1)?.client_time ?? 0) - clock.wall())).toBeLessThan(1_000);
});

test('a lost client returns by chance within the window, and is counted', async () => {
  const server = await admitting();
  const { fleet, clock } = fleetOf(20, server);
  clock.advance(200);
  await fleet.allReady({ within: 5_000 });
  for (const connection of server.connections) connection.reset();
  await until(() => fleet.report().ready === 0, { what: 'all to be lost' });
  expect(fleet.report()).toMatchObject({ lost: 20, open: 0, endings: { ECONNRESET: 20 } });
  clock.advance(1_000);
  const early = fleet.report().attempts;
  expect(early).toBeGreaterThan(22);
  expect(early).toBeLessThan(38);
  clock.advance(1_100);
  await fleet.allReady({ within: 5_000 });
  expect(fleet.report().registrations).toBe(40);
});

test('goodbye restart sets the window of return', async () => {
  const server = await admitting();
  const { fleet, clock } = fleetOf(20, server);
  clock.advance(200);
  await fleet.allReady({ within: 5_000 });
  for (const connection of server.connections) connection.goodbye('restart', 60_000);
  await until(() => fleet.report().ready === 0, { what: 'all to have left' });
  expect(fleet.report().endings).toEqual({ 'goodbye restart': 20 });
  clock.advance(10_000);
  expect(fleet.report().attempts).toBeLessThan(32);
});

test('a server that falls silent is left after the time of a dead link', async () => {
  const server = await admitting();
  const { fleet, clock } = fleetOf(5, server);
  clock.advance(200);
  await fleet.allReady({ within: 5_000 });
  for (const connection of server.connections) connection.answersHeartbeats = false;
  clock.advance(9_000);
  expect(fleet.report().ready).toBe(5);
  clock.advance(3_000);
  expect(fleet.report().endings).toEqual({ 'dead link': 5 });
});

test('a wrong secret is slow to try again', async () => {
  const server = await admitting({ secret });
  const { fleet, clock } = fleetOf(5, server, { secret: 'another secret' });
  clock.advance(200);
  await until(() => fleet.report().endings['auth_failed'] === 5, { what: 'five refusals' });
  clock.advance(29_000);
  expect(fleet.report().attempts).toBe(5);
});

test('stop closes every connection and every timer', async () => {
  const server = await admitting();
  const { fleet, clock } = fleetOf(5, server);
  clock.advance(200);
  await fleet.allReady({ within: 5_000 });
  fleet.stop();
  await until(() => server.connections.every((each) => each.isClosed), { what: 'the server to see it' });
  expect(fleet.report()).toMatchObject({ ready: 0, open: 0, lost: 0 });
  expect(clock.pending).toBe(0);
});

test('a bare fleet sends frames at once and counts what comes back', async () => {
  const server = await startFakeServer();
  open.server = server;
  const { fleet, clock } = fleetOf(3, server, { conversation: 'bare' });
  clock.advance(200);
  await fleet.allReady({ within: 5_000 });
  clock.advance(1_000);
  await until(() => server.connections.every((each) => each.received.length > 0), { what: 'a frame each' });
  for (const connection of server.connections) connection.sendBody('x'.repeat(80));
  await until(() => fleet.report().acks === 3, { what: 'three answers' });
  expect(fleet.report().bytesSent / fleet.report().framesSent).toBeGreaterThan(700);
});

test('loopback addresses grow with the fleet', () => {
  expect(loopbackAddresses(1)).toEqual(['127.0.0.1']);
  expect(loopbackAddresses(401)).toEqual(['127.0.0.1', '127.0.0.2']);
  expect(loopbackAddresses(10_000)).toHaveLength(25);
  expect(loopbackAddresses(1_000_000)).toHaveLength(250);
});
