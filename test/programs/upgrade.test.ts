/**
 * Clients brought to a signed release by the programs themselves: opsctl makes the key and signs, the server hands out, the hosts
 * decide. Three real clients; the release is this repository under another name, or one that never connects.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { signInAsAdmin } from '@ops/testkit/admin-session.ts';
import type { AdminSession } from '@ops/testkit/admin-session.ts';
import { asRelease } from '@ops/testkit/as-release.ts';
import type { AsRelease } from '@ops/testkit/as-release.ts';
import { startProgram } from '@ops/testkit/child-program.ts';
import { processesOf } from '@ops/testkit/processes-of.ts';
import { clientScript, makeRelease } from '@ops/testkit/release-of-client.ts';
import { signingKey, writeRelease } from '@ops/testkit/signed-release.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import type { RunningClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import type { TempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SECRET = 'the secret that all clients share, long enough';
const VERSION = '1.0.0';
const OLD: AsRelease = { commit: 'aaaaaaaaaaaa', released_at: 1_000 };
const NEW: AsRelease = { commit: 'bbbbbbbbbbbb', released_at: 2_000 };
const DEAF: AsRelease = { commit: 'cccccccccccc', released_at: 3_000 };
const NAMES = ['canary', 'second', 'busy'] as const;
const WITHIN_MS = 100_000;
/** A minute for the new program to connect; half a minute for the canary to be watched. */
const SHORT_WAITS = { 60_000: 6_000 };
const CANARY_WAIT = { 30_000: 1_000 };

type Json = Record<string, unknown>;

let place: TempDirectory;
let server: RunningServer;
let admin: AdminSession;
let publicKey = '';
const clients = new Map<string, RunningClient>();
const ids = new Map<string, string>();

const path = (...parts: string[]): string => join(place.path, ...parts);

/** @throws Error with what it said when it did not end well */
async function opsctlWell(...args: readonly string[]): Promise<string> {
  const { code, out } = await opsctl(args);
  if (code !== 0) throw new Error(`opsctl ${args.join(' ')} ended with ${code}: ${out}`);
  return out;
}

async function opsctl(args: readonly string[]): Promise<{ code: number | null; out: string }> {
  const program = await startProgram({
    file: 'packages/ctl/src/main.ts',
    args,
    cwd: place.path,
    env: { HOME: place.path, OPS_URL: server.url },
  });
  const { code } = await program.exited;
  return { code, out: program.lines.join('\n') };
}

/** Puts it on the server, signed by `opsctl` in the place of a key nobody trusts. */
async function shelve(release: AsRelease, script = clientScript(release)): Promise<void> {
  await writeRelease(path('dist'), makeRelease({ key: signingKey(), version: VERSION, release, script }));
  await opsctlWell('release', 'sign', '--key', 'release.key', 'dist');
}

async function start(name: string, keys: string): Promise<RunningClient> {
  const { nodeArgs, env } = asRelease(OLD, SHORT_WAITS);
  return startClient({
    server: { port: server.tcpPort },
    secret: SECRET,
    directory: path(name),
    nodeArgs,
    env: { ...env, OPS_UPGRADE_KEYS: keys },
  });
}

const get = async (at: string): Promise<Json> => (await admin.ask('GET', at)).body;

async function hostsOf(id: string): Promise<Map<string, Json>> {
  const { hosts } = (await get(`/api/upgrades/${id}/hosts`)) as { hosts: Json[] };
  const names = new Map([...ids].map(([name, client]) => [client, name]));
  return new Map(hosts.map((host) => [names.get(String(host['client_id'])) ?? '', host]));
}

async function stateOf(id: string): Promise<unknown> {
  return ((await get(`/api/upgrades/${id}`)) as { upgrade: Json }).upgrade['state'];
}

async function newest(): Promise<string> {
  const { upgrades } = (await get('/api/upgrades')) as { upgrades: Json[] };
  return String(upgrades[0]?.['id']);
}

beforeAll(async () => {
  place = await tempDirectory('upgrade');
  await mkdir(path('dist'));
  const waits = asRelease(undefined, CANARY_WAIT);
  server = await startServer({
    secret: SECRET,
    nodeArgs: waits.nodeArgs,
    env: { ...waits.env, OPS_CLIENT_FILES_DIR: path('dist') },
  });
  admin = await signInAsAdmin(server.url);
  publicKey = /ed25519:\S+/.exec(await opsctlWell('release', 'key', 'release.key'))?.[0] ?? '';
  await writeFile(path('password'), 'admin123\n', { mode: 0o600 });
  await opsctlWell('login', '-u', 'admin', '--password-file', 'password');
  for (const name of NAMES) {
    clients.set(name, await start(name, publicKey));
    ids.set(name, (await readFile(path(name, 'client_id.txt'), 'utf8')).trim());
  }
}, WITHIN_MS);

afterAll(async () => {
  for (const client of clients.values()) await client[Symbol.asyncDispose]();
  for (const name of NAMES) {
    for (const pid of await processesOf(`OPS_CLIENT_ID_FILE=${path(name, 'client_id.txt')}`))
      process.kill(pid, 'SIGKILL');
  }
  await server[Symbol.asyncDispose]();
  await place.remove();
});

describe('clients are upgraded', { timeout: WITHIN_MS }, () => {
  it('from opsctl: the canary first, then the others, a command in its middle left to its end; kill -9 of the server changes nothing', async () => {
    await shelve(NEW);
    expect(await opsctlWell('release', 'show', 'dist')).toContain(publicKey);
    const { body } = await admin.ask('POST', '/api/send-command', {
      client_id: ids.get('busy'),
      command: 'top -n 5 -d 2',
    });
    expect(body).toMatchObject({ command_id: expect.any(String) });
    const following = opsctl(['upgrade', '--all', '--canary', ids.get('canary')!, '--yes']);
    await until(async () => (await newest()) !== 'undefined', { what: 'the upgrade' });
    const id = await newest();
    await until(async () => (await hostsOf(id)).get('canary')?.['state'] === 'done', {
      what: 'the canary',
      within: WITHIN_MS,
    });
    expect((await hostsOf(id)).get('second')?.['state']).toBe('queued');
    await server.program.kill9();
    server = await server.restart();

    await until(async () => (await stateOf(id)) === 'finished', { what: 'the end', within: WITHIN_MS });
    // Whether it outlived the server is another matter.
    await following;
    expect([...(await hostsOf(id)).values()].map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    const result = await get(`/api/command-result?command_id=${String(body['command_id'])}`);
    expect(result).toMatchObject({ Completed: { exit_code: 0 } });
    // The processes are the ones that were started.
    for (const [name, client] of clients) {
      const pids = await processesOf(`OPS_CLIENT_ID_FILE=${path(name, 'client_id.txt')}`);
      expect(pids).toEqual([client.program.pid]);
    }
    const again = await opsctl(['upgrade', '--all', '--yes']);
    expect(again.out).toMatch(/already|已是|up to date/);
  });

  it('and go back by themselves when the new program does not connect; the others are not begun', async () => {
    await shelve(
      DEAF,
      `#!/bin/sh\n[ "$1" = --version ] && { echo 'ops-client ${VERSION} (${DEAF.commit})'; exit 0; }\nexec sleep 600\n`,
    );
    const { code } = await opsctl(['upgrade', '--all', '--canary', ids.get('canary')!, '--yes']);
    expect(code).toBe(1);
    const id = await newest();
    expect(await stateOf(id)).toBe('held');
    const hosts = await hostsOf(id);
    expect(hosts.get('canary')).toMatchObject({ state: 'back', reason: 'not_connected' });
    expect(hosts.get('second')?.['state']).toBe('queued');
    await until(
      async () => {
        const { clients: known } = (await get('/api/clients')) as { clients: Json };
        return Object.values(known).every((client) => (client as Json)['status'] === 'online');
      },
      { what: 'every host to be there again', within: 30_000 },
    );
    await opsctlWell('upgrades', 'stop', id);
    expect(await stateOf(id)).toBe('stopped');
    expect((await hostsOf(id)).get('second')?.['state']).toBe('left');
  });

  it('only where a key of their own signed it', async () => {
    await clients.get('second')?.program.stop();
    clients.set('second', await start('second', signingKey().publicKey));
    const { out } = await opsctl(['upgrade', ids.get('second')!, '--yes']);
    expect(out).toMatch(/does not trust this key|不信任/);
    const { body } = await admin.ask('POST', '/api/upgrades', { client_ids: [ids.get('second')] });
    expect(body).toMatchObject({ success: false });
  });
});
