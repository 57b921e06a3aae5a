/** Builds the console, always or when its sources are newer than what was built. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { systemExec } from '@ops/runtime/exec.ts';

const ROOT = join(import.meta.dirname, '..');
const BUILT = join(ROOT, 'packages/web/dist/index.html');
const SOURCES = ['packages/web', 'packages/protocol/src', 'package-lock.json'];
const NOT_SOURCES = new Set(['dist', 'node_modules']);

function newest(path: string): number {
  const facts = statSync(path);
  if (!facts.isDirectory()) return facts.mtimeMs;
  const times = readdirSync(path)
    .filter((name) => !NOT_SOURCES.has(name))
    .map((name) => newest(join(path, name)));
  return Math.max(0, ...times);
}

function isStale(): boolean {
  const built = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs;
  return built === undefined || SOURCES.some((path) => newest(join(ROOT, path)) > built);
}

export async function buildConsoleIfStale(): Promise<void> {
  if (!isStale()) return;
  console.log('Building the console …');
  await buildConsole();
}

/** @throws Error when the build fails; its output has been shown */
export async function buildConsole(): Promise<void> {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const child = systemExec.spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: join(ROOT, 'packages/web'),
    env: process.env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const end = await child.exited;
  if (end.kind !== 'exited' || end.code !== 0) throw new Error('The console could not be built');
}
