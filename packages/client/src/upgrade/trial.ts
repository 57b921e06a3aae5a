/**
 * A new program on trial, as a child of the one that runs now:
 *
 *   started ──its line──► connected ──leave()──► ended
 *      ├── it ends by itself ──► ended
 *      └── not connected in time ──► late ──stop(): TERM, then KILL──► ended
 *
 * What it writes on standard error is passed on, and the last of it kept to say why it came to nothing.
 */
import type { Readable } from 'node:stream';

import { UPGRADE_TRIAL_MS } from '@ops/protocol/domain/upgrade.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Exec, Exit } from '@ops/runtime/exec.ts';

import { TRIAL_CONNECTED, TRIAL_LEAVE, TRIAL_WORD } from './role.ts';

/** Between the polite signal and the hard one. A client has ten seconds to end what it runs. */
export const TRIAL_STOP_MS = 10_000;
/** Of a line of it, and of the last it said. */
const MAX_LINE = 4096;

/** What tells systemd how a service is: it hears of one process, and that one stays. */
const OF_PARENT = [
  'NOTIFY_SOCKET',
  'WATCHDOG_USEC',
  'WATCHDOG_PID',
  'LISTEN_FDS',
  'LISTEN_PID',
  'LISTEN_FDNAMES',
];

export interface TrialNeeds {
  readonly program: string;
  /** As this program was given them. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly exec: Exec;
  readonly clock: Clock;
  /** What it writes on standard error. */
  readonly onErrors: (bytes: Buffer) => void;
}

export interface Trial {
  readonly pid: number | undefined;
  /** Resolves at the first of these. */
  readonly verdict: Promise<'connected' | 'ended' | 'late'>;
  readonly exited: Promise<Exit>;
  /** What it said last, best a line that names an error; empty: nothing. */
  lastWords(): string;
  leave(): void;
  hangUp(): void;
  /** Resolves when it is gone. Harmless when it is, and twice. @param withinMs until it is killed */
  stop(withinMs?: number): Promise<void>;
}

function eachLine(stream: Readable | null, take: (line: string) => void): void {
  let held = '';
  stream?.on('data', (bytes: Buffer) => {
    const lines = (held + bytes.toString('utf8')).split('\n');
    held = lines.pop()!.slice(-MAX_LINE);
    for (const line of lines) take(line.slice(0, MAX_LINE));
  });
  // A pipe that breaks has nothing more to say.
  stream?.on('error', () => {});
}

export function startTrial({ program, args, env, cwd, exec, clock, onErrors }: TrialNeeds): Trial {
  const child = exec.spawn(program, [TRIAL_WORD, ...args], {
    env: Object.fromEntries(Object.entries(env).filter(([name]) => !OF_PARENT.includes(name))),
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const verdict = Promise.withResolvers<'connected' | 'ended' | 'late'>();
  const limit = clock.after(UPGRADE_TRIAL_MS, () => verdict.resolve('late'));
  let [last, lastError] = ['', ''];
  eachLine(child.stdout, (line) => {
    if (line !== TRIAL_CONNECTED) return;
    limit.cancel();
    verdict.resolve('connected');
  });
  child.stderr?.on('data', onErrors);
  eachLine(child.stderr, (line) => {
    if (line.trim() !== '') last = line;
    if (/error/i.test(line)) lastError = line;
  });
  // It may be gone when it is told something.
  child.stdin?.on('error', () => {});
  void child.exited.then(() => {
    limit.cancel();
    verdict.resolve('ended');
  });
  return {
    pid: child.pid,
    verdict: verdict.promise,
    exited: child.exited,
    lastWords: () => lastError || last,
    leave: () => void child.stdin?.write(`${TRIAL_LEAVE}\n`),
    hangUp: () => void child.signal('SIGHUP'),
    async stop(withinMs = TRIAL_STOP_MS) {
      child.signal('SIGTERM');
      const hard = clock.after(withinMs, () => child.signal('SIGKILL'));
      await child.exited;
      hard.cancel();
    },
  };
}
