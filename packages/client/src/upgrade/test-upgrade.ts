/** A real client from source, which is a release, beside a server that orders upgrades, and releases good and bad. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { systemDisk } from '@ops/runtime/system-disk.ts';
import { asRelease } from '@ops/testkit/as-release.ts';
import type { AsRelease } from '@ops/testkit/as-release.ts';
import { processesOf } from '@ops/testkit/processes-of.ts';
import { makeRelease } from '@ops/testkit/release-of-client.ts';
import type { TestReleaseOptions } from '@ops/testkit/release-of-client.ts';
import { signingKey } from '@ops/testkit/signed-release.ts';
import type { TestRelease } from '@ops/testkit/signed-release.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import type { RunningClient } from '@ops/testkit/start-client.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { startUpgradingServer } from '@ops/testkit/upgrading-server.ts';
import type { UpgradingServer } from '@ops/testkit/upgrading-server.ts';
import { onTestFinished } from 'vitest';

import { upgradeFiles } from './state-file.ts';
import type { UpgradeState } from './state-file.ts';

export const KEY = signingKey();
export const VERSION = '1.0.0';
export const OLD: AsRelease = { commit: 'aaaaaaaaaaaa', released_at: 1_000 };
export const NEW: AsRelease = { commit: 'bbbbbbbbbbbb', released_at: 2_000 };
export const NEWEST: AsRelease = { commit: 'cccccccccccc', released_at: 3_000 };

export const good = (release: AsRelease, options: Partial<TestReleaseOptions> = {}): TestRelease =>
  makeRelease({ key: KEY, version: VERSION, release, ...options });

/** One that says the right version, and then does this. */
export const bad = (release: AsRelease, does: string): TestRelease =>
  good(release, {
    script: `#!/bin/sh\nif [ "$1" = --version ]; then echo 'ops-client ${VERSION} (${release.commit})'; exit 0; fi\n${does}\n`,
  });

export interface Scene {
  readonly server: UpgradingServer;
  /** The program that is installed. */
  client: RunningClient;
  readonly directory: string;
  /** Starts it again, as whoever looks after it would. */
  again(as?: AsRelease, env?: Readonly<Record<string, string>>): Promise<void>;
  /** Every process that was started with the settings of this client, the eldest first. */
  processes(): Promise<number[]>;
  /** Waits until one client runs, this release, and nothing else of ours. @returns what it says it is */
  readonly runs: (release: AsRelease) => Promise<unknown>;
  state(): Promise<UpgradeState>;
  upgradeDirectory(): Promise<string>;
}

export interface SceneOptions {
  /** What is installed; undefined: from source. Default OLD. */
  readonly as?: AsRelease | undefined;
  readonly waits?: Readonly<Record<number, number>>;
  readonly env?: Readonly<Record<string, string>>;
}

export async function scene(options: SceneOptions = {}): Promise<Scene> {
  const { waits = {}, env = {} } = options;
  const directory = await tempDirectory('upgrade');
  const server = await startUpgradingServer();
  const mark = `OPS_CLIENT_ID_FILE=${join(directory.path, 'client_id.txt')}`;
  const start = (
    as: AsRelease | undefined,
    more: Readonly<Record<string, string>>,
  ): Promise<RunningClient> => {
    const loaded = asRelease(as, waits);
    return startClient({
      server,
      directory: directory.path,
      nodeArgs: loaded.nodeArgs,
      connected: false,
      env: { ...loaded.env, OPS_UPGRADE_KEYS: KEY.publicKey, OPS_RETRY_BASE_DELAY: '0.05', ...env, ...more },
    });
  };
  const made: Scene = {
    server,
    client: await start('as' in options ? options.as : OLD, {}),
    directory: directory.path,
    async again(as = OLD, more = {}) {
      made.client = await start(as, more);
    },
    processes: () => processesOf(mark),
    async runs(release) {
      const told = await until(
        () => {
          const [connection, ...others] = server.connected();
          const register = connection?.messages('register')[0];
          const itself = register?.upgrade?.release ?? null;
          return others.length === 0 && itself?.released_at === release.released_at && itself;
        },
        { what: `one client of ${release.commit}`, within: 30_000 },
      ).catch((cause: unknown) => {
        throw new Error(made.client.program.lines.slice(-30).join('\n'), { cause });
      });
      await until(async () => (await made.processes()).length === 1, {
        what: 'one process',
        within: 20_000,
      });
      return told;
    },
    async upgradeDirectory() {
      const id = (await readFile(join(directory.path, 'client_id.txt'), 'utf8')).trim();
      return join(directory.path, 'data', id, 'upgrade');
    },
    async state() {
      return upgradeFiles(dirname(await made.upgradeDirectory()), systemDisk).read();
    },
  };
  onTestFinished(async () => {
    if (made.client.program.isRunning) await made.client.program.kill9();
    for (const pid of await made.processes()) process.kill(pid, 'SIGKILL');
    await until(async () => (await made.processes()).length === 0, { what: 'the end of every process' });
    await server[Symbol.asyncDispose]();
    await directory.remove();
  });
  await server.current();
  return made;
}
