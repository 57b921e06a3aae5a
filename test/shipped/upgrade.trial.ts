/** The archive of the build as a release: signed by opsctl, fetched by a client, tried, kept, and started again. */
import { execFile } from 'node:child_process';
import { cp, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import {
  clientRelease,
  RELEASE_MANIFEST,
  RELEASE_SIGNATURE,
  releaseSignature,
} from '@ops/protocol/domain/client-release.ts';
import { decode } from '@ops/protocol/schema.ts';
import { asRelease } from '@ops/testkit/as-release.ts';
import type { TestRelease } from '@ops/testkit/signed-release.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { startUpgradingServer } from '@ops/testkit/upgrading-server.ts';
import { expect, it } from 'vitest';

import { ROOT } from '../source-files.ts';

const DIST = join(ROOT, 'dist');
const run = promisify(execFile);

const program = (pid: number): Promise<string> => readlink(`/proc/${pid}/exe`);

it('a host comes to it, and is it again after a restart', async () => {
  await using directory = await tempDirectory('shipped-upgrade');
  const opsctl = async (...args: string[]): Promise<string> =>
    (await run(join(DIST, 'opsctl'), ['release', ...args], { env: { PATH: '/usr/bin:/bin' } })).stdout;
  const text = await readFile(join(DIST, RELEASE_MANIFEST), 'utf8');
  const about = decode(clientRelease, JSON.parse(text));
  for (const name of [RELEASE_MANIFEST, ...about.files.map((file) => file.name)])
    await cp(join(DIST, name), join(directory.path, name));
  const key = join(directory.path, 'release.key');
  const publicKey = (await opsctl('key', key)).trim();
  await opsctl('sign', '--key', key, directory.path);
  expect(await opsctl('show', directory.path)).toContain(publicKey);

  const signature = await readFile(join(directory.path, RELEASE_SIGNATURE), 'utf8');
  const release: TestRelease = {
    manifest: text,
    signature: decode(releaseSignature, JSON.parse(signature)),
    archives: new Map(
      await Promise.all(
        about.files.map(async ({ name }) => [name, await readFile(join(directory.path, name))] as const),
      ),
    ),
    release: about,
  };
  await using server = await startUpgradingServer();
  const installed = asRelease({ commit: 'aaaaaaaaaaaa', released_at: 1 });
  await using client = await startClient({
    server,
    nodeArgs: installed.nodeArgs,
    env: { ...installed.env, OPS_UPGRADE_KEYS: publicKey },
  });
  server.order(release);
  await server.registeredAs(release, 2, { within: 60_000 });
  server.forget();
  expect(await program(client.program.pid)).toMatch(/\/upgrade\/[0-9a-f]{16}\/bin\/ops-client$/);
  const maps = await readFile(`/proc/${client.program.pid}/maps`, 'utf8');
  expect(maps).toMatch(/\/upgrade\/[0-9a-f]{16}\/lib\/libatomic/);
  const { fetched, told } = server;
  console.log(
    `${fetched.length} parts; ${told.map(({ state }) => state).join(', ')}; ${(await client.program.usage()).rssBytes / 1e6} MB`,
  );

  await client.program.stop();
  const start = performance.now();
  await using again = await client.restart();
  await server.registeredAs(release, 3);
  console.log(`connected again after ${Math.round(performance.now() - start)} ms`);
  await until(async () => (await program(again.program.pid)).includes('/upgrade/'), { what: 'the release' });
  expect((await again.program.stop()).code).toBe(0);
}, 120_000);
