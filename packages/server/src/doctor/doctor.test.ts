/** Each fault is planted for real, beside or instead of a real server, and named with the command that mends it. */
import { chmod, cp, mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { systemClock } from '@ops/runtime/clock.ts';
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import { selfMadeCertificate } from '@ops/testkit/self-made-certificate.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import { startProgram } from '@ops/testkit/child-program.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { doctor, portOf, readSaid } from './test-doctor.ts';

const SECRET = 'a-secret-of-the-doctor-0123456789abcdef';
const TOKEN = 'token-of-the-doctor-0123456789abcdef';

const portsOf = (server: RunningServer) => ({
  OPS_TCP_PORT: String(server.tcpPort),
  OPS_HTTP_PORT: String(server.httpPort),
});

async function place(): Promise<string> {
  const directory = await tempDirectory('doctor');
  onTestFinished(() => directory.remove());
  return directory.path;
}

const left: Record<string, string> = {};
beforeAll(async () => {
  for (const how of ['in order', 'killed']) {
    left[how] = (await tempDirectory('doctor')).path;
    const server = await startServer({ secret: SECRET, directory: left[how] });
    await (how === 'killed' ? server.program.kill9() : server.program.stop());
  }
}, 60_000);
afterAll(() => Promise.all(Object.values(left).map((path) => rm(path, { recursive: true }))));

/** What a server that was stopped left. */
async function stopped(how: 'in order' | 'killed' = 'in order'): Promise<string> {
  const directory = await place();
  await cp(left[how]!, directory, { recursive: true });
  await chmod(join(directory, 'data'), 0o700);
  return directory;
}

/** Every file with its size, mode and time of change. */
async function snapshot(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true });
  return Promise.all(
    names.toSorted().map(async (name) => {
      const { size, mode, mtimeMs } = await stat(join(directory, name));
      return `${name} ${size} ${mode.toString(8)} ${mtimeMs}`;
    }),
  );
}

describe('beside a healthy server with a client', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({ secret: SECRET, env: { OPS_AUTH_TOKEN: TOKEN } });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('there is no fault, and no secret is shown', async () => {
    await using client = await startClient({ server: { port: server.tcpPort }, secret: SECRET });
    expect(client.program.isRunning).toBe(true);
    const env = {
      ...portsOf(server),
      OPS_AUTH_TOKEN: TOKEN,
      OPS_TCP_AUTH_SECRET: SECRET,
      OPS_TCP_AUTH_ENABLED: 'true',
    };
    const said = await doctor({ cwd: server.directory, env, argv: ['--url', server.url] });
    expect(said.faults).toEqual([]);
    expect(said.status).toBe(0);
    expect(said.of('running')).toEqual([expect.stringMatching(/^ok it runs \(pid \d+\), version /)]);
    expect(said.of('tcp-port')).toEqual([`ok listens on 127.0.0.1 port ${server.tcpPort}`]);
    expect(said.of('http-port')).toEqual([`ok listens on 127.0.0.1 port ${server.httpPort}`]);
    expect(said.of('database')).toEqual(['ok ops.db is whole', 'ok samples.db is whole']);
    expect(said.of('event-stream')).toEqual(['ok /api/events streams']);
    expect(said.of('proxy')).toEqual([expect.stringMatching(/^ok /)]);
    expect(said.of('secret')).toEqual([
      expect.stringMatching(/^ok fingerprint of the secret [0-9a-f]{4}-[0-9a-f]{4};/),
    ]);
    expect(said.text + said.err).not.toMatch(new RegExp(`${SECRET}|${TOKEN}`));
  });

  it('settings it was not started with are told from a free port', async () => {
    const said = await doctor({ cwd: server.directory, env: { ...portsOf(server), OPS_TCP_PORT: '1' } });
    expect(said.of('tcp-port')).toEqual([
      expect.stringMatching(
        /^fault the server runs, but does not listen on 127\.0\.0\.1 port 1 .* → kill \d+; \S*ops-server$/,
      ),
    ]);
  });

  it('another server with the same port is told by its identity', async () => {
    const directory = await stopped();
    const said = await doctor({ cwd: directory, env: portsOf(server) });
    expect(said.of('tcp-port')).toEqual([
      expect.stringMatching(/^fault port \d+ is in use by another ops-server.* → export OPS_TCP_PORT=\d+$/),
    ]);
    expect(said.status).toBe(1);
  });

  it('too few open files are counted against max_connections of the very process', async () => {
    const env = { ...portsOf(server), OPS_MAX_CONNECTIONS: '100000' };
    const [line] = (await doctor({ cwd: server.directory, env })).of('open-files');
    expect(line).toMatch(new RegExp(`→ sudo prlimit --pid ${server.program.pid} --nofile=101100:101100$`));
  });
});

it('a doubled client id, a wrong clock and an old version are told by host', async () => {
  await using server = await startServer();
  const { tcpPort: port } = server;
  const slow = { ...systemClock, wall: () => systemClock.wall() - 45_000 };
  const first = await connectFakeClient({ port, clock: slow });
  onTestFinished(() => first.destroy());
  await first.enter({ client_version: '0.9.0' });
  await first.heartbeat();
  const second = await connectFakeClient({ port, clientId: first.clientId });
  onTestFinished(() => second.destroy());
  await second.greet();
  second.send(second.registration());
  expect(await second.expect('goodbye')).toMatchObject({ code: 'conflict' });
  const said = await until(
    async () => {
      const found = await doctor({ cwd: server.directory, env: portsOf(server) });
      return found.of('duplicate-id')[0]?.startsWith('fault') && found.of('clock').length > 0 && found;
    },
    { what: 'the conflict to be written down', every: 200, within: 20_000 },
  );
  expect(said.of('duplicate-id')).toEqual([
    expect.stringMatching(
      new RegExp(
        `^fault two hosts use the client id of .*${first.clientId}.* → opsctl identity new ${first.clientId}$`,
      ),
    ),
  ]);
  expect(said.of('clock')).toEqual([
    expect.stringMatching(/^fault the clock of .* is -45 s off.* → sudo timedatectl set-ntp true$/),
  ]);
  expect(said.of('client-versions')).toEqual([
    expect.stringMatching(/^warning 1 of 1 clients are not of version .* 0\.9\.0 → ops-client --version$/),
  ]);
}, 30_000);

describe('without a server', () => {
  it('says how to start it, and changes nothing', async () => {
    const directory = await stopped();
    const before = await snapshot(directory);
    const said = await doctor({ cwd: directory });
    expect(said.of('running')).toEqual([
      expect.stringMatching(/^warning ops-server does not run → .*ops-server$/),
    ]);
    expect(said.of('database')).toEqual(['ok ops.db is whole', 'ok samples.db is whole']);
    expect(await snapshot(directory)).toEqual(before);
  });

  it('a busy port is named with the command that chooses another', async () => {
    const busy = createServer((socket) => socket.end('220 mail\r\n'));
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void busy.close());
    const port = portOf(busy);
    const cwd = await place();
    const said = await doctor({ cwd, env: { OPS_TCP_PORT: String(port) } });
    expect(said.of('tcp-port')).toEqual([
      `fault port ${port} is in use by another program (sudo ss -tlnp 'sport = :${port}' tells which) → export OPS_TCP_PORT=${port + 1}`,
    ]);
    await writeFile(join(cwd, 'config.toml'), `[server]\ntcp_port = 1\nhttp_port = ${port}\n`, {
      mode: 0o600,
    });
    expect((await doctor({ cwd })).of('http-port')[0]).toMatch(
      new RegExp(`→ sed -i '3s/\\.\\*/http_port = ${port + 1}/' config\\.toml$`),
    );
  });

  it('an address of no interface is named', async () => {
    const said = await doctor({ cwd: await place(), env: { OPS_HTTP_BIND_ADDR: '192.0.2.7' } });
    expect(said.of('bind-address')).toEqual([
      'fault http_bind_addr 192.0.2.7 is no address of this machine → export OPS_HTTP_BIND_ADDR=0.0.0.0',
    ]);
  });

  it('open authentication on a reachable address is a fault', async () => {
    const env = { OPS_TCP_BIND_ADDR: '0.0.0.0', OPS_TCP_AUTH_ENABLED: 'false' };
    expect((await doctor({ cwd: await place(), env })).of('secret')).toEqual([
      expect.stringMatching(
        /^fault authentication is off on 0\.0\.0\.0.* → export OPS_TCP_AUTH_ENABLED=true$/,
      ),
    ]);
  });

  it.each([
    ['data', 0o777, 'data-dir', /^fault .*data can be changed by others \(mode 0777\) → chmod 700 /],
    [
      'data/audit-key',
      0o640,
      'private-files',
      /^fault .*audit-key is open to others \(mode 0640\) → chmod 600 /,
    ],
    ['data/ops.db', 0o644, 'private-files', /^fault .*ops\.db is open to others \(mode 0644\) → chmod 600 /],
  ])('%s with mode %o is named with its chmod', async (name, mode, id, line) => {
    const directory = await stopped();
    await chmod(join(directory, name), mode);
    const said = await doctor({ cwd: directory });
    expect(said.of(id)).toEqual([expect.stringMatching(line)]);
    expect(said.status).toBe(1);
  });

  it('a damaged database is found', async () => {
    const directory = await stopped();
    const file = await open(join(directory, 'data/ops.db'), 'r+');
    await file.write(Buffer.alloc(4096, 0xab), 0, 4096, 8192);
    await file.close();
    expect((await doctor({ cwd: directory })).of('database')[0]).toMatch(
      /^fault ops\.db .*→ sqlite3 \S+ \.recover/,
    );
  });

  it('a database that was not closed waits for the next start, untouched', async () => {
    const directory = await stopped('killed');
    const before = await snapshot(directory);
    expect((await doctor({ cwd: directory })).of('database')[0]).toMatch(
      /^warning ops\.db was not closed in order; .* → .*ops-server$/,
    );
    expect(await snapshot(directory)).toEqual(before);
  });

  it('a certificate that has expired, and one whose key is another', async () => {
    const cwd = await place();
    const [mine, other] = await Promise.all([selfMadeCertificate(), selfMadeCertificate()]);
    await writeFile(join(cwd, 'cert.pem'), mine.cert);
    await writeFile(join(cwd, 'key.pem'), mine.key, { mode: 0o600 });
    await writeFile(join(cwd, 'other.pem'), other.key, { mode: 0o600 });
    const env = { OPS_TCP_TLS_CERT: join(cwd, 'cert.pem'), OPS_TCP_TLS_KEY: join(cwd, 'key.pem') };
    expect((await doctor({ cwd, env })).of('certificate')).toEqual([
      expect.stringMatching(
        /^warning tcp_tls_cert: the certificate expires in [12] days: .*sha256:[0-9a-f]{64} → /,
      ),
    ]);
    const later = { ...systemClock, wall: () => systemClock.wall() + 3 * 86_400_000 };
    expect((await doctor({ cwd, env, clock: later })).of('certificate')).toEqual([
      expect.stringMatching(/^fault tcp_tls_cert: the certificate expired on .* → /),
    ]);
    const wrong = { ...env, OPS_TCP_TLS_KEY: join(cwd, 'other.pem') };
    expect((await doctor({ cwd, env: wrong })).of('certificate')).toEqual([
      expect.stringMatching(/^fault tcp_tls_key does not belong to tcp_tls_cert /),
    ]);
  });

  it('few open files are a fault of the shell it would be started from', async () => {
    const cwd = await place();
    const program = await startProgram({
      file: 'packages/server/src/main.ts',
      args: ['doctor', '--json', '--lang', 'en'],
      prefix: ['prlimit', '--nofile=512:512'],
      cwd,
    });
    const { code } = await program.exited;
    const said = readSaid(code ?? -1, program.lines.join('\n'), '');
    expect(said.of('open-files')).toEqual([
      'fault 512 files may be open; max_connections 1000 needs 2100 → ulimit -n 2100',
    ]);
    expect(code).toBe(1);
  });
});

describe('the configuration', () => {
  it.each([
    [
      '[server]\nhttp_prot = 1\n',
      /^fault config\.toml:2: unknown key "http_prot".* → \$\{EDITOR:-vi\} \+2 config\.toml$/,
    ],
    [
      '[server]\nhttp_port = "x"\n',
      /^fault http_port from config\.toml:2: .* → \$\{EDITOR:-vi\} \+2 config\.toml$/,
    ],
  ])('%j is the one fault that is told', async (text, line) => {
    const cwd = await place();
    await writeFile(join(cwd, 'config.toml'), text);
    const said = await doctor({ cwd });
    expect(said.faults).toEqual([expect.stringMatching(line)]);
    expect(said.status).toBe(1);
  });

  it('a secret file others can read is named with its chmod, and stays unread', async () => {
    const cwd = await place();
    await writeFile(join(cwd, 'secret'), `${SECRET}\n`);
    await chmod(join(cwd, 'secret'), 0o644);
    const said = await doctor({ cwd, env: { OPS_TCP_AUTH_SECRET_FILE: join(cwd, 'secret') } });
    expect(said.of('configuration')).toEqual([expect.stringMatching(/^fault .* → chmod 600 \S+\/secret$/)]);
    expect(said.text).not.toContain(SECRET);
  });

  it('a file others can write to is a fault, since it says what may be run', async () => {
    const cwd = await place();
    await mkdir(join(cwd, 'etc'));
    const file = join(cwd, 'etc/ops.toml');
    await writeFile(file, '[server]\n');
    await chmod(file, 0o666);
    expect((await doctor({ cwd, argv: ['--config', file] })).of('configuration')).toEqual([
      expect.stringMatching(
        /^fault .*ops\.toml can be changed by others \(mode 0666\).* → chmod go-w \S+ops\.toml$/,
      ),
    ]);
  });

  it.each([
    [['--url', 'ftp://x']],
    [['--url']],
    [['--lang', 'fr']],
    [['--colour']],
    [['--http-port', 'x']],
    [['again']],
  ])('%j is wrong usage: status 2, nothing on standard output', async (argv) => {
    const said = await doctor({ cwd: await place(), argv });
    expect([said.status, said.text]).toEqual([2, '']);
    expect(said.err).toMatch(/^ops-server: .*\n$/);
  });
});
