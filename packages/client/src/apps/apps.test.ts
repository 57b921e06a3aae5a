/** Applications with real directories and real processes. */
import { spawn } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { ClientMessage } from '@ops/protocol/wire/messages.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, onTestFinished, test } from 'vitest';

import { APP_VARIABLE } from '../executor/environment.ts';
import { createApps, DEBOUNCE_MS, FULL_LOOK_TURNS, LOOK_EVERY_MS } from './apps.ts';
import type { Apps, AppsNeeds } from './apps.ts';
import { createProcessLooks } from './pid.ts';
import { createScanner } from './scan.ts';
import type { Scanner } from './scan.ts';
import { appsPlace, now, remove, sleeper } from './test-apps.ts';
import { MAX_NOISE } from './watch.ts';
import type { StartWatch } from './watch.ts';

interface Told {
  readonly apps: Apps;
  readonly messages: (readonly AppInfo[])[];
  isUp: boolean;
  readonly app: (name: string) => AppInfo | undefined;
}

function toldOf(base: string, needs: Partial<AppsNeeds> = {}): Told {
  const told: Told = {
    messages: [],
    isUp: false,
    app: (name) => told.messages.at(-1)?.find((each) => each.name === name),
    apps: createApps({
      baseDir: base,
      readonly: false,
      clock: systemClock,
      log: silentLog,
      send(message: ClientMessage) {
        if (told.isUp && message.type === 'app_info') told.messages.push(message.app_info);
        return told.isUp;
      },
      ...needs,
    }),
  };
  onTestFinished(() => told.apps.stop());
  told.apps.start();
  told.isUp = true;
  told.messages.push(told.apps.introduce());
  return told;
}

const statusOf = (base: string, name = 'shop'): string => {
  const { app } = toldOf(base);
  const info = app(name);
  return `${info?.service_status} ${info?.notes?.join(',') ?? ''}`.trim();
};

describe('the status, from real processes', () => {
  test('runs', async () => {
    const { base, app } = await appsPlace();
    const { pid } = sleeper();
    app('shop', { VERSION: 'v1', 'shop.pid': `${pid}\n` });
    const info = toldOf(base).app('shop');
    expect(info).toMatchObject({ service_status: 'Running', pid, version: 'v1' });
    expect(Math.abs(now() - (info?.started_at_ms ?? 0))).toBeLessThan(10_000);
    expect(info?.notes).toBeUndefined();
  });

  test('a stale pid file', async () => {
    const { base, app } = await appsPlace();
    const child = sleeper();
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    app('shop', { VERSION: 'v1', 'shop.pid': String(child.pid) });
    expect(statusOf(base)).toBe('Stopped stale_pid');
  });

  test('a zombie', async () => {
    const { base, app } = await appsPlace();
    // Its child ends, and it never waits for it.
    const parent = spawn('/usr/bin/python3', [
      '-u',
      '-I',
      '-c',
      'import os,time\np=os.fork()\nif p==0: os._exit(0)\nprint(p)\ntime.sleep(300)',
    ]);
    onTestFinished(() => void parent.kill('SIGKILL'));
    const pid = await new Promise<string>((resolve) =>
      parent.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString())),
    );
    app('shop', { VERSION: 'v1', 'shop.pid': pid });
    expect(await until(() => statusOf(base) === 'Stopped zombie', { what: 'a zombie' })).toBe(true);
  });

  test('a number that was given to a later program', async () => {
    const { base, app, age } = await appsPlace();
    const path = app('shop', { VERSION: 'v1', 'shop.pid': String(sleeper().pid) });
    age(join(path, 'shop.pid'));
    expect(statusOf(base)).toBe('Stopped foreign_pid');
  });

  test('a program that ran long before', async () => {
    const { base, app } = await appsPlace();
    app('shop', { VERSION: 'v1', 'shop.pid': '2' });
    expect(statusOf(base)).toMatch(/^(Unknown foreign_pid|Stopped stale_pid)$/);
  });

  test('the process of another application', async () => {
    const { base, app } = await appsPlace();
    const { pid } = sleeper({ [APP_VARIABLE]: 'cart' });
    app('shop', { VERSION: 'v1', 'shop.pid': String(pid) });
    expect(statusOf(base)).toBe('Stopped foreign_pid');
  });

  test('this client itself', async () => {
    const { base, app } = await appsPlace();
    app('shop', { VERSION: 'v1', 'shop.pid': String(process.pid) });
    expect(statusOf(base)).toBe('Stopped foreign_pid');
  });

  test('updated, not restarted', async () => {
    const { base, app, age } = await appsPlace();
    const path = app('shop', { VERSION: 'v1', 'shop.pid': String(sleeper().pid) });
    age(join(path, 'VERSION'), now() + 60_000);
    expect(statusOf(base)).toBe('Running not_restarted');
  });

  test('without a table of processes nobody knows', async () => {
    const { base, app } = await appsPlace();
    app('shop', { VERSION: 'v1', 'shop.pid': '4711' });
    const { apps } = toldOf(base, { looks: createProcessLooks(systemClock, join(base, 'none')) });
    expect(apps.introduce()[0]).toMatchObject({ service_status: 'Unknown', notes: ['unreadable'] });
  });
});

describe('a change is told', () => {
  const within = { within: 3_000, every: 20 };

  test('within 3 s: a new app, a new version, a process, its end, and the app gone', async () => {
    const { base, app } = await appsPlace();
    const told = toldOf(base);
    expect(told.messages).toEqual([[]]);
    const path = app('shop', { VERSION: 'v1' });
    await until(() => told.app('shop')?.version === 'v1', { ...within, what: 'the app' });
    writeFileSync(join(path, 'VERSION'), 'v2');
    await until(() => told.app('shop')?.version === 'v2', { ...within, what: 'the version' });
    const child = sleeper();
    writeFileSync(join(path, 'shop.pid'), String(child.pid));
    await until(() => told.app('shop')?.service_status === 'Running', { ...within, what: 'the start' });
    child.kill('SIGKILL');
    await until(() => told.app('shop')?.service_status === 'Stopped', { ...within, what: 'the end' });
    remove(path);
    expect(await until(() => told.messages.at(-1)?.length === 0, { ...within, what: 'it to be gone' })).toBe(
      true,
    );
  });

  test('within 3 s where nothing can be watched', async () => {
    const { base, app } = await appsPlace();
    const told = toldOf(base, {
      startWatch: () => {
        throw new Error('no watches left');
      },
    });
    const path = app('shop', { VERSION: 'v1' });
    await until(() => told.app('shop')?.version === 'v1', { ...within, what: 'the app' });
    writeFileSync(join(path, 'VERSION'), 'v2');
    expect(await until(() => told.app('shop')?.version === 'v2', { ...within, what: 'the version' })).toBe(
      true,
    );
  });

  test('within 3 s in an app that was made unsafe, and again safe', async () => {
    const { base, app } = await appsPlace();
    const path = app('shop', { VERSION: 'v1' });
    const told = toldOf(base);
    chmodSync(path, 0o777);
    await until(() => told.app('shop')?.notes?.includes('unsafe'), { ...within, what: 'unsafe' });
    writeFileSync(join(path, 'VERSION'), 'v2');
    await until(() => told.app('shop')?.version === 'v2', { ...within, what: 'the version' });
    chmodSync(path, 0o755);
    expect(await until(() => told.app('shop')?.notes === undefined, { ...within, what: 'safe' })).toBe(true);
  });

  test('within 3 s beside a log that grows without end', async () => {
    const { base, app } = await appsPlace();
    const path = app('shop', { VERSION: 'v1' });
    const told = toldOf(base);
    for (let line = 0; line < MAX_NOISE * 2; line++) appendFileSync(join(path, 'shop.log'), 'x');
    writeFileSync(join(path, 'VERSION'), 'v2');
    expect(await until(() => told.app('shop')?.version === 'v2', { ...within, what: 'the version' })).toBe(
      true,
    );
  });

  test('once, and an unchanged directory not at all', async () => {
    const { base, app } = await appsPlace();
    app('shop', { VERSION: 'v1', 'shop.pid': String(sleeper().pid) });
    const clock = new ManualClock(now());
    const told = toldOf(base, { clock });
    told.apps.ready();
    await clock.advanceAsync(100 * LOOK_EVERY_MS);
    expect(told.messages).toEqual([told.apps.introduce()]);
  });

  test('seldom at rest, and at once again when there is an application', async () => {
    const { base, app } = await appsPlace();
    const clock = new ManualClock(now());
    // What they look at is of the real time.
    const [scanner, looks] = [createScanner(base, systemClock), createProcessLooks(systemClock)];
    let scans = 0;
    const counted: Scanner = {
      look(names) {
        scans++;
        scanner.look(names);
      },
      get apps() {
        return scanner.apps;
      },
      get base() {
        return scanner.base;
      },
    };
    const watches: ((file: string | null) => void)[] = [];
    const startWatch: StartWatch = (_path, tell) => {
      watches.push(tell);
      return { close() {} };
    };
    const told = toldOf(base, { clock, looks, scanner: counted, startWatch });
    scans = 0;
    for (let turn = 0; turn < 2 * FULL_LOOK_TURNS; turn++) clock.advance(LOOK_EVERY_MS);
    expect(scans).toBe(2);
    const child = sleeper();
    app('shop', { VERSION: 'v1', 'shop.pid': String(child.pid) });
    watches[0]?.('shop');
    clock.advance(DEBOUNCE_MS);
    expect(told.app('shop')).toMatchObject({ service_status: 'Running' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    clock.advance(LOOK_EVERY_MS);
    expect(told.app('shop')).toMatchObject({ service_status: 'Stopped' });
  });

  test('when the link is back, what has changed meanwhile is in the introduction', async () => {
    const { base, app } = await appsPlace();
    const clock = new ManualClock(now());
    const told = toldOf(base, { clock });
    told.isUp = false;
    app('shop', { VERSION: 'v1' });
    await clock.advanceAsync(40 * LOOK_EVERY_MS);
    expect(told.messages).toEqual([[]]);
    told.isUp = true;
    expect(told.apps.introduce()).toMatchObject([{ name: 'shop' }]);
    told.apps.ready();
    await clock.advanceAsync(2 * LOOK_EVERY_MS);
    expect(told.messages).toEqual([[]]);
  });

  test('a base directory that comes later', async () => {
    const { base } = await appsPlace();
    const later = join(base, 'later');
    const told = toldOf(later);
    mkdirSync(join(later, 'shop'), { recursive: true });
    writeFileSync(join(later, 'shop', 'VERSION'), 'v1');
    expect(await until(() => told.app('shop')?.version === 'v1', { ...within, what: 'the app' })).toBe(true);
  });
});
