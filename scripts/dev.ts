/** `npm run dev`: server and client that start again when their sources change, and the console with hot reload. */
import { join } from 'node:path';

import { systemExec } from '@ops/runtime/exec.ts';

const ROOT = join(import.meta.dirname, '..');

const programs = [
  ['--watch', 'packages/server/src/main.ts'],
  ['--watch', 'packages/client/src/main.ts'],
  ['node_modules/vite/bin/vite.js', 'packages/web'],
].map((args) =>
  systemExec.spawn(process.execPath, args, {
    cwd: ROOT,
    env: process.env,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  }),
);

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  for (const program of programs) program.signalGroup('SIGTERM');
  await Promise.all(programs.map((program) => program.exited));
  process.exit(0);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
await Promise.race(programs.map((program) => program.exited));
await stop();
