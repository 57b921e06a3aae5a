import { readlinkSync, readdirSync } from 'node:fs';

import { systemClock } from '@ops/runtime/clock.ts';
import { systemExec } from '@ops/runtime/exec.ts';
import type { Child } from '@ops/runtime/exec.ts';
import { until } from '@ops/testkit/until.ts';
import { expect, onTestFinished, test } from 'vitest';

import { createProcessLooks, MAX_KEPT_OPEN } from './pid.ts';

function sleeper(): Child {
  const child = systemExec.spawn('/bin/sleep', ['60'], {
    cwd: '/',
    env: {},
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  onTestFinished(async () => {
    child.signal('SIGKILL');
    await child.exited;
  });
  return child;
}

/** Files this process holds open of these processes. */
function keptOpen(pids: readonly number[]): number {
  const stats = new Set(pids.map((pid) => `/proc/${pid}/stat`));
  return readdirSync('/proc/self/fd').filter((file) => {
    try {
      return stats.has(readlinkSync(`/proc/self/fd/${file}`));
    } catch {
      return false;
    }
  }).length;
}

test('a process is described once, as long as it lives, and is gone when it has ended', async () => {
  const child = sleeper();
  const looks = createProcessLooks(systemClock);
  const first = looks.look(child.pid!);
  expect(first).toMatchObject({ kind: 'alive' });
  for (let n = 0; n < 5; n++) expect(looks.look(child.pid!)).toBe(first);
  expect(keptOpen([child.pid!])).toBe(1);
  child.signal('SIGKILL');
  await child.exited;
  await until(() => looks.look(child.pid!).kind === 'gone', { what: 'the end to be seen' });
  expect(keptOpen([child.pid!])).toBe(0);
});

test('no more than MAX_KEPT_OPEN files are kept open; the others are looked at all the same', () => {
  const pids = [sleeper(), sleeper(), sleeper()].map(({ pid }) => pid!);
  const looks = createProcessLooks(systemClock, '/proc', 2);
  for (let n = 0; n < 3; n++) for (const pid of pids) expect(looks.look(pid).kind).toBe('alive');
  expect(keptOpen(pids)).toBe(2);
  expect(MAX_KEPT_OPEN).toBeLessThan(1024 / 2);
});
