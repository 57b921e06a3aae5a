/**
 * Fifty applications on twenty real clients, rolled out at once, with a host that fails in the second wave; and the server
 * killed in each phase. What a host was asked is counted in files that the product never reads.
 */
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { systemRandom } from '@ops/runtime/random.ts';
import type { RunningProgram } from '@ops/testkit/child-program.ts';
import { startProgram } from '@ops/testkit/child-program.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import type { TempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';

const TOKEN = 'token-for-scripts-0123456789abcdef';
const PROCESSES = 4;
const CLIENTS = 20;
const APPS = Array.from({ length: 50 }, (_, n) => `app-${String(n + 1).padStart(2, '0')}`);
/** This one runs; the others are looked at by their version only. */
const SERVICE = APPS[0]!;
const WAVES = ['2', '4', 'rest'];
const FIRST_WAVE = 2;
const CHANGED = 6;
/** In the second wave. */
const FAILING = 3;
const PHASE_WITHIN_MS = 60_000;

type Json = Record<string, unknown>;

let server: RunningServer;
let folder: TempDirectory;
let programs: RunningProgram[] = [];
/** In the order of a plan: all have the name of this machine. */
let clients: { readonly id: string; readonly apps: string }[];
let kills = 0;

/** The manual's template; what it was asked goes into a file beside the applications. */
const script = (app: string, directory: string, ran: string): string => `#!/bin/bash
APP_NAME="${app}"
PID_FILE="${directory}/$APP_NAME.pid"
LOG_FILE="${directory}/$APP_NAME.log"
echo "$APP_NAME $*" >> ${ran}

case "$1" in
    start)
        if [ -f $PID_FILE ] && ps -p $(cat $PID_FILE) > /dev/null; then
            echo "Service is already running"
            exit 1
        fi
        nohup sleep 300 > $LOG_FILE 2>&1 &
        echo $! > $PID_FILE
        ;;
    stop)
        if [ -f $PID_FILE ]; then
            kill $(cat $PID_FILE)
            rm -f $PID_FILE
        else
            echo "Service is not running"
        fi
        ;;
    update)
        VERSION=$2
        sleep 0.05
        if [ -f ${directory}/../../fails-at-$VERSION ]; then
            echo "no $VERSION here"
            exit 3
        fi
        echo $VERSION > VERSION
        ;;
    *)
        echo "Usage: $0 {start|stop|update <version>}"
        exit 1
        ;;
esac
`;

const homes = (): string[] =>
  Array.from({ length: PROCESSES }, (_, process) =>
    Array.from({ length: CLIENTS / PROCESSES }, (_one, index) =>
      join(folder.path, `client-${process}-${index}`),
    ),
  ).flat();

async function makeApps(home: string): Promise<void> {
  for (const app of APPS) {
    const directory = join(home, 'apps', app);
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'VERSION'), 'v1\n');
    const text = script(app, directory, join(home, 'ran'));
    await writeFile(join(directory, `${app}.sh`), text, { mode: 0o755 });
  }
}

beforeAll(async () => {
  folder = await tempDirectory('rollouts');
  const secret = systemRandom.bytes(32).toString('hex');
  await writeFile(join(folder.path, 'secret'), secret, { mode: 0o600 });
  await Promise.all(homes().map(makeApps));
  server = await startServer({ secret, env: { OPS_AUTH_TOKEN: TOKEN } });
  programs = await Promise.all(
    Array.from({ length: PROCESSES }, (_, process) =>
      startProgram({
        file: 'bench/clients-process.ts',
        args: [folder.path, String(process), String(CLIENTS / PROCESSES), String(server.tcpPort)],
        // The server is killed more often than it is well for so long that they would begin anew.
        env: { HOME: folder.path, OPS_RETRY_MAX_DELAY: '2' },
        ipc: true,
      }),
    ),
  );
  await allOnline();
  clients = (
    await Promise.all(
      homes().map(async (home) => ({
        id: (await readFile(join(home, 'id'), 'utf8')).trim(),
        apps: join(home, 'apps'),
      })),
    )
  ).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  await writeFile(join(clients[FAILING]!.apps, '../fails-at-v2'), '');
}, 90_000);

afterAll(async () => {
  // A service outlives its client.
  for (const home of homes()) {
    const pid = await readFile(join(home, 'apps', SERVICE, `${SERVICE}.pid`), 'utf8').catch(() => '');
    if (/^\d+\s*$/.test(pid)) process.kill(Number(pid), 'SIGKILL');
  }
  await Promise.all(programs.map((program) => program.kill9()));
  await server[Symbol.asyncDispose]();
  await folder.remove();
});

async function ask(path: string, body?: object): Promise<Json> {
  const response = await fetch(server.url + path, {
    headers: {
      authorization: `Bearer ${TOKEN}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  const answer = Object(await response.json()) as Json;
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

async function allOnline(): Promise<void> {
  await until(
    async () => {
      const { client_apps: all } = await ask(`/api/apps?connection=online&name=${SERVICE}`);
      return Object.values(Object(all)).length === CLIENTS;
    },
    { within: 60_000, every: 100, what: 'all clients to be online with their applications' },
  );
}

/** Killed, and started again. Clients come back by themselves. */
async function killed(): Promise<void> {
  await server.program.kill9();
  server = await server.restart();
  kills++;
}

interface Rollout {
  readonly id: string;
  readonly state: string;
  readonly wave: number;
  readonly waves: { readonly state: string }[];
  readonly counts: Readonly<Record<string, number>>;
}

const rollouts = async (): Promise<Rollout[]> =>
  (await ask('/api/rollouts?limit=200'))['rollouts'] as Rollout[];

const wavesNow = (all: readonly Rollout[]): string[] =>
  all.map(({ state, wave, waves }) => `${state} ${wave} ${waves[wave]?.state}`);

async function reached(what: string, holds: (all: readonly Rollout[]) => boolean): Promise<void> {
  let seen: readonly Rollout[] = [];
  await until(
    async () => {
      seen = await rollouts();
      return holds(seen);
    },
    { within: PHASE_WITHIN_MS, every: 20, what },
  ).catch((cause: unknown) => {
    throw new Error(`${what}: ${JSON.stringify(wavesNow(seen))}`, { cause });
  });
}

const ROLLED = { all: true, waves: WAVES, gate: { soak_secs: 1 } } as const;

it('a service is started on all hosts, wave by wave, each watched', async () => {
  await ask('/api/rollouts', { app_name: SERVICE, action: 'Start', ...ROLLED });
  await reached('every host to run it', ([one]) => one?.state === 'succeeded');
  const [rollout] = await rollouts();
  expect(rollout?.counts).toMatchObject({ healthy: CLIENTS });
}, 60_000);

const ours = (all: readonly Rollout[]): readonly Rollout[] => all.slice(0, APPS.length);

it('fifty rollouts hold at the host that fails, and go back, with the server killed in each phase', async () => {
  for (const app of APPS) await ask('/api/rollouts', { app_name: app, version: 'v2', ...ROLLED });
  const some = (line: string) => (all: readonly Rollout[]) => wavesNow(ours(all)).includes(line);

  await reached('the first wave to be changed', (all) =>
    ours(all).some(({ counts }) => counts['changing']! > 0),
  );
  await killed(); // changing wave 1
  await reached('a first wave to be watched', some('running 0 soaking'));
  await killed(); // soaking
  await reached('a second wave to be changed', (all) =>
    ours(all).some(({ wave, counts }) => wave === 1 && counts['changing']! > 0),
  );
  await killed(); // changing wave 2
  await reached('all to hold', (all) => ours(all).every(({ state }) => state === 'held'));
  await killed(); // held
  await allOnline();
  expect(
    ours(await rollouts()).every(({ state, counts }) => state === 'held' && counts['failed'] === 1),
  ).toBe(true);
  for (const { id } of ours(await rollouts())) await ask(`/api/rollouts/${id}/order`, { order: 'rollback' });
  await reached('some to go back', (all) => ours(all).some(({ counts }) => counts['rolling_back']! > 0));
  await killed(); // rolling back
  await reached('all to be back', (all) => ours(all).every(({ state }) => state === 'rolled_back'));
  expect(kills).toBe(5);

  for (const { counts } of ours(await rollouts())) {
    const { rolled_back: back = 0, left = 0 } = counts;
    expect(back + left).toBe(CLIENTS);
    // A host of the second wave that was away when the other failed was not begun.
    expect(back).toBeGreaterThan(FIRST_WAVE);
    expect(back).toBeLessThanOrEqual(CHANGED);
  }
  await allOnline();
  for (const [position, { id, apps }] of clients.entries()) {
    const { client_apps: all } = await ask(`/api/apps?client_id=${id}`);
    const shown = new Map(
      (Object(all)[id].apps as Json[]).map((app) => [String(app['name']), app['version']] as const),
    );
    for (const app of APPS) {
      expect((await readFile(join(apps, app, 'VERSION'), 'utf8')).trim()).toBe('v1');
      expect(shown.get(app)).toBe('v1');
    }
    expect(badlyAsked(position, await askedOf(apps))).toEqual([]);
  }
}, 180_000);

it('every change is on record', async () => {
  const [changed] = clients;
  const { releases, rollback_version: target } = await ask(
    `/api/releases?client_id=${changed!.id}&app_name=${APPS[1]}`,
  );
  expect(
    (releases as Json[]).map(({ kind, version, outcome, current }) => [kind, version, outcome, current]),
  ).toEqual([
    ['rollback', 'v1', 'succeeded', true],
    ['update', 'v2', 'succeeded', false],
    ['found', 'v1', 'succeeded', false],
  ]);
  expect(target).toBe('v2');
});

/** How often each host was asked for what. */
async function askedOf(apps: string): Promise<Readonly<Record<string, number>>> {
  const home = join(apps, '..');
  expect(await readdir(home)).toContain('apps');
  await appendFile(join(home, 'ran'), '');
  const asked: Record<string, number> = {};
  for (const line of (await readFile(join(home, 'ran'), 'utf8')).split('\n')) {
    const [app, verb, version] = line.split(' ');
    if (verb === 'update') asked[`${app} ${version}`] = (asked[`${app} ${version}`] ?? 0) + 1;
  }
  return asked;
}

/** Forth and back, once each, or never: what is otherwise. */
function badlyAsked(position: number, asked: Readonly<Record<string, number>>): string[] {
  return APPS.filter((app) => {
    const forth = asked[`${app} v2`] ?? 0;
    const back = asked[`${app} v1`] ?? 0;
    if (position >= CHANGED) return forth + back > 0;
    const isCertain = position < FIRST_WAVE || position === FAILING;
    return forth !== back || forth > 1 || (isCertain && forth === 0);
  });
}
