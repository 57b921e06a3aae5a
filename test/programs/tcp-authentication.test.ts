/** The three trials of the manual's chapter on TCP authentication, and the rotation of a secret. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { startClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';

const SECRET = 'test-secret-123';

async function logOf(directory: string, name: string): Promise<string> {
  const logs = join(directory, 'logs');
  const files = (await readdir(logs)).filter((file) => file.startsWith(`${name}.log.`));
  return (await Promise.all(files.map((file) => readFile(join(logs, file), 'utf8')))).join('');
}

async function metric(url: string, pattern: RegExp): Promise<number | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const found = pattern.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

describe('TCP authentication', () => {
  it('connects a client with the right secret and refuses one with a wrong secret, in the lines of the manual', async () => {
    await using server = await startServer({ secret: SECRET });
    await using right = await startClient({ server: { port: server.tcpPort }, secret: SECRET });
    await using wrong = await startClient({
      server: { port: server.tcpPort },
      secret: 'wrong-secret-456',
      connected: false,
    });

    await wrong.program.line(/\[ERROR\] Client connection error: Authentication failed/, { within: 15_000 });
    await until(
      async () =>
        /\[WARN\] Authentication failed for client [0-9a-f-]{36}/.test(
          await logOf(server.directory, 'ops-server'),
        ),
      {
        within: 10_000,
        what: 'the line in the log of the server',
      },
    );
    expect(await logOf(server.directory, 'ops-server')).toMatch(
      /\[ERROR\] Client connection error: Authentication failed/,
    );
    expect(right.program.isRunning).toBe(true);
    expect(wrong.program.isRunning).toBe(true);
    expect(await metric(server.url, /^ops_clients\{state="online"\} (\d+)$/m)).toBe(1);
    for (const text of [
      await logOf(server.directory, 'ops-server'),
      await logOf(wrong.directory, 'ops-client'),
    ]) {
      expect(text).not.toContain('wrong-secret-456');
      expect(text).not.toContain(SECRET);
    }
  });

  it('lets a client in without a secret when authentication is off', async () => {
    await using server = await startServer();
    await using client = await startClient({ server: { port: server.tcpPort } });
    expect(client.program.isRunning).toBe(true);
  });

  it('keeps a client with a secret away from a server that does not authenticate', async () => {
    await using server = await startServer();
    await using client = await startClient({
      server: { port: server.tcpPort },
      secret: SECRET,
      connected: false,
    });
    await client.program.line(/\[(WARN|ERROR)\].*authenticat/i, { within: 15_000 });
    expect(await metric(server.url, /^ops_clients\{state="online"\} (\d+)$/m)).toBe(0);
  });

  it('changes the secret on SIGHUP without losing a client, and drops the old one when it is removed', async () => {
    await using folder = await tempDirectory('rotation');
    const file = join(folder.path, 'secret');
    const config = join(folder.path, 'server.toml');
    const first = 'the-first-secret-of-a-rotation-0123456789';
    const second = 'the-second-secret-of-a-rotation-987654321';
    await writeFile(file, first, { mode: 0o600 });
    await writeFile(config, '[server]\n', { mode: 0o600 });
    await using server = await startServer({
      directory: join(folder.path, 'server'),
      env: { OPS_TCP_AUTH_ENABLED: 'true', OPS_TCP_AUTH_SECRET_FILE: file },
      args: ['--config', config],
    });
    await using old = await startClient({ server: { port: server.tcpPort }, secret: first });

    await writeFile(file, second);
    await writeFile(config, `[server]\ntcp_auth_secret_previous = "${first}"\n`);
    server.program.signal('SIGHUP');
    await using fresh = await startClient({ server: { port: server.tcpPort }, secret: second });
    const counter = /^ops_clients_on_previous_secret (\d+)$/m;
    expect(await metric(server.url, counter)).toBe(1);
    expect(old.program.lines.filter((line) => /connected server=/.test(line))).toHaveLength(1);

    await writeFile(config, '[server]\n');
    server.program.signal('SIGHUP');
    await until(async () => (await metric(server.url, /^ops_clients\{state="online"\} (\d+)$/m)) === 1, {
      within: 70_000,
      what: 'the client on the removed secret to be sent away',
    });
    expect(fresh.program.isRunning).toBe(true);
  }, 120_000);
});
