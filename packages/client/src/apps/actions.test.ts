/** Actions on applications, with the manual's own script and with scripts that are up to no good. */
import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';

import type { OutputStream } from '@ops/protocol/domain/command.ts';
import { createPolicy } from '@ops/policy/policy.ts';
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { systemExec } from '@ops/runtime/exec.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, onTestFinished, test } from 'vitest';

import { createExecutor } from '../executor/create-executor.ts';
import type { Outcome, Prepared, Refused, Running, SpawnedProcess } from '../executor/executor.ts';
import { actionText, appOfText, createAppActions } from './actions.ts';
import type { AppAction, AppActions } from './actions.ts';
import { createApps } from './apps.ts';
import type { Apps } from './apps.ts';
import { appsPlace, endAfterwards, LONG_AGO_MS, sleeper } from './test-apps.ts';
import type { AppsPlace } from './test-apps.ts';
import { manualApp } from './test-template.ts';

interface Done extends Outcome {
  readonly stdout: string;
  readonly stderr: string;
}

interface Begun {
  readonly id: string;
  readonly running: Running;
  readonly spawned: readonly SpawnedProcess[];
  readonly done: Promise<Done>;
}

interface Stage extends AppsPlace {
  readonly apps: Apps;
  readonly actions: AppActions;
  readonly begin: (action: AppAction, timeoutMs?: number) => Promise<Begun>;
  /** @throws Error with the sentence of a refusal */
  readonly act: (verb: AppAction['verb'], name?: string, timeoutMs?: number) => Promise<Done>;
  readonly refusalOf: (verb: AppAction['verb'], name?: string) => Promise<string>;
}

const NEW_VERSION = 'v1.1.0';

function actionOf(verb: AppAction['verb'], appName: string): AppAction {
  return verb === 'update' ? { appName, verb, version: NEW_VERSION } : { appName, verb };
}

const isRefused = (made: Prepared | Refused): made is Refused => 'error' in made;

async function stage(options: { readonly readonly?: boolean } = {}): Promise<Stage> {
  const place = await appsPlace();
  const { base } = place;
  const readonly = options.readonly ?? false;
  const clock = systemClock;
  const policy = createPolicy({ platform: 'linux', custom: [], scriptDirs: [], scriptExtensions: ['sh'] });
  const executor = createExecutor({ policy, readonly, exec: systemExec, clock, log: silentLog });
  const apps = createApps({ baseDir: base, readonly, clock, log: silentLog, send: () => true });
  onTestFinished(() => apps.stop());
  const actions = createAppActions({ baseDir: base, readonly, apps, executor, clock });

  async function begin(action: AppAction, timeoutMs = 20_000): Promise<Begun> {
    const prepared = await actions.prepare(action);
    if (isRefused(prepared)) throw new Error(prepared.error);
    const id = systemRandom.uuid();
    const spawned: SpawnedProcess[] = [];
    const text: Record<OutputStream, string> = { stdout: '', stderr: '' };
    const running = actions.run(prepared, {
      commandId: id,
      timeoutMs,
      output: { write: (stream, bytes) => void (text[stream] += bytes.toString()) },
      onSpawned: (process) => spawned.push(process),
    });
    onTestFinished(async () => {
      running.cancel();
      await running.outcome;
    });
    const done = running.outcome.then((outcome) => ({ ...outcome, ...text }));
    void done.then(() => endService(base, action.appName));
    return { id, running, spawned, done };
  }

  return {
    ...place,
    apps,
    actions,
    begin,
    act: async (verb, name = 'myapp', timeoutMs = 20_000) =>
      (await begin(actionOf(verb, name), timeoutMs)).done,
    async refusalOf(verb, name = 'myapp') {
      const made = await actions.prepare(actionOf(verb, name));
      if (isRefused(made)) return made.error;
      await made.release();
      return 'allowed';
    },
  };
}

function pidIn(base: string, name = 'myapp'): number | undefined {
  const path = join(base, name, `${name}.pid`);
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) : undefined;
}

function endService(base: string, name: string): void {
  const pid = pidIn(base, name);
  if (pid !== undefined && pid > 1) endAfterwards(pid);
}

const isAlive = (pid: number): boolean => {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
};

const lastLine = ({ stderr }: Done): string => stderr.trimEnd().split('\n').at(-1) ?? '';

describe('the manual’s template', () => {
  test('starts, says so, and restarts as another process', async () => {
    const { base, act, apps } = await stage();
    const directory = manualApp(base);
    const start = await act('Start');
    expect(start).toMatchObject({ outcome: 'completed', exitCode: 0, error: null });
    const first = pidIn(base)!;
    endAfterwards(first);
    expect(start.stdout).toBe(`Starting myapp...\nService started with PID ${first}\n`);
    expect(lastLine(start)).toBe(
      `ops: start said success (exit 0); found: Running, process ${first}, VERSION v1.0.0`,
    );
    expect(apps.look('myapp')?.info).toMatchObject({ service_status: 'Running', pid: first });
    expect(readFileSync(join(directory, 'myapp.log'), 'utf8')).toContain(`up in ${directory}`);

    const again = await act('Start');
    expect(again).toMatchObject({
      outcome: 'completed',
      exitCode: 1,
      stdout: 'Service is already running\n',
    });
    expect(lastLine(again)).toContain('start said failure (exit 1); found: Running');

    const restart = await act('Restart');
    const second = pidIn(base)!;
    expect(restart).toMatchObject({ outcome: 'completed', exitCode: 0 });
    expect(second).not.toBe(first);
    expect([isAlive(first), isAlive(second)]).toEqual([false, true]);
    expect(lastLine(restart)).toBe(
      `ops: stop said success (exit 0), start said success (exit 0); found: Running, process ${second}, VERSION v1.0.0`,
    );
  });

  test('stops, and what was stopped is gone when it is said', async () => {
    const { base, act } = await stage();
    manualApp(base, '#!/bin/bash\ntrap "sleep 0.5; exit 0" TERM\nwhile :; do sleep 0.05; done\n');
    await act('Start');
    const pid = pidIn(base)!;
    endAfterwards(pid);
    const stop = await act('Stop');
    expect(isAlive(pid)).toBe(false);
    expect(stop).toMatchObject({ outcome: 'completed', exitCode: 0, stdout: 'Service stopped\n' });
    expect(lastLine(stop)).toBe('ops: stop said success (exit 0); found: Stopped, VERSION v1.0.0');
    expect((await act('Stop')).stdout).toBe('Service is not running\n');
  });

  test('updates in its own directory; status is a question nothing is run for', async () => {
    const { base, act, apps } = await stage();
    const directory = manualApp(base);
    const update = await act('update');
    expect(update).toMatchObject({ outcome: 'completed', exitCode: 0 });
    expect(readFileSync(join(directory, 'VERSION'), 'utf8')).toBe(`${NEW_VERSION}\n`);
    expect(apps.look('myapp')?.info.version).toBe(NEW_VERSION);
    rmSync(join(directory, 'myapp.sh'));
    const status = await act('Status');
    expect(status).toMatchObject({ outcome: 'completed', exitCode: 0, stderr: '' });
    expect(status.stdout).toBe(`Stopped, VERSION ${NEW_VERSION}\n`);
  });

  test('starts what was not running when it is told to restart', async () => {
    const { base, act } = await stage();
    manualApp(base);
    expect(await act('Restart')).toMatchObject({ outcome: 'completed', exitCode: 0 });
    expect(isAlive(pidIn(base)!)).toBe(true);
  });

  test('whose program does not exist claims success, and is not believed', async () => {
    const { base, act } = await stage();
    manualApp(base);
    rmSync(join(base, '..', 'opt', 'myapp', 'bin', 'myapp'));
    const start = await act('Start');
    expect(start).toMatchObject({ outcome: 'completed', exitCode: 1 });
    expect(lastLine(start)).toMatch(
      /^ops: start said success \(exit 0\), but found: Stopped, .*which (?:does not exist|has ended and was not waited for by its parent)\)$/,
    );
  });
});

/** An app whose script does this. */
function scripted(place: AppsPlace, body: string): string {
  return place.app('myapp', { VERSION: 'v1.0.0\n', 'myapp.sh': `#!/bin/bash\n${body}\n` });
}

const SERVICE = 'sleep 300 >/dev/null 2>&1 & echo $! > myapp.pid';

describe('a script that', () => {
  test('lies about an update', async () => {
    const at = await stage();
    scripted(at, 'echo done');
    const update = await at.act('update');
    expect(update.exitCode).toBe(1);
    expect(lastLine(update)).toBe('ops: update said success (exit 0), but found: Stopped, VERSION v1.0.0');
  });

  test('lies about a stop', async () => {
    const at = await stage();
    scripted(at, `case $1 in start) ${SERVICE};; stop) echo stopped;; esac`);
    await at.act('Start');
    const stop = await at.act('Stop', 'myapp', 2_000);
    expect(stop.exitCode).toBe(1);
    expect(lastLine(stop)).toMatch(/^ops: stop said success \(exit 0\), but found: Running, process /);
    const restart = await at.act('Restart', 'myapp', 2_000);
    expect(restart.exitCode).toBe(1);
    expect(lastLine(restart)).toContain(
      'start was not tried, as the process has not ended, but found: Running',
    );
  });

  test('fails keeps its exit code', async () => {
    const at = await stage();
    scripted(at, 'echo no >&2; exit 7');
    const start = await at.act('Start');
    expect(start).toMatchObject({ outcome: 'completed', exitCode: 7 });
    expect(start.stderr).toBe('no\nops: start said failure (exit 7); found: Stopped, VERSION v1.0.0\n');
  });

  test('hangs is ended at its time limit, and the service it has started is not', async () => {
    const at = await stage();
    scripted(at, `${SERVICE}; sleep 299`);
    const { done, spawned } = await at.begin({ appName: 'myapp', verb: 'Start' }, 700);
    const start = await done;
    expect(start.outcome).toBe('timeout');
    const pid = pidIn(at.base)!;
    endAfterwards(pid);
    expect([isAlive(spawned[0]!.pid), isAlive(pid)]).toEqual([false, true]);
    expect(lastLine(start)).toContain(`found: Running, process ${pid}`);
  });

  test('is cancelled leaves the service', async () => {
    const at = await stage();
    scripted(at, `${SERVICE}; sleep 299`);
    const { done, running } = await at.begin({ appName: 'myapp', verb: 'Start' });
    const pid = await until(() => pidIn(at.base), { what: 'the service' });
    endAfterwards(pid);
    running.cancel();
    expect((await done).outcome).toBe('cancelled');
    expect(isAlive(pid)).toBe(true);
  });

  test('becomes the service itself does not hang the host', async () => {
    const at = await stage();
    scripted(at, 'echo $$ > myapp.pid; exec sleep 300');
    const start = await at.act('Start', 'myapp', 700);
    expect(start.outcome).toBe('timeout');
    expect(isAlive(pidIn(at.base)!)).toBe(false);
  });

  test('lets its service keep its output is over all the same, and says what to do', async () => {
    const at = await stage();
    scripted(at, 'bash -c "while :; do echo tick; sleep 0.05; done" & echo $! > myapp.pid');
    const start = await at.act('Start');
    const pid = pidIn(at.base)!;
    endAfterwards(pid);
    expect(start).toMatchObject({ outcome: 'completed', exitCode: 0 });
    expect(start.stderr).toContain('let it write to a file');
    // It goes on writing; somebody reads.
    await sleep(systemClock, 300);
    expect(isAlive(pid)).toBe(true);
  });

  test('removes its own application is told of as such', async () => {
    const at = await stage();
    scripted(at, `rm -rf "${join(at.base, 'myapp')}"`);
    const start = await at.act('Start', 'myapp', 1_000);
    expect(start.exitCode).toBe(1);
    expect(lastLine(start)).toBe(
      'ops: start said success (exit 0), but found: the application is no longer there',
    );
  });

  test('looks around finds its directory, no secret of the client, and the normal priority', async () => {
    const at = await stage();
    const directory = scripted(at, 'pwd; env; nice; exit 3');
    const { stdout } = await at.act('Start');
    expect(stdout).toContain(`${directory}\n`);
    expect(stdout).toContain('OPS_APP_NAME=myapp\n');
    expect(stdout).not.toContain('OPS_COMMAND_ID');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('0');
  });
});

describe('refused is', () => {
  test.each<[string, RegExp, (at: Stage) => unknown, AppAction['verb']]>([
    ['an application that is not there', /^rejected: app_not_found: /, () => {}, 'Start'],
    [
      'one without a script',
      /^rejected: no_script: .*myapp\.sh does not exist$/,
      (at) => at.app('myapp'),
      'Stop',
    ],
    [
      'one that others can change',
      /^rejected: unsafe: .*myapp\.sh can be changed by others: run chmod go-w on it$/,
      (at) => chmodSync(join(scripted(at, ''), 'myapp.sh'), 0o777),
      'Start',
    ],
    [
      'one in a base directory that others can change',
      /^rejected: unsafe: .*apps can be changed by others/,
      (at) => {
        scripted(at, '');
        chmodSync(at.base, 0o777);
      },
      'update',
    ],
    [
      'to stop what is another program by now',
      /^rejected: foreign_pid: .*the number was given to another program\. The script would end it: remove/,
      (at) => {
        const path = join(scripted(at, ''), 'myapp.pid');
        writeFileSync(path, String(sleeper().pid));
        utimesSync(path, LONG_AGO_MS / 1000, LONG_AGO_MS / 1000);
      },
      'Stop',
    ],
  ])('%s', async (_what, expected, make, verb) => {
    const at = await stage();
    await make(at);
    expect(await at.refusalOf(verb)).toMatch(expected);
  });

  test('everything on a read-only host, also a question', async () => {
    const at = await stage({ readonly: true });
    manualApp(at.base);
    expect(await at.refusalOf('Status')).toMatch(/^rejected: readonly: /);
  });

  test('a second action on an application, and not one on another', async () => {
    const at = await stage();
    scripted(at, 'sleep 299');
    at.app('other', { VERSION: 'v1', 'other.sh': 'exit 0' });
    const { running } = await at.begin({ appName: 'myapp', verb: 'Start' });
    expect(await at.refusalOf('Stop')).toBe('rejected: busy: another action on myapp is under way');
    expect(await at.refusalOf('Start', 'other')).toBe('allowed');
    running.cancel();
    await running.outcome;
    expect(await at.refusalOf('Stop')).toBe('allowed');
    expect(await at.refusalOf('Stop')).toBe('allowed');
  });
});

test.each([
  ['noted', true],
  ['not noted any more', false],
])(
  'after a crash the script, %s, of an interrupted action is ended, the service is not',
  async (_what, isNoted) => {
    const at = await stage();
    scripted(at, `${SERVICE}; sleep 299 & wait`);
    const { id, spawned, done } = await at.begin({ appName: 'myapp', verb: 'Start' });
    const pid = await until(() => pidIn(at.base), { what: 'the service' });
    endAfterwards(pid);
    expect(await at.actions.sweep('myapp', id, isNoted ? spawned[0] : undefined)).toBe(2);
    expect([isAlive(spawned[0]!.pid), isAlive(pid)]).toEqual([false, true]);
    await done;
  },
);

test('the journal tells an action from a command', () => {
  const text = actionText({ appName: 'my-app.1', verb: 'update', version: 'v2+1' });
  expect(text).toBe('[my-app.1] update v2+1');
  expect(appOfText(text)).toBe('my-app.1');
  expect(appOfText('my-app Start')).toBeUndefined();
});
