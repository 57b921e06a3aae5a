/** What a client says of its upgrade reaches the upgrades, as fast as it may, and one part at a time reaches the client. */
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import type { FakeClient } from '@ops/testkit/fake-client.ts';
import { until } from '@ops/testkit/until.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { MAX_UPGRADE_PARTS_PER_SEC, MAX_UPGRADE_STATUSES_PER_SEC } from './limits.ts';
import { SECRET, startTestGateway } from './test-gateway.ts';
import type { TestGateway } from './test-gateway.ts';

const UPGRADE = 'aaaaaaaa-0000-4000-8000-000000000000';

let server: TestGateway;
beforeAll(async () => {
  server = await startTestGateway();
});
afterAll(() => server.gateway.close({ graceMs: 200 }));

async function enter(): Promise<FakeClient> {
  const client = await connectFakeClient({ port: server.port, secret: SECRET });
  await client.enter();
  return client;
}

const fetch = (client: FakeClient, offset: number): void =>
  client.send({ type: 'upgrade_fetch', upgrade_id: UPGRADE, name: 'a.tar.gz', offset });

it('tells what a client registered with, and nothing of one that is too old', async () => {
  const old = await enter();
  const client = await connectFakeClient({ port: server.port, secret: SECRET });
  const upgrade = { keys: [`ed25519:${'A'.repeat(43)}`], release: null, last: null };
  await client.enter({ upgrade });
  const reports = server.upgrades.told.filter(({ what }) => what === 'registered');
  expect(reports).toMatchObject([
    { client: old.clientId, message: undefined },
    { client: client.clientId, message: upgrade },
  ]);
  const online = server.inbox.told.filter((entry) => entry.what === 'online');
  expect(online.map(({ registration }) => registration.upgrade)).toEqual([
    null,
    { keys: upgrade.keys, release: null },
  ]);
});

it('sends a part as it is asked for, and reads nothing more until it is sent', async () => {
  const client = await enter();
  const waiting: ((data: Buffer) => void)[] = [];
  server.upgrades.reading = () => new Promise((resolve) => waiting.push(resolve));
  for (const offset of [0, 5, 10]) fetch(client, offset);
  client.sendHeartbeat();
  for (const [turn, text] of ['first', 'second', 'third'].entries()) {
    await until(() => waiting.length === turn + 1, { what: 'the next part' });
    waiting[turn]!(Buffer.from(text));
    expect(await client.expect('upgrade_part')).toMatchObject({
      upgrade_id: UPGRADE,
      offset: turn * 5,
      data: Buffer.from(text).toString('base64'),
    });
  }
  await client.expect('heartbeat_ack');
});

it('a client that asks for parts too fast waits, and is not cut off', async () => {
  const client = await enter();
  server.upgrades.reading = async () => Buffer.from('x');
  const count = MAX_UPGRADE_PARTS_PER_SEC + 5;
  const began = process.hrtime.bigint();
  for (let offset = 0; offset < count; offset++) fetch(client, offset);
  for (let offset = 0; offset < count; offset++) await client.expect('upgrade_part');
  expect(Number(process.hrtime.bigint() - began) / 1e6).toBeGreaterThan(80);
});

it('a client that tells too much is cut off, and nobody else', async () => {
  const [client, honest] = [await enter(), await enter()];
  for (let n = 0; n <= MAX_UPGRADE_STATUSES_PER_SEC; n++)
    client.send({
      type: 'upgrade_status',
      upgrade_id: UPGRADE,
      state: 'fetching',
      reason: null,
      detail: null,
    });
  expect(await client.expect('error')).toMatchObject({ code: 'rate' });
  await honest.heartbeat();
});
