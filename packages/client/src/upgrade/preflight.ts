/** Whether a program starts on this host at all, and says that it is what its manifest says. */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Exec } from '@ops/runtime/exec.ts';

import { UpgradeFailure } from './failure.ts';

/** `--version` takes a tenth of a second. */
export const PREFLIGHT_MS = 10_000;
/** Of what it says. */
const MAX_SAID = 4096;

const fail = (detail: string): UpgradeFailure => new UpgradeFailure('failed', 'does_not_start', detail);

/** @throws UpgradeFailure */
export async function preflight(
  program: string,
  { version, commit }: { readonly version: string; readonly commit: string },
  { exec, clock, signal }: { readonly exec: Exec; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const child = exec.spawn(program, ['--version'], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (bytes: Buffer) => {
      said[name] = (said[name] + bytes.toString('utf8')).slice(0, MAX_SAID);
    });
  let isLate = false;
  const kill = (): void => void child.signalGroup('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  const limit = clock.after(PREFLIGHT_MS, () => {
    isLate = true;
    kill();
  });
  const end = await child.exited;
  // What it wrote just before its end is still on its way.
  await Promise.all([child.stdout, child.stderr].map((stream) => closed(stream, clock)));
  limit.cancel();
  if (isLate) throw fail(`--version did not end within ${PREFLIGHT_MS / 1000} s`);
  if (end.kind === 'failed') throw fail(`it cannot be started: ${end.error.message}`);
  const heard = `${said.stderr}${said.stdout}`.trim();
  if (end.kind === 'signalled') throw fail(`--version ended by ${end.signal}: ${heard}`);
  if (end.code !== 0) throw fail(`--version ended with ${end.code}: ${heard}`);
  const expected = `ops-client ${version} (${commit})`;
  if (said.stdout.trim() !== expected) throw fail(`--version says ${JSON.stringify(heard)}, not ${expected}`);
}

/** A grandchild may hold the pipe open: then it is let go. */
const DRAIN_MS = 1000;

function closed(stream: NodeJS.ReadableStream | null, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    if (!stream) return resolve();
    const timer = clock.after(DRAIN_MS, resolve);
    stream.once('close', () => {
      timer.cancel();
      resolve();
    });
    if ('closed' in stream && stream.closed === true) {
      timer.cancel();
      resolve();
    }
  });
}
