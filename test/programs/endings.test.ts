/** How the programs start and end: exit statuses, ports, directories, kill -9. */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { describe, expect, it } from 'vitest';

import { startProgram } from '@ops/testkit/child-program.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';

/** Highest time of the samples a client kept on disk that the server has stored. */
function keptSamplesStoredTo(file: string, clientId: string): number | undefined {
  using database = new DatabaseSync(file, { readOnly: true });
  const row = database
    .prepare('SELECT backlog_to_ms AS at FROM sample_progress WHERE client_id = ?')
    .get(clientId);
  return row === undefined ? undefined : Number(row['at']);
}

const SERVER = 'packages/server/src/main.ts';
const CLIENT = 'packages/client/src/main.ts';
const TOKEN = 'token-for-scripts-0123456789abcdef';

describe('bad configuration', () => {
  it.each([
    [SERVER, { OPS_HTTP_PORT: 'eighty' }, [], /http_port.*OPS_HTTP_PORT.*65535/],
    [SERVER, {}, ['--http-prot', '3003'], /--http-prot.*--http-port/],
    [SERVER, {}, ['--config', '/nowhere/config.toml'], /\/nowhere\/config\.toml/],
    [CLIENT, { OPS_HEARTBEAT_INTERVAL: '-1' }, [], /heartbeat_interval_secs.*OPS_HEARTBEAT_INTERVAL/],
    [CLIENT, {}, ['--prot', '1'], /--prot.*--port/],
  ])('of %s with %j %j is one clear line and status 2', async (file, env, args, line) => {
    await using folder = await tempDirectory('bad');
    const program = await startProgram({ file, env, args, cwd: folder.path });
    expect(await program.exited).toEqual({ code: 2, signal: null });
    expect(program.lines).toHaveLength(1);
    expect(program.lines[0]).toMatch(line);
  });
});

describe('the server', () => {
  it('names the port and the variable when the port is in use, with status 1', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => void holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as { port: number };
    await using folder = await tempDirectory('port');
    const env = {
      OPS_HTTP_PORT: String(port),
      OPS_TCP_PORT: '0',
      OPS_DATA_DIR: join(folder.path, 'd'),
      OPS_LOG_DIR: join(folder.path, 'l'),
    };
    const program = await startProgram({ file: SERVER, env, cwd: folder.path });
    expect(await program.exited).toEqual({ code: 1, signal: null });
    expect(program.lines.join('\n')).toMatch(new RegExp(`port ${port} is in use.*OPS_HTTP_PORT`));
    holder.close();
  });

  it('is the only one on its data directory', async () => {
    await using server = await startServer();
    const env = {
      OPS_HTTP_PORT: '0',
      OPS_TCP_PORT: '0',
      OPS_DATA_DIR: join(server.directory, 'data'),
      OPS_LOG_DIR: join(server.directory, 'logs-2'),
    };
    const second = await startProgram({ file: SERVER, env, cwd: server.directory });
    expect(await second.exited).toEqual({ code: 1, signal: null });
    expect(second.lines.join('\n')).toContain(env.OPS_DATA_DIR);
  });

  it('ends in order on a signal that comes while it starts', async () => {
    await using folder = await tempDirectory('early');
    const env = {
      OPS_HTTP_PORT: '0',
      OPS_TCP_PORT: '0',
      OPS_DATA_DIR: join(folder.path, 'd'),
      OPS_LOG_DIR: join(folder.path, 'l'),
    };
    const program = await startProgram({ file: SERVER, env, cwd: folder.path });
    await program.line(/Starting/, { within: 20_000 });
    program.signal('SIGTERM');
    expect(await program.exited).toEqual({ code: 0, signal: null });
  });

  it('killed with -9 starts again, with its sessions valid and its clients back, and nothing measured lost', async () => {
    await using server = await startServer({ env: { OPS_AUTH_TOKEN: TOKEN } });
    await using client = await startClient({
      server: { port: server.tcpPort },
      env: { OPS_HEARTBEAT_INTERVAL: '0.5', OPS_RETRY_BASE_DELAY: '1' },
    });
    const login = await fetch(`${server.url}/api/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: 'admin123' }),
    });
    const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
    const ask = async (path: string) =>
      (await fetch(server.url + path, { headers: { Cookie: cookie } })).json() as Promise<
        Record<string, unknown>
      >;
    const online = async (): Promise<string | undefined> => {
      const { clients } = (await ask('/api/clients?status=online')) as {
        clients: Record<string, { system_info: { cpu_usage?: number } }>;
      };
      return Object.entries(clients).find(([, view]) => view.system_info.cpu_usage !== undefined)?.[0];
    };
    const id = await until(online, { within: 15_000, what: 'the client with its readings' });

    await server.program.kill9();
    const killedAt = Date.now();
    // Away long enough for samples to be kept: the client notices the closed connection at once.
    await client.program.line(/Failed to create TCP session: Connection refused/, { within: 20_000 });
    await until(() => Date.now() - killedAt > 6000, { within: 10_000, what: 'some samples to be kept' });

    await using again = await server.restart();
    expect((await fetch(`${again.url}/health`)).status).toBe(200);
    expect(await ask('/api/check-auth')).toMatchObject({ success: true });
    await until(async () => (await online()) === id, { within: 30_000, what: 'the client to be back' });

    // What was measured while nobody listened has been stored, up to a moment in which nobody did.
    const storedTo = await until(() => keptSamplesStoredTo(join(server.directory, 'data/samples.db'), id), {
      within: 30_000,
      what: 'the kept samples to be stored',
    });
    expect(storedTo).toBeGreaterThan(killedAt);
    expect(storedTo).toBeLessThanOrEqual(Date.now());
    const { samples } = (await ask(`/api/clients/${id}/samples`)) as { samples: { t: number }[] };
    expect(samples.some(({ t }) => t === Math.floor(storedTo / 60_000) * 60_000)).toBe(true);
  }, 120_000);
});
