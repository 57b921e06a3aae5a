/** An executor of this host with scripts of a test's own. */
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { OutputStream } from '@ops/protocol/domain/command.ts';
import { createPolicy } from '@ops/policy/policy.ts';
import type { CustomCommand } from '@ops/policy/custom-command.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { systemExec } from '@ops/runtime/exec.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { onTestFinished } from 'vitest';

import { createExecutor } from './create-executor.ts';
import type { Executor, Outcome, Prepared, Running, SpawnedProcess } from './executor.ts';

export interface Ran {
  readonly running: Running;
  readonly id: string;
  readonly spawned: () => SpawnedProcess | undefined;
  readonly text: (stream: OutputStream) => string;
  readonly bytes: () => number;
}

export interface Stage {
  readonly executor: Executor;
  readonly directory: string;
  /** Writes a script. @returns its path */
  script(name: string, body: string): Promise<string>;
  prepared(command: string): Promise<Prepared>;
  start(command: string, timeoutMs?: number): Promise<Ran>;
  finished(command: string, timeoutMs?: number): Promise<Outcome & Ran>;
}

export async function executorStage(
  options: { readonly custom?: readonly CustomCommand[]; readonly readonly?: boolean } = {},
): Promise<Stage> {
  const temp = await tempDirectory('executor');
  onTestFinished(() => temp.remove());
  const directory = join(temp.path, 'scripts');
  await mkdir(directory, { mode: 0o755 });
  const executor = createExecutor({
    policy: createPolicy({
      platform: 'linux',
      custom: options.custom ?? [],
      scriptDirs: [directory],
      scriptExtensions: ['sh', 'py', 'pl'],
    }),
    readonly: options.readonly ?? false,
    exec: systemExec,
    clock: systemClock,
    log: silentLog,
  });

  async function prepared(command: string): Promise<Prepared> {
    const made = await executor.prepare(command);
    if ('error' in made) throw new Error(made.error);
    return made;
  }

  async function start(command: string, timeoutMs = 20_000): Promise<Ran> {
    const id = systemRandom.uuid();
    const chunks: Record<OutputStream, Buffer[]> = { stdout: [], stderr: [] };
    let process: SpawnedProcess | undefined;
    const running = executor.run(await prepared(command), {
      commandId: id,
      timeoutMs,
      output: { write: (stream, bytes) => void chunks[stream].push(Buffer.from(bytes)) },
      onSpawned: (spawned) => (process = spawned),
    });
    onTestFinished(async () => {
      running.cancel();
      await running.outcome;
      await executor.sweep(id, undefined);
    });
    return {
      running,
      id,
      spawned: () => process,
      text: (stream) => Buffer.concat(chunks[stream]).toString('utf8'),
      bytes: () => Buffer.concat([...chunks.stdout, ...chunks.stderr]).length,
    };
  }

  return {
    executor,
    directory,
    async script(name, body) {
      const path = join(directory, name);
      await writeFile(path, body, { mode: 0o755 });
      await chmod(path, 0o755);
      return path;
    },
    prepared,
    start,
    async finished(command, timeoutMs) {
      const ran = await start(command, timeoutMs);
      return { ...ran, ...(await ran.running.outcome) };
    },
  };
}

/** Pids of live processes that carry a command's id. */
export async function carriers(commandId: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
    if (environment.includes(`OPS_COMMAND_ID=${commandId}`)) found.push(Number(name));
  }
  return found;
}
