import type { FakeServerConnection } from '@ops/testkit/fake-server.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { startTcpProxy } from '@ops/testkit/tcp-proxy.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, onTestFinished, test } from 'vitest';

import { KEEP_EVERY_SECS } from './host-report.ts';
import { admitted, clientFor, hasReadAll, isReady, place, serverFor } from './test-client.ts';
import type { Options } from './test-client.ts';

/** Lets a client live for a while with nobody to talk to. `end` lets it through to the server. */
async function outage(secs: number, options: Options = {}) {
  const clock = new ManualClock();
  const server = await serverFor({ clock });
  const proxy = await startTcpProxy({ target: server });
  onTestFinished(() => proxy.close());
  proxy.refuse(true);
  const under = await clientFor(proxy, { clock, ...options });
  for (let i = 0; i < secs; i++) await clock.advanceAsync(1_000);
  const end = async (): Promise<FakeServerConnection> => {
    proxy.refuse(false);
    const coming = server.connection();
    for (let i = 0; i < 5; i++) await clock.advanceAsync(1_000);
    return coming;
  };
  return { clock, server, under, end };
}

describe('samples of the time without a link', () => {
  test('are kept four times a minute, announced, and delivered with their own times', async () => {
    const { clock, server, under, end } = await outage(120);
    const connection = await end();
    const register = await connection.admit();
    await isReady(under);
    const { samples, resolution_secs } = await connection.waitFor('samples');
    expect(resolution_secs).toBe(KEEP_EVERY_SECS);
    expect(samples).toHaveLength(9);
    const steps = samples.slice(1).map(({ t }, i) => Math.round((t - samples[i]!.t) / 1000));
    expect(new Set(steps)).toEqual(new Set([KEEP_EVERY_SECS]));
    // The last one may still have been on its way to the disk.
    expect(register.backlog?.from).toBe(samples[0]!.t);
    expect(register.backlog?.count).toBeGreaterThanOrEqual(8);
    const last = samples.at(-1)!.t;
    connection.send({ type: 'samples_ack', to: last });
    await hasReadAll(connection);
    connection.destroy();
    await until(() => under.client.state !== 'ready', { what: 'the link to be down' });
    const again = server.connection();
    await clock.advanceAsync(100);
    const { backlog } = await (await again).admit();
    expect(backlog?.from ?? Infinity).toBeGreaterThan(last);
  });

  test('survive the end of the program', async () => {
    const directory = await place();
    const { under } = await outage(60, { directory });
    await under.client.stop();
    const server = await serverFor();
    await clientFor(server, { directory });
    const connection = await server.connection();
    await connection.admit();
    expect((await connection.waitFor('samples')).samples.length).toBeGreaterThanOrEqual(4);
  });

  test('include those sent into a dead connection: the record has no hole', async () => {
    const clock = new ManualClock();
    const server = await serverFor({ clock });
    const proxy = await startTcpProxy({ target: server });
    onTestFinished(() => proxy.close());
    const under = await clientFor(proxy, { clock });
    const first = await admitted(server, under);
    for (let i = 0; i < 3; i++) {
      clock.advance(3_000);
      await until(() => first.messages('heartbeat').length === i + 1, { what: 'a heartbeat' });
    }
    const acknowledged = first.messages('heartbeat').map((one) => one.sample?.process_count);
    // The last acknowledgement has to arrive before the line goes dead.
    await hasReadAll(first);
    proxy.set({ toServer: 'silent', toClient: 'silent' });
    const dies = until(() => under.client.state !== 'ready', { what: 'the link to be given up' });
    for (let i = 0; i < 12; i++) await clock.advanceAsync(1_000);
    await dies;
    proxy.set({ toServer: 'pass', toClient: 'pass' });
    const coming = server.connection();
    for (let i = 0; i < 5; i++) await clock.advanceAsync(500);
    const second = await coming;
    await second.admit();
    const { samples } = await second.waitFor('samples');
    const kept = samples.map((one) => one.process_count!);
    const missing = kept.filter((count) => !acknowledged.includes(count));
    const lastSeen = Math.max(...acknowledged.map((count) => count ?? 0));
    expect(missing.slice(0, 3)).toEqual([lastSeen + 1, lastSeen + 2, lastSeen + 3]);
  });

  test('sent live and acknowledged are not kept', async () => {
    const clock = new ManualClock();
    const server = await serverFor({ clock });
    const under = await clientFor(server, { clock });
    const connection = await admitted(server, under);
    for (let i = 0; i < 10; i++) {
      clock.advance(3_000);
      await until(() => connection.messages('heartbeat').length === i + 1, { what: 'a heartbeat' });
    }
    await hasReadAll(connection);
    connection.destroy();
    await until(() => under.client.state !== 'ready', { what: 'the link to be down' });
    const last = Math.max(...connection.messages('heartbeat').map((one) => one.client_time!));
    const again = server.connection();
    await clock.advanceAsync(100);
    // A reading may have been taken since.
    expect((await (await again).admit()).backlog?.from ?? Infinity).toBeGreaterThan(last);
  });
});
