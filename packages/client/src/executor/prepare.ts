/** From a command's text to what may be started, or the sentence why not. Nothing is started and nothing is changed. */
import type { FileHandle } from 'node:fs/promises';

import type { Clock } from '@ops/runtime/clock.ts';
import type { Policy } from '@ops/policy/policy.ts';
import type { Allowed } from '@ops/policy/verdict.ts';

import type { AppScript, Prepared, Refused } from './executor.ts';
import type { Programs } from './programs.ts';
import { INTERPRETERS, openScript, SCRIPT_DESCRIPTOR, UnsafeScript } from './script.ts';
import { windowsAnswer } from './windows-answers.ts';

/** What `run` spawns. */
export interface Start {
  readonly file: string;
  readonly args: readonly string[];
  /** Of a script: inherited as 3. */
  readonly descriptor: FileHandle | undefined;
  /** Of an application. */
  readonly app?: AppScript;
}

/** What `run` needs to know; only `prepare` makes them. */
export interface PreparedStart extends Prepared {
  readonly start: Start | undefined;
  readonly answer: Allowed['answer'];
}

interface PrepareNeeds {
  readonly clock: Clock;
  readonly policy: Policy;
  readonly readonly: boolean;
  readonly programs: Programs;
}

export async function prepare(command: string, needs: PrepareNeeds): Promise<PreparedStart | Refused> {
  if (needs.readonly) return { error: 'rejected: readonly: this host refuses every command' };
  const verdict = needs.policy.judge(command);
  if (!verdict.ok) {
    return { error: `rejected: ${verdict.reason}: ${verdict.detail.en}`.slice(0, 1024) };
  }
  const maxMs = verdict.maxSecs === undefined ? undefined : verdict.maxSecs * 1000;
  const { normalised } = verdict;
  const answer = needs.policy.platform === 'win32' ? answerOnWindows(verdict, needs) : verdict.answer;
  if (answer && 'error' in answer) return answer;
  if (answer) {
    return { normalised, maxMs, answer, start: undefined, release: () => Promise.resolve() };
  }
  const start = verdict.kind === 'script' ? await script(verdict, needs) : program(verdict, needs);
  if ('error' in start) return start;
  const { descriptor } = start;
  return { normalised, maxMs, answer: undefined, start, release: async () => descriptor?.close() };
}

function answerOnWindows(verdict: Allowed, { clock }: PrepareNeeds): Allowed['answer'] | Refused {
  if (verdict.answer) return verdict.answer;
  const stdout = verdict.path === undefined ? windowsAnswer(verdict.argv, clock) : undefined;
  if (stdout !== undefined) return { exitCode: 0, stdout, stderr: '' };
  return { error: `unsupported: ${verdict.argv[0]} cannot be run on Windows` };
}

function program({ argv, path, otherwise }: Allowed, { programs }: PrepareNeeds): Start | Refused {
  const [name = '', ...args] = argv;
  const found = path === undefined ? programs.find(name) : programs.at(path);
  if ('file' in found) return { file: found.file, args, descriptor: undefined };
  const [second, ...others] = otherwise ?? [];
  const instead = second === undefined ? undefined : programs.find(second);
  if (instead && 'file' in instead) return { file: instead.file, args: others, descriptor: undefined };
  return { error: `spawn_failed: ${found.problem}` };
}

export async function prepareScript(
  app: AppScript,
  needs: Pick<PrepareNeeds, 'programs'>,
): Promise<PreparedStart | Refused> {
  const start = await script({ argv: [app.path, ...app.args] }, needs);
  if ('error' in start) return start;
  const { descriptor } = start;
  return {
    normalised: [app.path, ...app.args].join(' '),
    maxMs: undefined,
    answer: undefined,
    start: { ...start, app },
    release: async () => descriptor?.close(),
  };
}

async function script(
  { argv }: Pick<Allowed, 'argv'>,
  { programs }: Pick<PrepareNeeds, 'programs'>,
): Promise<Start | Refused> {
  const [path = '', ...args] = argv;
  const [interpreter, ...options] = INTERPRETERS[path.slice(path.lastIndexOf('.') + 1)] ?? [''];
  const found = programs.find(interpreter);
  if (!('file' in found)) return { error: `spawn_failed: ${found.problem}` };
  try {
    const descriptor = await openScript(path);
    return { file: found.file, args: [...options, SCRIPT_DESCRIPTOR, ...args], descriptor };
  } catch (cause) {
    if (cause instanceof UnsafeScript) return { error: `rejected: BAD_SCRIPT_PATH: ${cause.message}` };
    throw cause;
  }
}
