import { text } from 'node:stream/consumers';

import { within } from '@ops/testkit/until.ts';
import { afterEach, describe, expect, it } from 'vitest';

import { isPid, systemExec } from './exec.ts';
import type { Child, ExecOptions } from './exec.ts';

const children: Child[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.signalGroup('SIGKILL');
    child.signal('SIGKILL');
    await child.exited;
  }
});

function run(script: string, options: Partial<ExecOptions> = {}): Child {
  const child = systemExec.spawn(process.execPath, ['-e', script], {
    env: {},
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  children.push(child);
  return child;
}

describe('a process', () => {
  it('runs with the arguments, environment and directory it is given, and nothing else', async () => {
    const child = run('console.log(JSON.stringify([process.env, process.cwd()]))', { env: { ONLY: 'this' } });
    expect(JSON.parse(await text(child.stdout!))).toEqual([{ ONLY: 'this' }, '/']);
    expect(await child.exited).toEqual({ kind: 'exited', code: 0 });
  });

  it('gets its arguments as they are: no shell looks at them', async () => {
    const child = systemExec.spawn('/bin/echo', ['$HOME', ';', 'id', '`id`', '*'], {
      env: {},
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(await text(child.stdout!)).toBe('$HOME ; id `id` *\n');
    await child.exited;
  });

  it('tells its exit code, or the signal that ended it', async () => {
    expect(await run('process.exit(7)').exited).toEqual({ kind: 'exited', code: 7 });
    const child = run('console.log(1); setInterval(() => {}, 1000)');
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    expect(child.signal('SIGTERM')).toBe(true);
    expect(await child.exited).toEqual({ kind: 'signalled', signal: 'SIGTERM' });
  });

  it('that cannot be started has no pid, says why, and is never signalled (S-37)', async () => {
    const child = systemExec.spawn('/no/such/program', [], {
      env: {},
      cwd: '/',
      stdio: ['ignore', 'ignore', 'ignore'],
      detached: true,
    });
    expect(child.pid).toBeUndefined();
    expect([child.signal('SIGKILL'), child.signalGroup('SIGKILL')]).toEqual([false, false]);
    expect(await child.exited).toMatchObject({ kind: 'failed', error: { code: 'ENOENT' } });
  });

  it('that has ended is not signalled: its pid may be another’s by now', async () => {
    const child = run('');
    await child.exited;
    expect([child.signal('SIGTERM'), child.signalGroup('SIGTERM')]).toEqual([false, false]);
  });

  it('counts as ended when it ends, though another still holds its output; its group can be ended after that', async () => {
    const child = run(
      `const { spawn } = require('node:child_process');
       spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }).unref(); process.exit(3)`,
      { detached: true },
    );
    const output = text(child.stdout!);
    expect(await within(child.exited, { what: 'the exit' })).toEqual({ kind: 'exited', code: 3 });
    expect(child.signalGroup('SIGKILL')).toBe(true);
    // The output ends when the last one that holds it has ended.
    expect(await within(output, { what: 'the end of the grandchild' })).toBe('');
  });

  it('without a group of its own cannot take ours with it', () => {
    expect(run('setInterval(() => {}, 1000)').signalGroup('SIGTERM')).toBe(false);
  });

  it('is never a file that only a shell can run (S-36)', () => {
    for (const file of ['a.bat', 'C:\\b.CMD', 'c.ps1']) {
      expect(() =>
        systemExec.spawn(file, [], { env: {}, cwd: '/', stdio: ['ignore', 'ignore', 'ignore'] }),
      ).toThrow('shell');
    }
  });
});

describe('a pid', () => {
  it('is a whole number above 1', () => {
    expect([2, 4_194_304].map(isPid)).toEqual([true, true]);
    expect([undefined, null, NaN, 0, 1, -1, -2, 1.5, '7', Infinity].map(isPid)).not.toContain(true);
  });
});
