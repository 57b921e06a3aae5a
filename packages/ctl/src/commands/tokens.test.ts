/** `tokens` and `identity` against a real server, as an administrator and as a script. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { opsctl } from '../opsctl.ts';
import { testTerminal } from '../test-terminal.ts';

const SECRET = 'a shared secret of more than thirty-two characters';
const API_TOKEN = 'a-token-of-the-test-that-is-long-enough-0123456789';

let server: RunningServer;
let home: string;

beforeAll(async () => {
  server = await startServer({ secret: SECRET, env: { OPS_AUTH_TOKEN: API_TOKEN } });
  home = await mkdtemp(join(tmpdir(), 'opsctl-tokens-'));
  await writeFile(join(home, 'password'), 'admin123\n', { mode: 0o600 });
  await call(['login', '-u', 'admin', '--password-file', join(home, 'password')]);
}, 60_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

async function call(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly out: string; readonly err: string }> {
  const terminal = testTerminal();
  const own = { HOME: home, XDG_STATE_HOME: home, XDG_CONFIG_HOME: home, XDG_RUNTIME_DIR: home };
  const status = await opsctl({ args, env: { ...own, OPS_URL: server.url, ...env }, terminal });
  return { status, out: terminal.stdout(), err: terminal.stderr() };
}

it('makes a token, lists it without its secret, and takes it back', async () => {
  const made = await call(['tokens', 'create', '--uses', '3', '--hours', '2', '--note', 'rack 7']);
  expect(made).toMatchObject({
    status: 0,
    out: expect.stringMatching(/^ops1\.[0-9a-f]{16}\.\S{43}\n$/) as unknown,
  });
  const [, id = '', secret = ''] = made.out.trim().split('.');
  expect(made.err).toContain(`token ${id}: for 3 hosts until `);
  const listed = await call(['tokens']);
  expect(listed.out).toMatch(new RegExp(`^${id} +open +0/3 +20.*admin +- +rack 7$`, 'm'));
  expect(listed.out).not.toContain(secret);
  expect((await call(['tokens', 'revoke', id])).out).toBe('Token revoked\n');
  expect((await call(['tokens'])).out).toMatch(new RegExp(`^${id} +revoked`, 'm'));
  expect((await call(['tokens', 'revoke', '0'.repeat(16)])).status).toBe(1);
});

it('is for administrators: the token of a script may not', async () => {
  const refused = await call(['tokens', 'create'], { OPS_AUTH_TOKEN: API_TOKEN });
  expect(refused).toMatchObject({ status: 3, out: '' });
});

it('makes a token that is for one host alone', async () => {
  const host = await connectFakeClient({ port: server.tcpPort, secret: SECRET });
  await host.authenticate();
  await host.register();
  const made = await call(['tokens', 'create', '--host', host.clientId]);
  const id = made.out.split('.')[1] ?? '';
  const listed = await call(['tokens', '--json']);
  expect(JSON.parse(listed.out)).toMatchObject({
    tokens: expect.arrayContaining([expect.objectContaining({ id, client_id: host.clientId })]) as unknown,
  });
  expect((await call(['tokens', 'create', '--host', 'nobody'])).err).toMatch(/no host is called "nobody"/);
  host.destroy();
});

it('orders another identity only where there is a conflict, and says that there is no key', async () => {
  const host = await connectFakeClient({ port: server.tcpPort, secret: SECRET });
  await host.authenticate();
  await host.register();
  expect(await call(['identity', 'new', host.clientId])).toMatchObject({
    status: 1,
    err: 'opsctl: No other process comes with the id of this client\n',
  });
  expect((await call(['identity', 'revoke-key', host.clientId])).err).toMatch(/no key of its own/);
  const copy = await connectFakeClient({ port: server.tcpPort, secret: SECRET, clientId: host.clientId });
  await copy.authenticate();
  copy.send(copy.registration());
  await copy.expect('goodbye');
  expect(await call(['identity', 'new', host.clientId])).toMatchObject({ status: 0 });
  host.destroy();
});

it('takes no other words', async () => {
  expect((await call(['tokens', 'make'])).err).toMatch(/takes create or revoke/);
  expect((await call(['identity', 'delete', 'x'])).err).toMatch(/takes new or revoke-key/);
});
