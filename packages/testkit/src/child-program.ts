/** A program of this repository as a child process: its lines, its end, what it uses. Never outlives its parent. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { processUsage } from './process-usage.ts';
import type { ProcessUsage } from './process-usage.ts';
import { until, within } from './until.ts';

/** Lines of output that are kept. */
const MAX_KEPT_LINES = 5_000;
/** Lines a failure shows: a fault of Node's own has the message above a stack of ten. */
const LAST_LINES = 24;
/** A program has ten seconds to end in order; a loaded machine gets some more. */
const STOP_WITHIN_MS = 15_000;
const KILL_WITHIN_MS = 5_000;

export const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Programs from source find their stripped code here once one of them has ended in order, as those of a launcher do: a
 * start costs a third of what it does without. Node looks at the content of each source, so what is here is never old.
 */
const COMPILE_CACHE = join(repositoryRoot, 'node_modules', '.cache', 'ops-programs');

/** The runtime the repository pins, else the one that runs this. */
export function pinnedNode(): string {
  const pinned = join(repositoryRoot, 'node_modules', '.bin', 'node');
  return existsSync(pinned) ? pinned : process.execPath;
}

export interface ProgramOptions {
  /** What to run, absolute or from the root of the repository: `.ts` and `.mjs` by the pinned Node, else as it is. */
  readonly file: string;
  readonly args?: readonly string[];
  /** For Node itself: before the file, in NODE_OPTIONS for a launcher. */
  readonly nodeArgs?: readonly string[];
  /** The whole environment: nothing is inherited but a plain PATH, and where programs from source find their code. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A program that replaces itself by the one given behind it, as `prlimit --nofile=…` does. */
  readonly prefix?: readonly string[];
  /** True: messages can be exchanged with `process.send` and `process.on('message')`. */
  readonly ipc?: boolean;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProgram {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Lines of standard output and standard error as they came, the newest last. */
  readonly lines: readonly string[];
  /** Resolves when the process is gone. Never rejects. */
  readonly exited: Promise<Exit>;
  readonly isRunning: boolean;
  /** The first line, past or future, that matches. @throws Error with the last lines when none comes or it exits */
  line(pattern: RegExp, wait?: { within?: number }): Promise<RegExpExecArray>;
  usage(): Promise<ProcessUsage>;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL, as a crash; resolves when it is gone. */
  kill9(): Promise<Exit>;
  /** SIGTERM; resolves when it has ended in order. @throws Error when it had to be killed */
  stop(): Promise<Exit>;
}

export async function startProgram(options: ProgramOptions): Promise<RunningProgram> {
  const node = pinnedNode();
  const isOurs = !options.file.startsWith('/');
  const file = isOurs ? join(repositoryRoot, options.file) : options.file;
  const { prefix = [], nodeArgs = [], args = [] } = options;
  const direct = /\.(ts|mjs)$/.test(file);
  const runner = direct ? [node, ...nodeArgs] : [];
  const command = [...prefix, ...runner, file, ...args];
  const path = `${dirname(node)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  const child = spawn(command[0]!, command.slice(1), {
    env: {
      PATH: path,
      ...(isOurs && direct && { NODE_COMPILE_CACHE: COMPILE_CACHE }),
      ...(!direct && nodeArgs.length > 0 && { NODE_OPTIONS: nodeArgs.join(' ') }),
      ...options.env,
    },
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe', ...(options.ipc ? (['ipc'] as const) : [])],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > MAX_KEPT_LINES) lines.shift();
    });
  }

  const killWithParent = (): void => void child.kill('SIGKILL');
  process.setMaxListeners(process.getMaxListeners() + 1);
  process.on('exit', killWithParent);
  let exit: Exit | undefined;
  const exited = new Promise<Exit>((resolve) => {
    // `close` comes when the last line has been read as well.
    child.once('close', (code, signal) => {
      exit = { code, signal };
      process.off('exit', killWithParent);
      process.setMaxListeners(process.getMaxListeners() - 1);
      resolve(exit);
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });

  const lastLines = (): string => lines.slice(-LAST_LINES).join('\n') || '(no output)';
  const kill9 = (): Promise<Exit> => {
    child.kill('SIGKILL');
    return within(exited, { within: KILL_WITHIN_MS, what: `process ${child.pid} to be gone` });
  };
  return {
    child,
    pid: child.pid!,
    lines,
    exited,
    get isRunning() {
      return exit === undefined;
    },
    async line(pattern, wait = {}) {
      const found = await until(
        () => {
          for (const line of lines) {
            const match = pattern.exec(line);
            if (match) return match;
          }
          return exit && 'exited';
        },
        { ...wait, what: `a line like ${pattern}` },
      ).catch((cause: unknown) => {
        throw new Error(`no line like ${pattern}; the last ones:\n${lastLines()}`, { cause });
      });
      if (found === 'exited') {
        const how = exit?.signal ?? `status ${exit?.code}`;
        throw new Error(`ended with ${how} before a line like ${pattern}; the last ones:\n${lastLines()}`);
      }
      return found;
    },
    usage: () => processUsage(child.pid!),
    signal: (name) => void child.kill(name),
    kill9,
    async stop() {
      child.kill('SIGTERM');
      try {
        return await within(exited, { within: STOP_WITHIN_MS, what: 'an orderly end after SIGTERM' });
      } catch (cause) {
        await kill9();
        throw new Error(`had to be killed; the last lines:\n${lastLines()}`, { cause });
      }
    },
  };
}
