/**
 * What `npm run build` left in dist/, used as somebody does who has nothing else: unpacked somewhere, without Node on
 * the PATH and without the repository. Run by `npm run test:shipped`.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { RELEASE_SIGNATURE } from '@ops/protocol/domain/client-release.ts';
import { selfMadeCertificate } from '@ops/testkit/self-made-certificate.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import type { TempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { read, ROOT } from '../source-files.ts';

const DIST = join(ROOT, 'dist');
const HERE = `${process.platform}-${process.arch}`;
const SECRET = 'a-secret-of-the-trial-that-is-long-enough';
const TOKEN = 'a-token-of-the-trial-that-is-long-enough-0123456789';
const START_GOAL_MS = 150;
/** So often, and so far apart, memory is looked at until it is taken: a dozen heartbeats. */
const REST_LOOKS = 24;
const REST_MS = 500;
/** The list itself, and what whoever signs a release adds. */
const NOT_LISTED = ['SHA256SUMS', RELEASE_SIGNATURE];
const NO_NODE = '/usr/bin:/bin';

const run = promisify(execFile);
const { version } = JSON.parse(read('package.json')) as { version: string };

let unpacked: TempDirectory;
const program = (name: string): string => join(unpacked.path, `${name}-${version}-${HERE}`, 'bin', name);

async function took(file: string, ...args: string[]): Promise<number> {
  const start = performance.now();
  await run(file, args);
  return performance.now() - start;
}

interface AtRest {
  /** Resident memory, in bytes. */
  readonly rss: number;
  /** From the start of the process to its place in the fleet, the fastest of three. */
  readonly startMs: number;
}

const told = ({ rss, startMs }: AtRest): string =>
  `${(rss / 2 ** 20).toFixed(1)} MiB, connected after ${startMs.toFixed(0)} ms`;

/** A client as it is after its first seconds. The first start is left out: from source it fills a cache. */
async function atRest(file: string, port: number): Promise<AtRest> {
  const env = { OPS_HEARTBEAT_INTERVAL: '1' };
  await using client = await startClient({ file, server: { port }, secret: SECRET, env });
  let current = client;
  let startMs = Infinity;
  for (let round = 0; round < 3; round++) {
    await current.program.stop();
    const start = performance.now();
    current = await current.restart();
    startMs = Math.min(startMs, performance.now() - start);
  }
  try {
    const sizes: number[] = [];
    await until(async () => sizes.push((await current.program.usage()).rssBytes) >= REST_LOOKS, {
      every: REST_MS,
      within: 60_000,
      what: 'the client to come to rest',
    });
    return { rss: sizes.at(-1)!, startMs };
  } finally {
    await current.program.stop();
  }
}

beforeAll(async () => {
  unpacked = await tempDirectory('shipped');
  for (const name of ['ops-server', 'ops-client', 'opsctl'])
    await run('tar', ['-xzf', join(DIST, `${name}-${version}-${HERE}.tar.gz`), '-C', unpacked.path]);
});
afterAll(() => unpacked.remove());

describe('the programs', () => {
  it('are a fleet: a client connects, a command runs on it, opsctl and the console show it', async () => {
    await using server = await startServer({
      file: program('ops-server'),
      secret: SECRET,
      env: { OPS_AUTH_TOKEN: TOKEN, PATH: NO_NODE, NODE_OPTIONS: '--require=/nothing' },
    });
    await using client = await startClient({
      file: program('ops-client'),
      server: { port: server.tcpPort },
      secret: SECRET,
      env: { PATH: NO_NODE, NODE_OPTIONS: '--require=/nothing' },
    });
    for (const { pid } of [server.program, client.program]) {
      const maps = await readFile(`/proc/${pid}/maps`, 'utf8');
      expect(maps).toContain(`${unpacked.path}/`);
      expect(/\S*libatomic\S*$/m.exec(maps)?.[0]).toMatch(
        new RegExp(`^${unpacked.path}/ops-.*/lib/libatomic`),
      );
    }

    const env = { PATH: NO_NODE, OPS_URL: server.url, OPS_AUTH_TOKEN: TOKEN, HOME: unpacked.path };
    const opsctl = (...args: string[]): Promise<{ stdout: string }> => run(program('opsctl'), args, { env });
    const id = (await readFile(join(client.directory, 'client_id.txt'), 'utf8')).trim();
    expect((await opsctl('hosts')).stdout).toContain(id.slice(0, 8));
    expect((await opsctl('run', '--host', id, '--', 'whoami')).stdout).toContain(userInfo().username);

    const page = await (await fetch(`${server.url}/`)).text();
    const script = /src="(?:\.\/|\/)(assets\/start-[^"]+\.js)"/.exec(page)?.[1];
    const answer = await fetch(`${server.url}/${script}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
    ]);
    expect((await answer.text()).length).toBeGreaterThan(1000);
    expect((await client.program.stop()).code).toBe(0);
    expect((await server.program.stop()).code).toBe(0);
  });

  it('read their configuration, encrypt the link, and keep what they stored', async () => {
    const certificate = await selfMadeCertificate();
    const config = join(unpacked.path, 'config.toml');
    const [cert, key] = [join(unpacked.path, 'c.pem'), join(unpacked.path, 'k.pem')];
    await writeFile(cert, certificate.cert);
    await writeFile(key, certificate.key, { mode: 0o600 });
    await writeFile(config, `[server]\ntcp_tls_cert = "${cert}"\ntcp_tls_key = "${key}"\n`);
    await using server = await startServer({
      file: program('ops-server'),
      secret: SECRET,
      args: ['--config', config],
    });
    await using client = await startClient({
      file: program('ops-client'),
      server: { port: server.tcpPort, host: 'localhost' },
      secret: SECRET,
      env: { OPS_TLS: 'true', OPS_TLS_CA: cert },
    });
    await client.program.stop();
    await using again = await server.restart();
    const health = (await (await fetch(`${again.url}/health`)).json()) as { status: string };
    expect(health.status).toBe('healthy');
  });

  it('say which commit they are of', async () => {
    const { stdout: head } = await run('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: ROOT });
    for (const name of ['ops-server', 'ops-client', 'opsctl']) {
      const { stdout } = await run(program(name), ['--version']);
      expect(stdout.replace('+)', ')')).toBe(`${name} ${version} (${head.trim()})\n`);
    }
  });

  it('start, and how long that takes beside Node itself is told', async () => {
    const [client, node]: [number[], number[]] = [[], []];
    for (let round = 0; round < 10; round++) {
      client.push(await took(program('ops-client'), '--version'));
      node.push(await took(process.execPath, '--eval', '0'));
    }
    const best = Math.min(...client);
    console.log(
      `ops-client starts in ${best.toFixed(0)} ms (goal ${START_GOAL_MS}), Node in ${Math.min(...node).toFixed(0)} ms`,
    );
    // What a busy machine takes longer it takes longer for Node as well.
    expect(best - Math.min(...node)).toBeLessThan(START_GOAL_MS);
  });

  it('need no more memory than from source: the client, connected and at rest', async () => {
    await using server = await startServer({ file: program('ops-server'), secret: SECRET });
    const [shipped, source] = [
      await atRest(program('ops-client'), server.tcpPort),
      await atRest(join(ROOT, 'bin/ops-client'), server.tcpPort),
    ];
    console.log(`ops-client, one file: ${told(shipped)}; from source: ${told(source)}`);
    expect(shipped.rss).toBeLessThan(source.rss * 1.1);
  });
});

describe('what lies beside them', () => {
  it('has the sum that SHA256SUMS says, and everything is in it', async () => {
    const { stdout } = await run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: DIST });
    const good = stdout.split('\n').flatMap((line) => (line.endsWith(': OK') ? [line.slice(0, -4)] : []));
    const names = (await readdir(DIST)).filter((name) => !NOT_LISTED.includes(name));
    expect(good.toSorted()).toEqual(names.toSorted());
  });

  it('is the library and the notices each archive needs', async () => {
    for (const name of ['ops-server', 'ops-client', 'opsctl']) {
      const folder = join(unpacked.path, `${name}-${version}-${HERE}`);
      expect(await readdir(folder)).toEqual(
        expect.arrayContaining(['LICENSE', 'THIRD-PARTY.txt', 'bin', 'lib']),
      );
      expect(await readFile(join(folder, 'THIRD-PARTY.txt'), 'utf8')).toContain(
        'Node.js is licensed for use',
      );
    }
  });

  it('is a bill of materials that names every program, by its sum, and every package in it, by the lock', async () => {
    const bom = JSON.parse(await readFile(join(DIST, `ops-${version}.cdx.json`), 'utf8')) as {
      specVersion: string;
      components: {
        name: string;
        version?: string;
        purl?: string;
        'bom-ref': string;
        hashes?: { content: string }[];
      }[];
      dependencies: { ref: string; dependsOn: string[] }[];
    };
    expect(bom.specVersion).toBe('1.6');
    const sum = createHash('sha256')
      .update(await readFile(join(DIST, 'ops-client')))
      .digest('hex');
    expect(bom.components.find(({ name }) => name === 'ops-client')?.hashes?.[0]?.content).toBe(sum);
    const inside = (name: string): string[] =>
      bom.dependencies.find(({ ref }) => ref.startsWith(`${name}@`))?.dependsOn ?? [];
    expect(inside('ops-client').filter((ref) => ref.startsWith('pkg:npm/'))).toEqual([
      expect.stringMatching(/^pkg:npm\/smol-toml@/),
    ]);
    for (const name of ['fastify', 'ajv', 'kysely', 'react', '%40mantine/core'])
      expect(inside('ops-server')).toContainEqual(expect.stringMatching(`^pkg:npm/${name}@`));
    const refs = new Set(bom.components.map((component) => component['bom-ref']));
    expect(
      bom.dependencies.slice(1).flatMap(({ dependsOn }) => dependsOn.filter((ref) => !refs.has(ref))),
    ).toEqual([]);
    expect(bom.components.find(({ name }) => name === 'node')?.version).toBe(process.version.slice(1));
  });
});

it('one program alone, put into a directory of everybody, takes no library from beside it', async () => {
  const place = join(unpacked.path, 'tmp');
  await mkdir(join(place, 'lib'), { recursive: true });
  await run('cp', [program('opsctl'), place]);
  await writeFile(join(place, 'lib', 'libatomic.so.1'), 'not a library');
  expect((await run(join(place, 'opsctl'), ['--version'])).stdout).toContain(version);
});
