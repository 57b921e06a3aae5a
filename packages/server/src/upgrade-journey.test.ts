/** The whole server over HTTP and TCP, with scripted clients that are upgraded, or not: every message as it is on the wire. */
import { createHash } from 'node:crypto';

import type { ReleaseName } from '@ops/protocol/domain/client-release.ts';
import { listUpgradeHosts, previewUpgrade } from '@ops/protocol/http/upgrades.ts';
import { decode } from '@ops/protocol/schema.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { signInAsAdmin } from '@ops/testkit/admin-session.ts';
import type { AdminSession } from '@ops/testkit/admin-session.ts';
import type { FakeClient } from '@ops/testkit/fake-client.ts';
import { putRelease, type PutRelease } from '@ops/testkit/signed-release.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { startWholeServer } from './test-whole-server.ts';
import type { WholeServer } from './test-whole-server.ts';

let directory: Awaited<ReturnType<typeof tempDirectory>>;
let release: PutRelease;
let server: WholeServer;
let admin: AdminSession;

beforeEach(async () => {
  directory = await tempDirectory('downloads');
  release = await putRelease(directory.path, { bytes: 250_000 });
  server = await startWholeServer({ OPS_CLIENT_FILES_DIR: directory.path });
  admin = await signInAsAdmin(server.running.url);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await directory.remove();
});

const OLD: ReleaseName = { version: '1.0.0', commit: 'a', released_at: 1 };

type Report = NonNullable<MessageOf<'register'>['upgrade']>;

const standing = (running: ReleaseName | null, last: Report['last'] = null) => ({
  upgrade: { keys: [release.key], release: running, last },
});

async function begin(body: object): Promise<string> {
  const made = await admin.ask('POST', '/api/upgrades', body);
  expect(made).toMatchObject({ status: 200 });
  return String(made.body['upgrade_id']);
}

/** What the page shows of one host. */
async function stateOf(id: string, client: FakeClient): Promise<string> {
  const { body } = await admin.ask('GET', `/api/upgrades/${id}/hosts`);
  const found = decode(listUpgradeHosts.answer, body).hosts.find(
    (host) => host.client_id === client.clientId,
  )!;
  return [found.state, found.reason].filter((word) => word !== null).join(' ');
}

const reaches = (id: string, client: FakeClient, state: string) =>
  until(async () => (await stateOf(id, client)) === state, { what: `a host to be ${state}` });

const tells = (
  client: FakeClient,
  id: string,
  state: 'fetching' | 'waiting' | 'trying' | 'failed' | 'refused',
) => client.send({ type: 'upgrade_status', upgrade_id: id, state, reason: null, detail: null });

it('a client is ordered, fetches the archive part by part, and is done when it comes with the release', async () => {
  const client = await server.enter({}, standing(OLD));
  const log = await server.follow('topics=upgrade');
  const id = await begin({ all: true });
  const order = await client.expect('upgrade');
  expect(order).toMatchObject({ upgrade_id: id, signature: { key: release.key } });
  expect(JSON.parse(order.manifest)).toEqual(release.release);
  tells(client, id, 'fetching');
  const { name, size, sha256 } = release.release.files[0]!;
  const hash = createHash('sha256');
  for (let offset = 0; offset < size;) {
    client.send({ type: 'upgrade_fetch', upgrade_id: id, name, offset });
    const part = await client.expect('upgrade_part');
    expect(part.offset).toBe(offset);
    const data = Buffer.from(part.data, 'base64');
    hash.update(data);
    offset += data.length;
  }
  expect(hash.digest('hex')).toBe(sha256);
  tells(client, id, 'waiting');
  tells(client, id, 'trying');
  await reaches(id, client, 'trying');
  await client.close();
  const after = await server.enter({ clientId: client.clientId }, standing(release.name));
  await reaches(id, after, 'done');
  expect(await admin.ask('GET', `/api/upgrades/${id}`)).toMatchObject({
    body: { upgrade: { state: 'finished', version: '2.0.0', counts: { done: 1 } } },
  });
  await until(() => log.seen.at(-1)?.[1]['state'] === 'finished', { what: 'the event of the end' });
  expect(await admin.ask('GET', `/api/clients/${client.clientId}`)).toMatchObject({
    body: { upgrade: { keys: [release.key], release: release.name } },
  });
});

it('a client that lost its connection is ordered the same again, and one that comes back as it was went back', async () => {
  const client = await server.enter({}, standing(OLD));
  const other = await server.enter({}, standing(OLD));
  const id = await begin({ client_ids: [client.clientId, other.clientId] });
  const first = await client.expect('upgrade');
  tells(client, id, 'fetching');
  await reaches(id, client, 'fetching');
  client.destroy();
  const last = { upgrade_id: id, state: 'fetching', reason: null, detail: null } as const;
  const again = await server.enter({ clientId: client.clientId }, standing(OLD, last));
  expect(await again.expect('upgrade')).toEqual(first);
  tells(again, id, 'trying');
  await reaches(id, again, 'trying');
  again.destroy();
  const back = { upgrade_id: id, state: 'back', reason: 'not_connected', detail: 'no answer' } as const;
  const third = await server.enter({ clientId: client.clientId }, standing(OLD, back));
  await reaches(id, third, 'back not_connected');
  expect(await admin.ask('GET', `/api/upgrades/${id}`)).toMatchObject({
    body: { upgrade: { state: 'held', counts: { back: 1, queued: 1 }, orders: ['resume', 'stop'] } },
  });
  const stopped = await admin.ask('POST', `/api/upgrades/${id}/order`, { order: 'stop' });
  expect(stopped).toMatchObject({ body: { upgrade: { state: 'stopped', counts: { back: 1, left: 1 } } } });
});

it('hosts that name no key, trust another one, or are too old are left out and say so', async () => {
  const old = await server.enter();
  const off = await server.enter({}, { upgrade: { keys: [], release: null, last: null } });
  const other = await server.enter(
    {},
    { upgrade: { keys: [`ed25519:${'B'.repeat(43)}`], release: null, last: null } },
  );
  const preview = await admin.ask('POST', '/api/upgrades/preview', { all: true });
  const { hosts } = decode(previewUpgrade.answer, preview.body);
  const reasons = Object.fromEntries(hosts.map((host) => [host.client_id, host.reason]));
  expect(reasons).toEqual({
    [old.clientId]: 'too_old',
    [off.clientId]: 'off',
    [other.clientId]: 'key_not_trusted',
  });
  expect(await admin.ask('POST', '/api/upgrades', { all: true })).toMatchObject({
    status: 422,
    body: { code: 'no_targets' },
  });
  expect(await admin.ask('GET', '/api/client-release')).toMatchObject({
    body: { hosts: { total: 3, ready: 0, unfit: { too_old: 1, off: 1, key_not_trusted: 1 } } },
  });
});

it('a client that fetches what is not its own gets nothing, and goes on', async () => {
  const client = await server.enter({}, standing(OLD));
  const stranger = await server.enter({}, standing(OLD));
  const id = await begin({ client_ids: [client.clientId] });
  await client.expect('upgrade');
  const { name } = release.release.files[0]!;
  stranger.send({ type: 'upgrade_fetch', upgrade_id: id, name, offset: 0 });
  expect((await stranger.expect('upgrade_part')).data).toBe('');
  tells(stranger, id, 'failed');
  await stranger.heartbeat();
  client.send({ type: 'upgrade_fetch', upgrade_id: id, name: '../../etc/passwd', offset: 0 });
  expect((await client.expect('upgrade_part')).data).toBe('');
  await client.heartbeat();
  expect(await stateOf(id, client)).toBe('ordered');
});
