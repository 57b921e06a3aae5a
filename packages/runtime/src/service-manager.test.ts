import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import type { TempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemExec } from './exec.ts';
import type { Child, Exec } from './exec.ts';
import { createServiceManager } from './service-manager.ts';

/** What systemd does at its end: a datagram socket, each message on a line. */
const RECEIVER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
while True:
    print(s.recv(4096).decode().replace('\\n', ' '), flush=True)
`;

let directory: TempDirectory;
let receiver: ChildProcess;
let heard: string[];
let socket: string;

beforeEach(async () => {
  directory = await tempDirectory('notify');
  socket = join(directory.path, 'socket');
  receiver = spawn('python3', ['-c', RECEIVER, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  heard = [];
  createInterface({ input: receiver.stdout! }).on('line', (line) => heard.push(line));
  await until(() => heard.length > 0, { what: 'a receiver' });
  heard.length = 0;
});
afterEach(async () => {
  receiver.kill('SIGKILL');
  await once(receiver, 'exit');
  await directory.remove();
});

const warnings: unknown[] = [];
const log = { debug() {}, info() {}, warn: (...words: unknown[]) => void warnings.push(words), error() {} };
/** systemd-notify sends a second message, to learn that the first has been read. */
const told = (): string[] => heard.filter((line) => !line.startsWith('BARRIER'));

describe('with systemd', () => {
  it('is told of ready, alive and stopping by systemd-notify', async () => {
    const clock = new ManualClock();
    const manager = createServiceManager({
      env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '60000000', WATCHDOG_PID: '42' },
      pid: 42,
      exec: systemExec,
      clock,
      log,
    });
    manager.ready();
    await until(() => told().length === 1, { what: 'READY' });
    await until(
      () => {
        clock.advance(30_000);
        return told().length >= 3;
      },
      { what: 'two more' },
    );
    manager.stopping();
    await until(() => told().includes('STOPPING=1'), { what: 'STOPPING' });
    const all = told();
    expect([all[0], all.at(-1)]).toEqual(['READY=1', 'STOPPING=1']);
    expect(new Set(all.slice(1, -1))).toEqual(new Set(['WATCHDOG=1']));
    clock.advance(600_000);
    expect(told()).toEqual(all);
  });
});

/** What is started from ready to stopping, where nothing that is started ever ends. */
function started(env: Record<string, string>, advance: number): string[] {
  const clock = new ManualClock();
  const calls: string[] = [];
  const exec: Exec = {
    spawn(file, args) {
      calls.push(args.join(' '));
      expect(file).toBe('/usr/bin/systemd-notify');
      return {
        pid: 1000,
        stdin: null,
        stdout: null,
        stderr: null,
        // Never ends: systemd does not read.
        exited: new Promise(() => {}),
        signal: () => true,
        signalGroup: () => true,
      };
    },
    signal: () => false,
  };
  const manager = createServiceManager({ env, pid: 42, exec, clock, log });
  manager.ready();
  clock.advance(advance);
  manager.stopping();
  return calls;
}

describe('what is started', () => {
  it('is nothing where systemd did not start the program', () => {
    expect(started({}, 600_000)).toEqual([]);
  });

  it('is no watchdog where none is wanted, or of another process', () => {
    expect(started({ NOTIFY_SOCKET: '/x' }, 600_000)).toEqual(['READY=1', 'STOPPING=1']);
    const other = { NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '1000000', WATCHDOG_PID: '43' };
    expect(started(other, 600_000)).toEqual(['READY=1', 'STOPPING=1']);
  });

  it('is never a second one while the first has not ended', () => {
    const env = { NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '3000000' };
    expect(started(env, 600_000)).toEqual(['READY=1', 'STOPPING=1']);
  });
});

it('one that is not there is told once in the log, and nothing else happens', async () => {
  const clock = new ManualClock();
  warnings.length = 0;
  const children: Child[] = [];
  const missing: Exec = {
    ...systemExec,
    spawn(file, args, options) {
      const child = systemExec.spawn(join(directory.path, file), args, options);
      children.push(child);
      return child;
    },
  };
  const env = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '3000000' };
  const manager = createServiceManager({ env, pid: 42, exec: missing, clock, log });
  manager.ready();
  await until(() => warnings.length === 1, { what: 'a warning' });
  clock.advance(1500);
  manager.stopping();
  await Promise.all(children.map((child) => child.exited));
  expect(children).toHaveLength(3);
  expect(warnings).toHaveLength(1);
});
