/** Enrolment with the real programs: a token, a key, what works from then on and what does not, and kills on the way. */
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { signInAsAdmin } from '@ops/testkit/admin-session.ts';
import type { AdminSession } from '@ops/testkit/admin-session.ts';
import { startProgram } from '@ops/testkit/child-program.ts';
import { dieWhenEnrolling, ENROL_CRASH_POINTS } from '@ops/testkit/enrol-crash-point.ts';
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import type { RunningClient, StartClientOptions } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { startTcpProxy } from '@ops/testkit/tcp-proxy.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';

vi.setConfig({ testTimeout: 60_000 });

const SECRET = 'a shared secret of more than thirty-two characters';
const SOON = { OPS_RETRY_BASE_DELAY: '0.05', OPS_RETRY_MAX_DELAY: '0.2' };

async function folder(name: string): Promise<string> {
  const directory = await tempDirectory(name);
  onTestFinished(() => directory.remove());
  return directory.path;
}

async function tokenFile(token: string): Promise<string> {
  const path = join(await folder('token'), 'token');
  await writeFile(path, `${token}\n`, { mode: 0o600 });
  return path;
}

async function withToken(
  server: RunningServer,
  token: string,
  more: Partial<StartClientOptions> = {},
): Promise<RunningClient> {
  return startClient({
    server: { port: server.tcpPort },
    ...more,
    env: { ...SOON, OPS_ENROL_TOKEN_FILE: await tokenFile(token), ...more.env },
  });
}

const idOf = async (client: RunningClient): Promise<string> =>
  (await readFile(join(client.directory, 'client_id.txt'), 'utf8')).trim();
const keyPathOf = (directory: string, id: string): string => join(directory, 'data', id, 'key');

async function everything(directory: string): Promise<string> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const texts = names
    .filter((entry) => entry.isFile())
    .map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1'));
  return (await Promise.all(texts)).join('\n');
}

async function clientOf(admin: AdminSession, id: string): Promise<Record<string, unknown>> {
  return { ...(await admin.ask('GET', `/api/clients/${id}`)).body };
}

describe('a host with a token', () => {
  it('gets a key of its own, comes in with it, and the shared secret is of no use for its id any more', async () => {
    await using server = await startServer({ secret: SECRET });
    const admin = await signInAsAdmin(server.url);
    const { id: tokenId, token } = await admin.token();
    await using client = await withToken(server, token);
    const id = await idOf(client);
    const key = (await readFile(keyPathOf(client.directory, id), 'utf8')).trim();

    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(keyPathOf(client.directory, id))).mode & 0o777).toBe(0o600);
    expect(await clientOf(admin, id)).toMatchObject({
      status: 'online',
      credential: 'own_key',
      key: { generation: 1, revoked_at: null },
    });
    expect((await admin.ask('GET', '/api/enrolment-tokens')).body['tokens']).toMatchObject([
      { id: tokenId, state: 'used_up', uses: 1 },
    ]);

    const impostor = await connectFakeClient({ port: server.tcpPort, secret: SECRET, clientId: id });
    await impostor.answerChallenge();
    await impostor.expect('auth_failed');
    const owner = await connectFakeClient({ port: server.tcpPort, secret: key, clientId: id });
    await owner.authenticate();
    owner.destroy();

    // S-32: nothing that lets anybody in lies in the database, in a log or on the host beyond its key.
    await client.program.stop();
    await server.program.stop();
    const kept = await everything(server.directory);
    expect(kept).not.toContain(token.split('.')[2]);
    expect(kept).not.toContain(key);
    expect(await everything(join(client.directory, 'logs'))).not.toContain(token.split('.')[2]);
  });

  it('comes back with its key after both were restarted, without the token', async () => {
    await using server = await startServer({ secret: SECRET });
    const { token } = await (await signInAsAdmin(server.url)).token();
    await using client = await withToken(server, token);
    const id = await idOf(client);
    await using again = await server.restart();
    await using back = await client.restart({ env: SOON });
    expect(await idOf(back)).toBe(id);
    expect(await clientOf(await signInAsAdmin(again.url), id)).toMatchObject({ credential: 'own_key' });
  });

  it.each([
    ['used up', 'has let in as many hosts as it may', 'used'],
    ['revoked', 'was revoked', 'revoked'],
    ['unknown', 'does not know this enrolment token', 'unknown'],
    ['for another host', 'is for another host', 'bound'],
  ] as const)('is told that its token is %s, and stays out', async (_what, words, how) => {
    await using server = await startServer({ secret: SECRET });
    const admin = await signInAsAdmin(server.url);
    await using first = await withToken(server, (await admin.token()).token);
    const bound = how === 'bound' ? { client_id: await idOf(first) } : {};
    const { id, token } = await admin.token(bound);
    await using second = how === 'used' ? await withToken(server, token) : undefined;
    if (how === 'revoked') await admin.ask('DELETE', `/api/enrolment-tokens/${id}`);
    const shown = how === 'unknown' ? token.replace(id, '0123456789abcdef') : token;
    await using client = await withToken(server, shown, { connected: false });
    await client.program.line(new RegExp(`could not be enrolled.*${words}`), { within: 15_000 });
    const clients = Object.keys(Object((await admin.ask('GET', '/api/clients')).body['clients']));
    expect(clients).not.toContain(await idOf(client));
    expect(clients).toHaveLength(second ? 2 : 1);
  });

  it('guesses tokens in vain: the address is shut out after ten', async () => {
    await using server = await startServer({ secret: SECRET });
    const { id, token } = await (await signInAsAdmin(server.url)).token();
    const guess = async (secret: string): Promise<void> => {
      const client = await connectFakeClient({ port: server.tcpPort, secret, localAddress: '127.0.0.9' });
      const answer = client.prove(await client.expect('auth_challenge'));
      client.send({ ...answer, enrol: id });
      await client.expect('auth_failed');
      client.destroy();
    };
    for (let i = 0; i < 10; i++) await guess(`ops1.${id}.${'A'.repeat(42)}${i}`);
    await expect(guess(token)).rejects.toThrow('closed');
    const elsewhere = await connectFakeClient({ port: server.tcpPort, secret: token });
    elsewhere.send({ ...elsewhere.prove(await elsewhere.expect('auth_challenge')), enrol: id });
    await elsewhere.expect('auth_ok');
    elsewhere.send(elsewhere.registration());
    expect((await elsewhere.expect('error')).code).toBe('wrong_phase');
  });

  it('cannot take the place of a host that is known, unless the token is for that host', async () => {
    await using server = await startServer({ secret: SECRET });
    const admin = await signInAsAdmin(server.url);
    await using known = await startClient({ server: { port: server.tcpPort }, secret: SECRET, env: SOON });
    const id = await idOf(known);
    expect(await clientOf(admin, id)).toMatchObject({ credential: 'shared_secret' });
    const directory = await folder('thief');
    await writeFile(join(directory, 'client_id.txt'), `${id}\n`, { mode: 0o600 });
    await using thief = await withToken(server, (await admin.token()).token, { directory, connected: false });
    await thief.program.line(/knows a host with this client id/, { within: 15_000 });
    await thief.program.stop();

    const env = {
      ...SOON,
      OPS_ENROL_TOKEN_FILE: await tokenFile((await admin.token({ client_id: id })).token),
    };
    await using moved = await known.restart({ env });
    expect(await idOf(moved)).toBe(id);
    await until(async () => (await clientOf(admin, id))['credential'] === 'own_key', {
      what: 'its key in use',
    });
  });
});

const usesOf = async (session: AdminSession): Promise<unknown> =>
  Object(Object((await session.ask('GET', '/api/enrolment-tokens')).body['tokens'])[0])['uses'];

describe('killed on the way, a host is never half enrolled', () => {
  it.each(ENROL_CRASH_POINTS)('the client at %s', async (point) => {
    await using server = await startServer({ secret: SECRET });
    const admin = await signInAsAdmin(server.url);
    const { token } = await admin.token();
    const directory = await folder('killed');
    const { nodeArgs, env } = dieWhenEnrolling(point);
    const doomed = await withToken(server, token, { directory, connected: false, nodeArgs, env });
    expect((await doomed.program.exited).signal).toBe('SIGKILL');
    // The token was for one host, and still lets in this one.
    await using client = await withToken(server, token, { directory });
    expect(await clientOf(admin, await idOf(client))).toMatchObject({
      credential: 'own_key',
      key: { generation: 1 },
    });
    expect((await admin.ask('GET', '/api/enrolment-tokens')).body['tokens']).toMatchObject([{ uses: 1 }]);
  });

  it('the server, behind the change and before the answer', async () => {
    await using server = await startServer({ secret: SECRET });
    const admin = await signInAsAdmin(server.url);
    const { token } = await admin.token();
    const proxy = await startTcpProxy({ target: { port: server.tcpPort } });
    onTestFinished(() => proxy.close());
    await using client = await startClient({
      server: { port: proxy.port },
      connected: false,
      env: { ...SOON, OPS_ENROL_TOKEN_FILE: await tokenFile(token), OPS_LOG_LEVEL: 'debug' },
    });
    // Whatever the server says from its change on does not arrive.
    await until(() => proxy.accepted > 0, { what: 'a connection', within: 15_000 });
    proxy.set({ toClient: { delayMs: 150 } });
    await until(async () => (await usesOf(admin)) === 1, { what: 'the change', within: 15_000 });
    proxy.set({ toClient: 'silent' });
    await server.program.kill9();
    proxy.cut();
    proxy.set({ toClient: 'pass' });
    await using again = await server.restart();
    await client.connected();
    const session = await signInAsAdmin(again.url);
    expect(await clientOf(session, await idOf(client))).toMatchObject({ credential: 'own_key' });
    expect(await usesOf(session)).toBe(1);
  });
});

describe('a key', () => {
  it('that was revoked lets nobody in, until a token for this host brings another one', async () => {
    await using server = await startServer({ secret: SECRET });
    const admin = await signInAsAdmin(server.url);
    await using client = await withToken(server, (await admin.token()).token);
    const id = await idOf(client);
    expect((await admin.ask('DELETE', `/api/clients/${id}/key`)).status).toBe(200);
    await client.program.line(/Authentication failed for client/, { within: 15_000 });
    await until(async () => (await clientOf(admin, id))['status'] === 'offline', {
      what: 'it to be offline',
    });
    expect((await admin.ask('DELETE', `/api/clients/${id}/key`)).body).toMatchObject({ code: 'no_key' });

    const { token } = await admin.token({ client_id: id });
    const enrol = await startProgram({
      file: 'packages/client/src/main.ts',
      args: ['enrol'],
      cwd: client.directory,
      env: {
        OPS_SERVER_PORT: String(server.tcpPort),
        OPS_CLIENT_ID_FILE: join(client.directory, 'client_id.txt'),
        OPS_CLIENT_DATA_DIR: join(client.directory, 'data'),
        OPS_ENROL_TOKEN_FILE: await tokenFile(token),
      },
    });
    expect((await enrol.exited).code).toBe(0);
    await using back = await client.restart({ env: SOON });
    expect(await clientOf(admin, await idOf(back))).toMatchObject({
      status: 'online',
      key: { generation: 2 },
    });
  });

  it('goes with its client when that is deleted, and the id is never enrolled again (S-7)', async () => {
    await using server = await startServer({ secret: SECRET });
    const admin = await signInAsAdmin(server.url);
    await using client = await withToken(server, (await admin.token()).token);
    const id = await idOf(client);
    const key = (await readFile(keyPathOf(client.directory, id), 'utf8')).trim();
    await client.program.stop();
    await until(async () => (await admin.ask('DELETE', `/api/clients/${id}`)).status === 200, {
      what: 'the client to be deleted',
    });
    const owner = await connectFakeClient({ port: server.tcpPort, secret: key, clientId: id });
    await owner.answerChallenge();
    await owner.expect('auth_failed');
    const { id: tokenId, token } = await admin.token();
    const again = await connectFakeClient({ port: server.tcpPort, secret: token, clientId: id });
    again.send({ ...again.prove(await again.expect('auth_challenge')), enrol: tokenId });
    await again.expect('auth_ok');
    again.send({ type: 'enrol', client_id: id, hostname: 'web-01', client_version: '1' });
    expect((await again.expect('error')).code).toBe('forgotten');
  });
});

describe('two machines with one id', () => {
  it.each([true, false])(
    'the copy gets an id and a key of its own when somebody orders it (enrolled: %s)',
    async (enrolled) => {
      await using server = await startServer({ secret: SECRET });
      const admin = await signInAsAdmin(server.url);
      await using origin = enrolled
        ? await withToken(server, (await admin.token()).token)
        : await startClient({ server: { port: server.tcpPort }, secret: SECRET, env: SOON });
      const id = await idOf(origin);
      expect((await admin.ask('POST', `/api/clients/${id}/new-identity`)).body).toMatchObject({
        code: 'no_conflict',
      });

      const directory = await folder('copy');
      await writeFile(join(directory, 'client_id.txt'), `${id}\n`, { mode: 0o600 });
      if (enrolled) {
        await mkdir(join(directory, 'data', id), { recursive: true, mode: 0o700 });
        await copyFile(keyPathOf(origin.directory, id), keyPathOf(directory, id));
      }
      await using copy = await startClient({
        server: { port: server.tcpPort },
        directory,
        connected: false,
        ...(!enrolled && { secret: SECRET }),
        env: SOON,
      });
      await until(async () => (await clientOf(admin, id))['conflict'] === true, {
        what: 'the conflict',
        within: 15_000,
      });
      expect((await admin.ask('POST', `/api/clients/${id}/new-identity`)).status).toBe(200);
      await copy.connected();
      const fresh = await idOf(copy);
      expect(fresh).not.toBe(id);
      expect(await clientOf(admin, fresh)).toMatchObject({
        status: 'online',
        credential: enrolled ? 'own_key' : 'shared_secret',
      });
      expect(await clientOf(admin, id)).toMatchObject({ status: 'online' });
      expect(await idOf(origin)).toBe(id);
    },
  );
});
