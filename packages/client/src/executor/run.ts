/**
 * One process from its start to its outcome.
 *
 *   starting ──spawned──► running ──exit──────────────────────────► draining ──► over
 *       │                    │ time limit, cancel: endTree               ▲
 *       │                    └──► ending ──exit──────────────────────────┘
 *       └──no pid──► over, `spawn_failed`
 *
 * The first cause wins: what exits while it is being ended has timed out or was cancelled. The end is that of the
 * process, not of its pipes, which a daemon may hold open for ever: they are drained for a moment, then let go. After
 * an end of its own accord nothing is killed: what a command left running on purpose is not ours. The pipes of an
 * application's script are read on and forgotten for as long as its service holds them.
 */
import { setPriority } from 'node:os';
import type { Readable } from 'node:stream';

import { isPid } from '@ops/runtime/exec.ts';
import type { Child, Exit } from '@ops/runtime/exec.ts';

import { actionEnvironment, commandEnvironment } from './environment.ts';
import type { Outcome, RunOptions, Running } from './executor.ts';
import type { PreparedStart, Start } from './prepare.ts';
import { endTree } from './stop.ts';
import type { StopNeeds } from './stop.ts';

/** Commands yield to the services of the host. */
const NICE = 10;
/** After the end of the process: pipes without a byte for this long are let go, and all of them after the longer time. */
export const DRAIN_QUIET_MS = 200;
export const DRAIN_MAX_MS = 2000;

type Cause = 'timeout' | 'cancelled';

export function run(prepared: PreparedStart, options: RunOptions, needs: StopNeeds): Running {
  const { start, answer } = prepared;
  if (start) return runProcess(start, prepared.maxMs, options, needs);
  if (answer) {
    if (answer.stdout) options.output.write('stdout', Buffer.from(answer.stdout));
    if (answer.stderr) options.output.write('stderr', Buffer.from(answer.stderr));
  }
  const exitCode = answer?.exitCode ?? 0;
  const outcome = { outcome: 'completed', exitCode, signal: null, error: null, durationMs: 0 } as const;
  return { outcome: Promise.resolve(outcome), cancel() {} };
}

function runProcess(start: Start, maxMs: number | undefined, options: RunOptions, needs: StopNeeds): Running {
  const { exec, table, clock } = needs;
  const { app } = start;
  const startedAt = clock.mono();
  const took = (): number => Math.round(clock.mono() - startedAt);
  let child: Child;
  try {
    child = exec.spawn(start.file, start.args, {
      env: app ? actionEnvironment(options.commandId, app.appName) : commandEnvironment(options.commandId),
      cwd: app?.directory ?? '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      descriptors: start.descriptor ? [start.descriptor.fd] : [],
    });
  } catch (cause) {
    return over(start, spawnFailed(cause, took()));
  }
  const { pid } = child;
  if (!isPid(pid)) {
    return over(
      start,
      child.exited.then((exit) => spawnFailed(exit.kind === 'failed' && exit.error, took())),
    );
  }
  const leader = { pid, startTime: table.startTime(pid) };
  try {
    // A service would keep it for ever.
    if (!app) setPriority(pid, NICE);
  } catch {
    // It has ended already, or may not be changed: it runs all the same.
  }
  try {
    options.onSpawned(leader);
  } catch (error) {
    needs.log.error('a command that has started could not be noted', {
      command_id: options.commandId,
      error,
    });
  }

  let cause: Cause | undefined;
  let exited = false;
  let isHeard = true;
  let ending: Promise<unknown> = Promise.resolve();
  let lastByteAt = startedAt;

  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.on('data', (bytes: Buffer) => {
      lastByteAt = clock.mono();
      if (isHeard) options.output.write(stream, bytes);
      giveBack(bytes);
    });
    // A pipe that breaks has nothing more to say.
    child[stream]?.on('error', () => {});
  }

  function end(why: Cause): void {
    if (cause !== undefined || exited) return;
    cause = why;
    limit.cancel();
    const { commandId } = options;
    ending = endTree({ commandId, leader, isOurs: () => !exited, services: app?.services }, needs);
  }

  const limit = clock.after(Math.min(options.timeoutMs, maxMs ?? Infinity), () => {
    // It may have ended in time while this program was busy, and only the news of it is late.
    if (leader.startTime === undefined || table.startTime(pid) === leader.startTime) end('timeout');
  });

  /** Until the pipes are closed, or quiet for a moment after the end. */
  async function drained(): Promise<void> {
    const endedAt = clock.mono();
    const pipes = [child.stdout, child.stderr].filter((pipe) => pipe !== null);
    const closed = Promise.all(pipes.map(ended));
    const { promise: quiet, resolve } = Promise.withResolvers<void>();
    const look = clock.every(DRAIN_QUIET_MS / 4, () => {
      const now = clock.mono();
      if (now - Math.max(lastByteAt, endedAt) >= DRAIN_QUIET_MS || now - endedAt >= DRAIN_MAX_MS) resolve();
    });
    await Promise.race([closed, quiet]);
    look.cancel();
    isHeard = false;
    const open = pipes.filter((pipe) => !pipe.closed);
    // Whoever still writes there is a service: without a reader its next line would be its end.
    if (app && open.length > 0) {
      for (const pipe of open) letGo(pipe);
      return options.onPipesKept?.();
    }
    for (const pipe of open) pipe.destroy();
  }

  async function finish(): Promise<Outcome> {
    const exit = await child.exited;
    exited = true;
    limit.cancel();
    const durationMs = took();
    await Promise.all([drained(), ending, start.descriptor?.close()]);
    return outcomeOf(exit, cause, durationMs);
  }

  return { outcome: finish(), cancel: () => end('cancelled') };
}

/**
 * Each read has memory of its own, which the collector would leave lying until 64 MiB of it have gathered: a command
 * that writes without end would double what this program needs.
 */
function giveBack(bytes: Buffer): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length) buffer.transfer(0);
}

/** It is read on, and does not keep this program alive. */
function letGo(pipe: Readable): void {
  if ('unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
}

function ended(pipe: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (pipe.closed || pipe.destroyed) return resolve();
    pipe.once('close', resolve);
  });
}

/** Pure. */
export function outcomeOf(exit: Exit, cause: Cause | undefined, durationMs: number): Outcome {
  if (exit.kind === 'failed') return spawnFailed(exit.error, durationMs);
  const exitCode = exit.kind === 'exited' ? exit.code : null;
  const signal = exit.kind === 'signalled' ? exit.signal : null;
  if (cause !== undefined) return { outcome: cause, exitCode, signal, error: null, durationMs };
  if (signal !== null) {
    const error = `signal: ended by ${signal}, which this client did not send`;
    return { outcome: 'failed', exitCode, signal, error, durationMs };
  }
  return { outcome: 'completed', exitCode, signal, error: null, durationMs };
}

function spawnFailed(cause: unknown, durationMs: number): Outcome {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  const error = `spawn_failed: the program could not be started (${code})`;
  return { outcome: 'failed', exitCode: null, signal: null, error, durationMs };
}

function over(start: Start, outcome: Outcome | Promise<Outcome>): Running {
  const closed = Promise.resolve(start.descriptor?.close());
  return { outcome: closed.then(() => outcome), cancel() {} };
}
