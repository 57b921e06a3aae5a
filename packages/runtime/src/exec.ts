/**
 * Processes, as the rest of the product may start them: a file and a list of arguments, never a shell, and signals
 * only to a pid that is one (a failed start has none, and signalling "undefined" would reach our own group).
 */
import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export type StandardStream = 'ignore' | 'pipe' | 'inherit';

export interface ExecOptions {
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Standard input, output and error. */
  readonly stdio: readonly [StandardStream, StandardStream, StandardStream];
  /** In a process group of its own, which `signalGroup` reaches. */
  readonly detached?: boolean;
  /** Open files the child gets as descriptors 3, 4, …; they stay open here. */
  readonly descriptors?: readonly number[];
}

export type Exit =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: NodeJS.Signals }
  /** It never ran. */
  | { readonly kind: 'failed'; readonly error: Error };

export interface Child {
  /** Undefined when the start failed. */
  readonly pid: number | undefined;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** Resolves at the end of the process itself, also while others still hold its pipes. Never rejects. */
  readonly exited: Promise<Exit>;
  /** @returns false when there is nobody to signal (any more) */
  signal(signal: NodeJS.Signals): boolean;
  /** To the whole group of a detached child, also after the child itself has ended. */
  signalGroup(signal: NodeJS.Signals): boolean;
}

export interface Exec {
  spawn(file: string, args: readonly string[], options: ExecOptions): Child;
  /**
   * To a process that is not a child, or to the group it leads: the caller has made sure that it is the right one.
   * @returns false when there is nobody, it may not be signalled, or the pid is none
   */
  signal(pid: number, signal: NodeJS.Signals, to: 'process' | 'group'): boolean;
}

/** 0 and -1 mean groups, 1 is init: a pid is used only when it can be a child's. */
export function isPid(pid: unknown): pid is number {
  return Number.isInteger(pid) && Number(pid) > 1;
}

/** Sends a signal to a process, or with a `group` to a process group, if there is one. */
function send(pid: number | undefined, signal: NodeJS.Signals, group: boolean): boolean {
  if (!isPid(pid)) return false;
  try {
    return process.kill(group ? -pid : pid, signal);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ESRCH') return false;
    throw cause;
  }
}

/** On Windows these run through cmd.exe, which is a shell (S-36). */
const SHELL_FILES = /\.(bat|cmd|ps1)$/i;

export const systemExec: Exec = {
  spawn(file, args, options) {
    if (SHELL_FILES.test(file)) throw new Error(`${file} would run in a shell`);
    const { env, cwd, stdio, detached = false, descriptors = [] } = options;
    const child = spawn(file, [...args], {
      env: { ...env },
      cwd,
      stdio: [...stdio, ...descriptors],
      detached,
      shell: false,
    });
    let ended = false;
    const exited = new Promise<Exit>((resolve) => {
      child.once('error', (error) => {
        // Also emitted when a signal could not be sent: only a process without pid has failed to start.
        if (isPid(child.pid)) return;
        ended = true;
        resolve({ kind: 'failed', error });
      });
      child.once('exit', (code, signal) => {
        ended = true;
        resolve(signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'signalled', signal });
      });
    });
    return {
      pid: child.pid,
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      exited,
      signal: (signal) => !ended && send(child.pid, signal, false),
      signalGroup: (signal) => detached && send(child.pid, signal, true),
    };
  },
  signal(pid, signal, to) {
    try {
      return send(pid, signal, to === 'group');
    } catch {
      return false;
    }
  },
};
