/**
 * Applications for `npm start`, so that there is something to look at and to try: one that runs, one that is stopped
 * and one that has been updated and not restarted. They are real ones, below the data directory of the client, with
 * the script of deploy/scripts. What is there already is left as it is.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { loadClientConfig } from '@ops/client/config.ts';
import { openDataDirectory } from '@ops/client/identity.ts';
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { systemExec } from '@ops/runtime/exec.ts';
import type { Surroundings } from '@ops/runtime/settings.ts';

import { appScript } from './app-script.ts';

interface Sample {
  readonly name: string;
  readonly runs: boolean;
  /** It is updated to this one while it runs, the first time. */
  readonly next?: string;
}

const SAMPLES: readonly Sample[] = [
  { name: 'hello-web', runs: true },
  { name: 'report-worker', runs: false },
  { name: 'mail-queue', runs: true, next: 'v1.1.0' },
];
const FIRST_VERSION = 'v1.0.0';
/** By then the server has seen the first version, and VERSION is plainly younger than the process. */
const UPDATE_AFTER_MS = 4_000;

export interface SampleApps {
  readonly directory: string;
  /** Lays out those that are missing and starts those that shall run. Never rejects. */
  start(): Promise<void>;
  /** Updates one, some seconds after the client is there. Never rejects. */
  update(): Promise<void>;
  /** Stops every service below the directory by its own script. Never rejects. */
  stop(): Promise<void>;
}

/** @returns undefined where there are none: somebody has configured a directory of his own, or there is no bash */
export async function openSampleApps(surroundings: Surroundings): Promise<SampleApps | undefined> {
  if (process.platform !== 'linux' || !existsSync('/bin/bash')) return undefined;
  try {
    const loaded = await loadClientConfig(surroundings);
    if (loaded.kind !== 'settings' || loaded.origins.appsBaseDir.from !== 'default') return undefined;
    const { env } = surroundings;
    const directory = await openDataDirectory('sample-apps', {
      configured: loaded.values.dataDir,
      stateHome: env['XDG_STATE_HOME'],
      home: env['HOME'],
    });
    return createSampleApps(directory);
  } catch {
    // The client reads the same and says what is wrong.
    return undefined;
  }
}

function createSampleApps(directory: string): SampleApps {
  const stopping = new AbortController();
  const fresh = new Set<string>();
  /** What is being done: it is over before anything is stopped. */
  const underWay: Promise<void>[] = [];
  let started: Promise<void> | undefined;

  /** Says what the script wrote when it failed. */
  async function script(name: string, ...args: readonly string[]): Promise<boolean> {
    const child = systemExec.spawn('/bin/bash', [join(directory, name, `${name}.sh`), ...args], {
      // Nothing of ours: secrets may stand in it.
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
      cwd: join(directory, name),
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    let said = '';
    child.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const end = await child.exited;
    const isDone = end.kind === 'exited' && end.code === 0;
    if (!isDone) console.error(`sample application ${name}: ${args.join(' ')} failed. ${said.trim()}`);
    return isDone;
  }

  async function layOut(name: string): Promise<void> {
    const path = join(directory, name);
    if (existsSync(path)) return;
    mkdirSync(path, { mode: 0o755 });
    const functions = readFileSync(join(import.meta.dirname, 'sample-app.sh'), 'utf8');
    writeFileSync(join(path, `${name}.sh`), appScript(functions), { mode: 0o755 });
    if (await script(name, 'update', FIRST_VERSION)) fresh.add(name);
  }

  async function begin({ name, runs }: Sample): Promise<void> {
    await layOut(name);
    if (runs && !stopping.signal.aborted) await script(name, 'start');
  }

  async function updateLater(): Promise<void> {
    await started;
    await sleep(systemClock, UPDATE_AFTER_MS, stopping.signal);
    for (const { name, next } of SAMPLES) {
      if (next === undefined || !fresh.delete(name) || stopping.signal.aborted) continue;
      await script(name, 'update', next);
    }
  }

  async function stopAll(): Promise<void> {
    const names = readdirSync(directory).filter((name) => existsSync(join(directory, name, `${name}.sh`)));
    await Promise.all(names.map((name) => script(name, 'stop')));
  }

  async function noted(work: Promise<unknown>): Promise<void> {
    const done = work.then(
      () => undefined,
      (cause: unknown) =>
        console.error('sample applications:', cause instanceof Error ? cause.message : cause),
    );
    underWay.push(done);
    await done;
  }

  return {
    directory,
    start() {
      started = noted(Promise.all(SAMPLES.map(begin)));
      return started;
    },
    update: () => noted(updateLater()),
    async stop() {
      stopping.abort();
      await Promise.all(underWay);
      await noted(stopAll());
    },
  };
}
