/** A base directory with applications of a test's own. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { systemClock } from '@ops/runtime/clock.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { onTestFinished } from 'vitest';

/** Written long ago: nothing of it is fresh. */
export const LONG_AGO_MS = Date.UTC(2025, 7, 30, 10, 0, 0);

export interface AppsPlace {
  readonly base: string;
  /** Makes the directory of an app with these files. @returns its path */
  readonly app: (name: string, files?: Readonly<Record<string, string>>) => string;
  /** As if it had been written then. */
  readonly age: (path: string, ms?: number) => void;
}

export async function appsPlace(): Promise<AppsPlace> {
  const temp = await tempDirectory('apps');
  onTestFinished(() => temp.remove());
  const base = join(temp.path, 'apps');
  mkdirSync(base, { mode: 0o755 });
  return {
    base,
    app(name, files = { VERSION: 'v1.0.0\n' }) {
      const path = join(base, name);
      mkdirSync(path, { mode: 0o755 });
      for (const [file, text] of Object.entries(files))
        writeFileSync(join(path, file), text, { mode: file.endsWith('.sh') ? 0o755 : 0o644 });
      return path;
    },
    age(path, ms = LONG_AGO_MS) {
      utimesSync(path, ms / 1000, ms / 1000);
    },
  };
}

/** A process that does nothing until the test is over. */
export function sleeper(env: Readonly<Record<string, string>> = {}): ChildProcess & { readonly pid: number } {
  const child = spawn('/bin/sleep', ['300'], { stdio: 'ignore', env: { ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const { pid } = child;
  if (pid === undefined) throw new Error('no process');
  return Object.assign(child, { pid });
}

/** Ends a process that a script started, by the number in its pid file, when the test is over. */
export function endAfterwards(pid: number): void {
  onTestFinished(() => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  });
}

export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

export const now = (): number => systemClock.wall();
