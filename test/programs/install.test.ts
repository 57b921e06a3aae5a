/** The installer, run for real by a user who is not root, against a real server that hands out a real ops-client. */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

import { signInAsAdmin } from '@ops/testkit/admin-session.ts';
import type { AdminSession } from '@ops/testkit/admin-session.ts';
import { giveToNotRoot, makeClientArchive, NOT_ROOT } from '@ops/testkit/client-archive.ts';
import { selfMadeCertificate } from '@ops/testkit/self-made-certificate.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import type { TempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const SECRET = 'a shared secret of more than thirty-two characters';
const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');

let archive: string;
let machine: string;
let files: TempDirectory;
let server: RunningServer;
let admin: AdminSession;

beforeAll(async () => {
  files = await tempDirectory('client-files');
  await mkdir(join(files.path, 'stage'));
  ({ name: archive, machine } = await makeClientArchive(files.path));
  server = await startServer({ secret: SECRET, env: { OPS_CLIENT_FILES_DIR: files.path } });
  admin = await signInAsAdmin(server.url);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await files.remove();
});

interface Place {
  readonly home: string;
  readonly prefix: string;
}

async function place(): Promise<Place> {
  const directory = await tempDirectory('install');
  onTestFinished(() => directory.remove());
  await giveToNotRoot(directory.path);
  await chmod(directory.path, 0o700);
  return { home: directory.path, prefix: join(directory.path, 'ops') };
}

interface Ended {
  readonly code: number;
  readonly text: string;
}

async function run({ home }: Place, script: string, args: readonly string[]): Promise<Ended> {
  const path = join(home, 'install.sh');
  await writeFile(path, script, { mode: 0o644 });
  try {
    const { stdout, stderr } = await promisify(execFile)('/bin/sh', [path, ...args], {
      cwd: home,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: home, TMPDIR: home, LANG: 'C' },
      ...NOT_ROOT,
    });
    return { code: 0, text: stdout + stderr };
  } catch (cause) {
    const { code, stdout, stderr } = cause as { code: number; stdout: string; stderr: string };
    return { code, text: stdout + stderr };
  }
}

const installer = (at = server): Promise<string> =>
  fetch(`${at.url}/install.sh`).then((answer) => answer.text());

async function options(at: RunningServer = server, session: AdminSession = admin): Promise<string[]> {
  const { body } = await session.ask('GET', '/api/enrolment');
  return [
    '--from',
    at.url,
    '--server',
    '127.0.0.1',
    '--port',
    String(body['tcp_port']),
    '--sums',
    String(body['sums_sha256']),
  ];
}

async function putToken({ home }: Place, token: string): Promise<string> {
  const path = join(home, 'token');
  await writeFile(path, `${token}\n`, { mode: 0o600 });
  await giveToNotRoot(path);
  return path;
}

/** Takes away what a test installed, also when it failed. */
function removeAtEnd(where: Place, script: string): void {
  onTestFinished(async () => {
    if (existsSync(where.prefix)) await run(where, script, ['uninstall', '--prefix', where.prefix]);
  });
}

describe('the installer', () => {
  it('is what the console says it is, and names only files that are there', async () => {
    const { body } = await admin.ask('GET', '/api/enrolment');
    const script = await installer();
    const sums = await (await fetch(`${server.url}/download/SHA256SUMS`)).text();
    expect(body).toMatchObject({
      authentication: true,
      local_only: true,
      tls: null,
      tcp_port: server.tcpPort,
      installer_sha256: sha256(script),
      sums_sha256: sha256(sums),
      files: [{ name: `${archive}.tar.gz`, arch: machine }],
    });
    expect(sums).toMatch(new RegExp(`^[0-9a-f]{64}  ${archive}\\.tar\\.gz\\n$`));
    const bytes = Buffer.from(await (await fetch(`${server.url}/download/${archive}.tar.gz`)).arrayBuffer());
    expect(sums).toContain(sha256(bytes));
  });

  it.each([
    'ops-server',
    'ops-server-1.0.0-linux-x64.tar.gz',
    '..%2f..%2fpackage.json',
    'SHA256SUMS%00',
    '.bashrc',
    'stage',
  ])('S-18: hands out nothing else: /download/%s', async (name) => {
    expect([400, 404]).toContain((await fetch(`${server.url}/download/${name}`)).status);
  });

  it('installs, enrols and starts a host without root, and removes everything again', async () => {
    const where = await place();
    const script = await installer();
    const { token } = await admin.token();
    const tokenPath = await putToken(where, token);
    removeAtEnd(where, script);
    const installed = await run(where, script, [
      'install',
      ...(await options()),
      '--token-file',
      tokenPath,
      '--monitor-only',
      '--prefix',
      where.prefix,
    ]);
    expect(installed).toMatchObject({
      code: 0,
      text: expect.stringMatching(/This host is enrolled: client id/),
    });
    const id = (await readFile(join(where.prefix, 'data/client_id'), 'utf8')).trim();
    const view = await until(
      async () => {
        const { body } = await admin.ask('GET', `/api/clients/${id}`);
        return body['status'] === 'online' && body;
      },
      { what: 'the new host to be online', within: 20_000 },
    );
    expect(view).toMatchObject({ credential: 'own_key', policy: { readonly: true } });

    // The token is used up and gone; what stays is for its owner only.
    expect(existsSync(tokenPath)).toBe(false);
    expect(existsSync(join(where.prefix, 'data/enrol-token'))).toBe(false);
    expect((await stat(join(where.prefix, 'data'))).mode & 0o077).toBe(0);
    const config = await readFile(join(where.prefix, 'client.toml'), 'utf8');
    expect(config).toContain(`server_port = ${server.tcpPort}\n`);
    const text = await Promise.all(
      (await readdir(where.prefix, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')),
    );
    expect(text.join('\n')).not.toContain(token.split('.')[2]);

    const pid = Number(await readFile(join(where.prefix, 'data/ops-client.pid'), 'utf8'));
    const own = await readFile(join(where.prefix, 'program/install.sh'), 'utf8');
    expect(own).toBe(script);
    expect(await run(where, own, ['uninstall', '--prefix', where.prefix])).toMatchObject({ code: 0 });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(existsSync(where.prefix)).toBe(false);
    expect((await run(where, own, ['uninstall', '--prefix', where.prefix])).text).toContain(
      'not installed here',
    );
  });

  it('run again it changes the program and the settings, and the host stays the same', async () => {
    const where = await place();
    const script = await installer();
    removeAtEnd(where, script);
    const base = ['install', ...(await options()), '--prefix', where.prefix];
    await run(where, script, [
      ...base,
      '--token-file',
      await putToken(where, (await admin.token()).token),
      '--no-start',
    ]);
    const before = await readFile(join(where.prefix, 'data/client_id'), 'utf8');
    expect(await run(where, script, [...base, '--monitor-only', '--no-start'])).toMatchObject({ code: 0 });
    expect(await readFile(join(where.prefix, 'data/client_id'), 'utf8')).toBe(before);
    expect(await readFile(join(where.prefix, 'client.toml'), 'utf8')).toContain('readonly = true');
  });

  it('says why a host was not enrolled, and starts nothing', async () => {
    const where = await place();
    const script = await installer();
    removeAtEnd(where, script);
    const { id, token } = await admin.token();
    await admin.ask('DELETE', `/api/enrolment-tokens/${id}`);
    const ended = await run(where, script, [
      'install',
      ...(await options()),
      '--prefix',
      where.prefix,
      '--token-file',
      await putToken(where, token),
    ]);
    expect(ended.code).toBe(1);
    expect(ended.text).toMatch(/was revoked: make another one/);
    expect(existsSync(join(where.prefix, 'data/ops-client.pid'))).toBe(false);
  });

  it.each([
    ['the list of sums', '--sums', 'f'.repeat(64), /checksum is wrong/],
    ['a quote', '--server', '127.0.0.1";', /not a valid value/],
    ['white space', '--server', 'a b', /not a valid value/],
    ['an option as a value', '--server', '-x', /not a valid value/],
    ['a line break', '--server', 'a\nb', /not a valid value/],
    ['a command', '--from', 'http://127.0.0.1:1/$(id)', /not a valid value/],
    ['another scheme', '--from', 'file:///etc/passwd', /must begin with http/],
    ['a port that is none', '--port', '12x', /must be a number/],
  ])('S-27: refuses %s, and installs nothing', async (_what, option, value, words) => {
    const where = await place();
    const args = await options();
    args[args.indexOf(option) + 1] = value;
    const ended = await run(where, await installer(), ['install', ...args, '--prefix', where.prefix]);
    expect(ended.code).toBe(1);
    expect(ended.text).toMatch(words);
    expect(existsSync(where.prefix)).toBe(false);
  });

  it('runs nothing of an archive that is not what its sum says', async () => {
    const other = await tempDirectory('tampered');
    onTestFinished(() => other.remove());
    await makeClientArchive(other.path);
    await using tampered = await startServer({ secret: SECRET, env: { OPS_CLIENT_FILES_DIR: other.path } });
    await writeFile(join(other.path, `${archive}.tar.gz`), 'something else');
    const where = await place();
    const ended = await run(where, await installer(tampered), [
      'install',
      ...(await options(tampered, await signInAsAdmin(tampered.url))),
      '--prefix',
      where.prefix,
    ]);
    expect(ended).toMatchObject({ code: 1, text: expect.stringMatching(/checksum is wrong/) });
    expect(existsSync(where.prefix)).toBe(false);
  });

  it('cut off anywhere, it does nothing', async () => {
    const where = await place();
    const script = await installer();
    const args = ['install', ...(await options()), '--prefix', where.prefix, '--no-start'];
    // Its last line is what runs; a hundred cuts before that, and each within it.
    const last = script.lastIndexOf('ops_install "$@"');
    const cuts = Array.from({ length: 100 }, (_, i) => Math.floor((last * i) / 100));
    for (const cut of [...cuts, ...Array.from({ length: 15 }, (_, i) => last + i)]) {
      await run(where, script.slice(0, cut), args);
      expect(existsSync(where.prefix), `cut at ${cut}`).toBe(false);
    }
  });

  it('pins the certificate of a server that speaks TLS on its TCP port', async () => {
    const { key, cert } = await selfMadeCertificate();
    const directory = await tempDirectory('tls');
    onTestFinished(() => directory.remove());
    const [keyPath, certPath] = [join(directory.path, 'tcp.key'), join(directory.path, 'tcp.crt')];
    await writeFile(keyPath, key, { mode: 0o600 });
    await writeFile(certPath, cert);
    await using encrypted = await startServer({
      secret: SECRET,
      env: { OPS_CLIENT_FILES_DIR: files.path, OPS_TCP_TLS_CERT: certPath, OPS_TCP_TLS_KEY: keyPath },
    });
    const session = await signInAsAdmin(encrypted.url);
    const { tls } = (await session.ask('GET', '/api/enrolment')).body;
    const fingerprint = String(Object(tls)['fingerprint']);
    expect(fingerprint).toMatch(/^sha256:[0-9a-f]{64}$/);
    const where = await place();
    const script = await installer(encrypted);
    removeAtEnd(where, script);
    const enrolWith = async (pin: string): Promise<Ended> =>
      run(where, script, [
        'install',
        ...(await options(encrypted, session)),
        '--tls-fingerprint',
        pin,
        '--token-file',
        await putToken(where, (await session.token()).token),
        '--prefix',
        where.prefix,
        '--no-start',
      ]);
    expect((await enrolWith(`sha256:${'0'.repeat(64)}`)).text).toMatch(/is not the pinned one/);
    expect(await enrolWith(fingerprint)).toMatchObject({
      code: 0,
      text: expect.stringMatching(/is enrolled/),
    });
  });
});

it('a server without files says so, and the installer as well', async () => {
  const empty = await tempDirectory('no-files');
  onTestFinished(() => empty.remove());
  await using bare = await startServer({ secret: SECRET, env: { OPS_CLIENT_FILES_DIR: empty.path } });
  const session = await signInAsAdmin(bare.url);
  expect((await session.ask('GET', '/api/enrolment')).body).toMatchObject({ sums_sha256: null, files: [] });
  const where = await place();
  const args = [
    'install',
    '--from',
    bare.url,
    '--server',
    '127.0.0.1',
    '--port',
    '1',
    '--sums',
    '0'.repeat(64),
  ];
  const ended = await run(where, await installer(bare), [...args, '--prefix', where.prefix]);
  expect(ended).toMatchObject({ code: 1, text: expect.stringMatching(/Could not be fetched: .*SHA256SUMS/) });
});

/** A root of our own: what the installer writes there is gone with the process. */
const CAN_BE_ROOT =
  process.geteuid?.() === 0 &&
  spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/opt']).status === 0;

it.skipIf(!CAN_BE_ROOT)('as root it makes a service of a user of its own, and removes it again', async () => {
  const where = await place();
  const tokenPath = await putToken(where, (await admin.token()).token);
  await writeFile(join(where.home, 'install.sh'), await installer());
  const stage = [
    'set -e',
    `cp -a /etc ${where.home}/etc`,
    'for part in /opt /run /var/log /var/lib; do mount -t tmpfs -o mode=755 tmpfs $part; done',
    `mount --bind ${where.home}/etc /etc`,
    'mkdir -p /run/systemd/system /opt/bin',
    `printf '#!/bin/sh\\necho systemctl "$@"\\n' >/opt/bin/systemctl`,
    // What this container cannot have is a systemd that runs: here stands one that tells what it is asked.
    'chmod 755 /opt/bin/systemctl; export PATH=/opt/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C',
    `sh ${where.home}/install.sh install ${(await options()).join(' ')} --token-file ${tokenPath}`,
    "stat -c '%U %a %n' /etc/ops-client /etc/ops-client/client.toml /opt/ops-client /var/lib/ops-client",
    'cat /etc/systemd/system/ops-client.service',
    'sh /opt/ops-client/install.sh uninstall',
    'ls /opt /var/lib /etc/systemd/system; test ! -e /etc/ops-client',
  ];
  const { stdout } = await promisify(execFile)('unshare', ['-m', 'sh', '-c', stage.join('\n')]);
  expect(stdout).toMatch(/^This host is enrolled: client id/m);
  for (const fact of [
    'root 750 /etc/ops-client',
    'root 640 /etc/ops-client/client.toml',
    'root 755 /opt/ops-client',
    'ops-client 700 /var/lib/ops-client',
    'ExecStart=/opt/ops-client/bin/ops-client --config /etc/ops-client/client.toml',
    'User=ops-client',
    'KillMode=process',
    'NoNewPrivileges=yes',
    'systemctl restart ops-client.service',
    'systemctl disable ops-client.service',
  ]) {
    expect(stdout.split('\n')).toContain(fact);
  }
  expect(stdout.slice(stdout.indexOf('ops-client is removed'))).not.toMatch(/^ops-client(\.service)?$/m);
});

it('removes the releases a host was upgraded to, also where its data is kept', async () => {
  const where = await place();
  const state = join(where.prefix, 'data/state/6f1d3a52-9a0e-4c55-8d3e-0b7a4f6c2d18');
  for (const folder of [
    join(where.prefix, 'program'),
    join(state, 'upgrade/0123456789abcdef/bin'),
    join(state, 'samples'),
  ])
    await mkdir(folder, { recursive: true });
  for (const path of [
    where.prefix,
    join(where.prefix, 'program'),
    join(where.prefix, 'data'),
    join(where.prefix, 'data/state'),
    state,
    join(state, 'upgrade'),
    join(state, 'upgrade/0123456789abcdef'),
    join(state, 'upgrade/0123456789abcdef/bin'),
  ])
    await giveToNotRoot(path);
  const removed = await run(where, await installer(), ['uninstall', '--prefix', where.prefix, '--keep-data']);
  expect(removed).toMatchObject({ code: 0 });
  expect(await readdir(state)).toEqual(['samples']);
});
