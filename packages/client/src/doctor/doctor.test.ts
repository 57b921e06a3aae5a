/** Each fault is planted for real, on this host or at a real server, and named with the command that mends it. */
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { systemClock } from '@ops/runtime/clock.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { signInAsAdmin } from '@ops/testkit/admin-session.ts';
import { startProgram } from '@ops/testkit/child-program.ts';
import { startFakeServer } from '@ops/testkit/fake-server.ts';
import type { FakeServerOptions } from '@ops/testkit/fake-server.ts';
import { selfMadeCertificate } from '@ops/testkit/self-made-certificate.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { clientDoctor } from './doctor.ts';

const SECRET = 'a-secret-of-the-doctor-0123456789abcdef';
const WRONG = 'another-secret-of-the-doctor-0123456789';

interface Said {
  readonly status: number;
  readonly text: string;
  readonly err: string;
  readonly faults: readonly string[];
  of(id: string): string[];
}

async function place(): Promise<string> {
  const directory = await tempDirectory('doctor');
  onTestFinished(() => directory.remove());
  await mkdir(join(directory.path, 'apps'));
  return directory.path;
}

async function doctor(
  cwd: string,
  env: Readonly<Record<string, string>>,
  { argv = [], clock = systemClock }: { argv?: readonly string[]; clock?: typeof systemClock } = {},
): Promise<Said> {
  let [text, err] = ['', ''];
  const status = await clientDoctor({
    argv: ['--json', '--lang', 'en', ...argv],
    env: {
      OPS_CLIENT_ID_FILE: join(cwd, 'client_id.txt'),
      OPS_CLIENT_DATA_DIR: join(cwd, 'data'),
      OPS_LOG_DIR: join(cwd, 'logs'),
      OPS_APPS_BASE_DIR: join(cwd, 'apps'),
      OPS_COMMAND_LOG_FILE: join(cwd, 'client_commands.log'),
      ...env,
    },
    cwd,
    clock,
    random: systemRandom,
    out: (more) => (text += more),
    err: (more) => (err += more),
  });
  const { findings }: { findings: { id: string; level: string; cause: string; mend?: string }[] } =
    text === '' ? { findings: [] } : JSON.parse(text);
  const lines = findings.map(({ id, level, cause, mend }) => ({
    id,
    line: `${level} ${cause}${mend === undefined ? '' : ` → ${mend}`}`,
  }));
  return {
    status,
    text,
    err,
    faults: lines.map(({ line }) => line).filter((line) => line.startsWith('fault')),
    of: (id) => lines.filter((each) => each.id === id).map(({ line }) => line),
  };
}

describe('with a real server', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({ secret: SECRET });
  }, 30_000);
  afterAll(() => server[Symbol.asyncDispose]());
  const settings = () => ({ OPS_SERVER_PORT: String(server.tcpPort) });

  it('a client that runs beside it keeps its place, and there is no fault', async () => {
    await using client = await startClient({ server: { port: server.tcpPort }, secret: SECRET });
    const env = { ...settings(), OPS_TCP_AUTH_SECRET: SECRET };
    const said = await doctor(client.directory, env, { argv: ['--url', server.url] });
    expect(said.faults).toEqual([]);
    expect(said.status).toBe(0);
    expect(said.of('server')).toEqual([`ok 127.0.0.1:${server.tcpPort} answers`]);
    expect(said.of('secret')).toEqual([
      expect.stringMatching(/^ok the server has the same secret, fingerprint [0-9a-f]{4}-[0-9a-f]{4}$/),
    ]);
    expect(said.of('clock')).toEqual(["ok this clock agrees with the server's"]);
    expect(said.of('version')).toEqual([expect.stringMatching(/^ok server and client are /)]);
    expect(said.of('client-id')).toEqual([expect.stringMatching(/^ok .* holds [0-9a-f-]{36}$/)]);
    expect(said.text + said.err).not.toContain(SECRET);
    // Registered once, and never pushed out.
    expect(client.program.lines.filter((line) => line.includes('Connected to the server'))).toHaveLength(1);
    expect(client.program.lines.join('\n')).not.toMatch(/replaced|Another running client/);
  });

  it('a wrong secret is told by its fingerprint, with the command that fetches the right one', async () => {
    const cwd = await place();
    await writeFile(join(cwd, 'secret'), WRONG, { mode: 0o600 });
    const said = await doctor(cwd, { ...settings(), OPS_TCP_AUTH_SECRET_FILE: join(cwd, 'secret') });
    expect(said.of('secret')).toEqual([
      expect.stringMatching(
        /^fault the server refuses this secret, fingerprint [0-9a-f]{4}-[0-9a-f]{4} .* → sudo install -m 600 data\/tcp-auth-secret \S+\/secret$/,
      ),
    ]);
    expect(said.status).toBe(1);
    expect(said.text).not.toContain(WRONG);
    // It is a doctor, not a client: nothing was made.
    expect((await readdir(cwd)).toSorted()).toEqual(['apps', 'secret']);
  });

  it('a server that still has the previous secret is no fault', async () => {
    const env = { ...settings(), OPS_TCP_AUTH_SECRET: WRONG, OPS_TCP_AUTH_SECRET_PREVIOUS: SECRET };
    const said = await doctor(await place(), env);
    expect(said.of('secret')).toEqual([
      expect.stringMatching(/^warning the server still has the previous secret/),
    ]);
    expect(said.text).not.toMatch(new RegExp(`${SECRET}|${WRONG}`));
  });

  it('a host with a key of its own proves that, until the key is revoked or open to others', async () => {
    const admin = await signInAsAdmin(server.url);
    const { token } = await admin.token();
    await using client = await startClient({
      server: { port: server.tcpPort },
      env: { OPS_ENROL_TOKEN: token },
    });
    const id = (await readFile(join(client.directory, 'client_id.txt'), 'utf8')).trim();
    const sight = async () => (await doctor(client.directory, settings())).of('secret');
    expect(await sight()).toEqual(['ok the server knows the key of this host']);
    expect((await admin.ask('DELETE', `/api/clients/${id}/key`)).status).toBe(200);
    expect(await sight()).toEqual([
      expect.stringMatching(
        /^fault the server refuses the key of this host: .* → opsctl tokens create --host [0-9a-f-]{36}$/,
      ),
    ]);
    await chmod(join(client.directory, 'data', id, 'key'), 0o644);
    expect(await sight()).toEqual([
      expect.stringMatching(/^fault what this host .* cannot be used: .*chmod 600 .* → ls -l \S+\/key$/),
    ]);
  });

  it('a host that has yet to enrol', async () => {
    const cwd = await place();
    const token = `ops1.${'0'.repeat(16)}.${'a'.repeat(43)}`;
    const said = await doctor(cwd, { ...settings(), OPS_ENROL_TOKEN: token });
    expect(said.of('secret')).toEqual(['ok this host enrols with its token when it starts next']);
    expect(said.text).not.toContain(token);
  });

  it('no secret, or one that is switched off', async () => {
    expect((await doctor(await place(), settings())).of('secret')).toEqual([
      expect.stringMatching(
        /^fault the server asks for a secret, and there is none here → .*OPS_TCP_AUTH_SECRET_FILE=/,
      ),
    ]);
    const off = { ...settings(), OPS_TCP_AUTH_SECRET: SECRET, OPS_TCP_AUTH_ENABLED: 'false' };
    expect((await doctor(await place(), off)).of('secret')).toEqual([
      expect.stringMatching(/^fault .* switched off here → export OPS_TCP_AUTH_ENABLED=true$/),
    ]);
  });

  it.each([
    [40_000, /^fault this clock is 4[0-2] s off .* → sudo timedatectl set-ntp true$/],
    [-12_000, /^warning this clock is -1[0-2] s off /],
  ])('a clock that is %i ms off is told, and the secret judged all the same', async (ms, line) => {
    const clock = { ...systemClock, wall: () => systemClock.wall() + ms };
    const said = await doctor(await place(), { ...settings(), OPS_TCP_AUTH_SECRET: SECRET }, { clock });
    expect(said.of('clock')).toEqual([expect.stringMatching(line)]);
    expect(said.of('secret')[0]).toMatch(/^ok the server has the same secret/);
  });
});

it('a server without authentication, for a client that insists', async () => {
  const fake = await startFakeServer({ script: async (connection) => connection.hello() });
  onTestFinished(() => fake.close());
  const env = { OPS_SERVER_PORT: String(fake.port), OPS_TCP_AUTH_SECRET: SECRET };
  expect((await doctor(await place(), env)).of('secret')).toEqual([
    expect.stringMatching(/^fault this client insists .* → OPS_TCP_AUTH_ENABLED=true ops-server$/),
  ]);
});

const beside = async (script: NonNullable<FakeServerOptions['script']>): Promise<Said> => {
  const fake = await startFakeServer({ script });
  onTestFinished(() => fake.close());
  return doctor(await place(), { OPS_SERVER_PORT: String(fake.port) });
};

it('another version of the protocol, and a server that is full', async () => {
  expect((await beside(async (connection) => connection.hello({ v: 3 }))).of('protocol')).toEqual([
    expect.stringMatching(/^fault the server speaks version 3 of the protocol, this client 2/),
  ]);
  expect(
    (await beside(async (connection) => connection.goodbye('too_many_connections'))).of('server'),
  ).toEqual([
    expect.stringMatching(/^fault the server has as many clients as it takes → OPS_MAX_CONNECTIONS=/),
  ]);
});

it('nobody listens, or the name is not known', async () => {
  expect((await doctor(await place(), { OPS_SERVER_PORT: '1' })).of('server')).toEqual([
    expect.stringMatching(/^fault nobody listens at 127\.0\.0\.1:1: .*tcp_bind_addr.* → ops-server doctor$/),
  ]);
  expect((await doctor(await place(), { OPS_SERVER_HOST: 'nobody.invalid' })).of('server')).toEqual([
    expect.stringMatching(
      /^fault the name nobody\.invalid is not known here .* → getent hosts nobody\.invalid$/,
    ),
  ]);
});

describe('TLS', () => {
  it('a certificate of another name, one that is not trusted, one that expired', async () => {
    const tls = await selfMadeCertificate({ names: ['DNS:ops.example.com'] });
    const fake = await startFakeServer({ tls, script: async (connection) => connection.hello() });
    onTestFinished(() => fake.close());
    const cwd = await place();
    const env = { OPS_SERVER_PORT: String(fake.port), OPS_TLS: 'true' };

    const untrusted = await doctor(cwd, env);
    expect(untrusted.of('server')).toEqual([
      expect.stringMatching(
        /^fault TLS with 127\.0\.0\.1:\d+ fails: .* → export OPS_TLS_FINGERPRINT=sha256:[0-9a-f]{64}$/,
      ),
    ]);
    expect(untrusted.of('certificate')).toEqual([
      expect.stringMatching(
        /^fault the certificate is for DNS:ops\.example\.com, not for 127\.0\.0\.1 → ops-server doctor$/,
      ),
    ]);

    // As the command above says.
    const fingerprint = /sha256:[0-9a-f]{64}/.exec(untrusted.text)![0];
    const pinned = await doctor(cwd, { ...env, OPS_TLS_FINGERPRINT: fingerprint });
    expect(pinned.of('server')[0]).toMatch(/^ok .* over TLS$/);

    const clock = { ...systemClock, wall: () => systemClock.wall() + 5 * 86_400_000 };
    const late = await doctor(cwd, { ...env, OPS_TLS_FINGERPRINT: fingerprint }, { clock });
    expect(late.of('certificate')).toEqual([expect.stringMatching(/^fault the certificate expired on /)]);
  });

  it('a server that does not speak plain TCP', async () => {
    const fake = await startFakeServer({ tls: await selfMadeCertificate(), script: async () => {} });
    onTestFinished(() => fake.close());
    // It waits for a hello that never comes; the client gives up after its own deadline.
    const clock = {
      ...systemClock,
      after: (ms: number, call: () => void) => systemClock.after(ms / 50, call),
    };
    const said = await doctor(await place(), { OPS_SERVER_PORT: String(fake.port) }, { clock });
    expect(said.of('server')).toEqual([
      expect.stringMatching(/^fault .* or it wants TLS → export OPS_TLS=true$/),
    ]);
  });
});

describe('on this host', () => {
  const nobody = { OPS_SERVER_PORT: '1' };

  it('an id file that holds no id, and one others can read', async () => {
    const cwd = await place();
    const file = join(cwd, 'client_id.txt');
    await writeFile(file, 'me\n', { mode: 0o600 });
    expect((await doctor(cwd, nobody)).of('client-id')).toEqual([
      expect.stringMatching(/^fault .* holds no client id.* → rm \S+client_id\.txt; /),
    ]);
    await writeFile(file, `${systemRandom.uuid()}\n`);
    await chmod(file, 0o664);
    expect((await doctor(cwd, nobody)).of('client-id')).toEqual([
      expect.stringMatching(/^fault .* is open to others \(mode 0664\) → chmod 600 \S+client_id\.txt$/),
    ]);
  });

  it('another client with this id is known from the log of the real one', async () => {
    await using server = await startServer();
    await using first = await startClient({ server: { port: server.tcpPort } });
    await using second = await startClient({
      server: { port: server.tcpPort },
      connected: false,
      env: { OPS_CLIENT_ID_FILE: join(first.directory, 'client_id.txt') },
    });
    await second.program.line(/Another running client uses the same client id/, { within: 20_000 });
    await second.program.stop();
    const env = {
      OPS_SERVER_PORT: String(server.tcpPort),
      OPS_CLIENT_ID_FILE: join(first.directory, 'client_id.txt'),
    };
    expect((await doctor(second.directory, env)).of('duplicate-id')).toEqual([
      expect.stringMatching(
        /^fault another running client uses the same client id.* → opsctl identity new [0-9a-f-]{36}$/,
      ),
    ]);
    const unwilling = { ...env, OPS_ACCEPT_NEW_IDENTITY: 'false' };
    expect((await doctor(second.directory, unwilling)).of('duplicate-id')).toEqual([
      expect.stringMatching(
        /^fault another running client uses the same client id.* → \S*ops-client new-identity; \S*ops-client$/,
      ),
    ]);
    expect((await doctor(first.directory, env)).of('duplicate-id')).toEqual([]);
  }, 60_000);

  it('directories that are not there, or that others can write to', async () => {
    const cwd = await place();
    const scripts = join(cwd, 'scripts');
    const env = { ...nobody, OPS_ALLOWED_SCRIPT_DIRS: scripts };
    await rm(join(cwd, 'apps'), { recursive: true });
    const absent = await doctor(cwd, env);
    expect(absent.of('apps-dir')).toEqual([
      expect.stringMatching(/^warning .*apps does not exist.* → sudo install -d .* \S+apps$/),
    ]);
    expect(absent.of('script-dirs')).toEqual([
      `warning ${scripts} of allowed_script_dirs does not exist → sudo install -d -m 755 ${scripts}`,
    ]);

    for (const name of ['apps', 'scripts', 'data']) {
      await mkdir(join(cwd, name));
      await chmod(join(cwd, name), 0o777);
    }
    const open = await doctor(cwd, env);
    expect(open.of('apps-dir')).toEqual([
      expect.stringMatching(/^fault .* can be changed by others.* → chmod go-w \S+apps$/),
    ]);
    expect(open.of('script-dirs')).toEqual([expect.stringMatching(/^fault .* → chmod go-w \S+scripts$/)]);
    expect(open.of('data-dir')).toEqual([expect.stringMatching(/^fault .* → chmod go-w \S+data$/)]);

    await rm(join(cwd, 'apps'), { recursive: true });
    await symlink(scripts, join(cwd, 'apps'));
    expect((await doctor(cwd, env)).of('apps-dir')).toEqual([
      expect.stringMatching(/^fault .*apps is a link.* → mv /),
    ]);
  });

  it('a configured command whose program is not there', async () => {
    const cwd = await place();
    await writeFile(
      join(cwd, 'config.toml'),
      '[client]\nserver_port = 1\n\n[[commands]]\nname = "backup"\npath = "/opt/nowhere/backup"\n',
      { mode: 0o600 },
    );
    expect((await doctor(cwd, {})).of('commands')).toEqual([
      expect.stringMatching(
        /^fault the command backup cannot run: .* → sudo chown root \/opt\/nowhere\/backup && /,
      ),
    ]);
  });

  it('a fault of the configuration is the one thing that is told', async () => {
    const said = await doctor(await place(), { OPS_SERVER_PORT: 'x' });
    expect(said.faults).toEqual([
      expect.stringMatching(/^fault server_port from OPS_SERVER_PORT: .* → unset OPS_SERVER_PORT$/),
    ]);
    expect(said.of('server')).toEqual([]);
  });

  it('is a command of the program, whose help names it', async () => {
    const cwd = await place();
    const file = 'packages/client/src/main.ts';
    const env = { OPS_SERVER_PORT: '1', OPS_CLIENT_DATA_DIR: cwd, OPS_CLIENT_ID_FILE: join(cwd, 'id') };
    const asked = await startProgram({ file, args: ['doctor', '--lang', 'zh'], cwd, env });
    expect((await asked.exited).code).toBe(1);
    expect(asked.lines.join('\n')).toMatch(
      /^✗ 故障 {2}server +127\.0\.0\.1:1 没有程序在监听.* → \S*ops-server doctor$/m,
    );
    const help = await startProgram({ file, args: ['--help'], cwd });
    expect((await help.exited).code).toBe(0);
    expect(help.lines.join('\n')).toContain('ops-client doctor [--url URL] [--json]');
  });

  it('wrong usage has status 2', async () => {
    const said = await doctor(await place(), {}, { argv: ['--speed'] });
    expect([said.status, said.text]).toEqual([2, '']);
    expect(said.err).toMatch(/^ops-client: unknown option "--speed"/);
  });
});

describe('upgrades over the connection', () => {
  const KEY = `ed25519:${'A'.repeat(43)}`;
  const ID = '6f1d3a52-9a0e-4c55-8d3e-0b7a4f6c2d18';
  async function withState(state: unknown): Promise<Said> {
    const cwd = await place();
    await writeFile(join(cwd, 'client_id.txt'), `${ID}\n`, { mode: 0o600 });
    const directory = join(cwd, 'data', ID, 'upgrade');
    await mkdir(directory, { recursive: true, mode: 0o700 });
    if (state !== undefined) await writeFile(join(directory, 'state.json'), JSON.stringify(state));
    return doctor(cwd, { OPS_SERVER_PORT: '1', OPS_UPGRADE_KEYS: KEY });
  }

  it('are off, and said to be', async () => {
    const said = await doctor(await place(), { OPS_SERVER_PORT: '1' });
    expect(said.of('upgrade')).toEqual([
      'ok upgrades over the connection are off: upgrade_keys names no key',
    ]);
    expect(said.of('last-upgrade')).toEqual([]);
  });

  it('a key that is none is a fault of the configuration', async () => {
    const said = await doctor(await place(), { OPS_SERVER_PORT: '1', OPS_UPGRADE_KEYS: 'ed25519:short' });
    expect(said.of('configuration')).toEqual([expect.stringMatching(/^fault .*OPS_UPGRADE_KEYS/)]);
  });

  it('what is kept, and how the last one ended', async () => {
    expect((await withState(undefined)).of('upgrade')).toEqual([
      expect.stringMatching(/^ok releases signed by 1 keys of upgrade_keys are taken; the installed program/),
    ]);
    const last = { upgrade_id: ID, state: 'back', reason: 'not_connected', detail: 'no route to host' };
    expect((await withState({ format: 1, kept: null, last, trial: null })).of('last-upgrade')).toEqual([
      'warning the last upgrade came to nothing (back): not_connected: no route to host',
    ]);
    const kept = {
      manifest: '{}',
      signature: { key: `ed25519:${'B'.repeat(43)}`, signature: `${'A'.repeat(86)}==` },
      folder: '0'.repeat(16),
      files: [{ path: 'bin/ops-client', size: 1, sha256: '0'.repeat(64) }],
      starts: 0,
    };
    expect((await withState({ format: 1, kept, last: null, trial: null })).of('upgrade')).toEqual([
      expect.stringMatching(
        /^warning the release that is kept is not used .* upgrade_keys of this host has no ed25519:B/,
      ),
    ]);
    expect((await withState({ format: 7 })).of('upgrade')).toEqual([
      expect.stringMatching(/^warning what is kept of upgrades cannot be read/),
    ]);
  });
});
