/** A program of the build machine, from its start to its end. */
import { text } from 'node:stream/consumers';

import { systemExec } from '@ops/runtime/exec.ts';

export interface RunOptions {
  readonly cwd?: string;
  /** Besides PATH, which is inherited: nothing else of the environment may change what is built. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What it wrote on its standard output. @throws Error with what it wrote on the other when it fails */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const child = systemExec.spawn(file, args, {
    cwd: options.cwd ?? process.cwd(),
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LC_ALL: 'C.UTF-8', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, end] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
    child.exited,
  ]);
  if (end.kind === 'exited' && end.code === 0) return out;
  const how =
    end.kind === 'exited' ? `status ${end.code}` : end.kind === 'signalled' ? end.signal : end.error.message;
  throw new Error(`${file} ${args.join(' ')}: ${how}\n${err || out}`.trimEnd());
}
