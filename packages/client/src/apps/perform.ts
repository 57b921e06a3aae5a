/**
 * One action on an application, judged by what is true afterwards:
 *
 *   Start    start ─ exit 0 ─► runs within START_CONFIRM_MS, and still does after STEADY_MS?
 *   Stop     stop  ─ exit 0 ─► its process is gone within STOP_CONFIRM_MS?
 *   Restart  stop ─► gone? ─► start ─► runs, as another process?         still there: start is not tried
 *   update   update VERSION ─ exit 0 ─► VERSION says so?
 *   Status   nothing is run
 *
 * The last line of standard error says what the script claimed and what was found. Where it claimed success and that is
 * not what was found, the exit code is 1; otherwise it is the script's own.
 */
import { sleep } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import type { Outcome, Prepared, RunOptions, Running, ScriptExecutor } from '../executor/executor.ts';
import type { AppAction, Verb } from './actions.ts';
import type { AppNow, Apps } from './apps.ts';
import { claimText, foundText, processOf } from './found.ts';
import type { RunningProcess } from './found.ts';
import type { ProcessLooks } from './pid.ts';

/** A service may write its pid file only when it is up. */
export const START_CONFIRM_MS = 5_000;
/** What fails at once has failed by then. */
export const STEADY_MS = 1_000;
/** A service may take so long to end after it was told to. */
export const STOP_CONFIRM_MS = 10_000;
const LOOK_EVERY_MS = 100;

const HELD =
  'what the script started still writes into its output: let it write to a file, or it may end when ops-client does';

export interface PerformNeeds {
  readonly action: AppAction;
  readonly scripts: Readonly<Partial<Record<Verb, Prepared>>>;
  readonly executor: Pick<ScriptExecutor, 'run'>;
  readonly apps: Pick<Apps, 'look'>;
  readonly looks: ProcessLooks;
  readonly clock: Clock;
}

export function perform(needs: PerformNeeds, options: RunOptions): Running {
  const { action, scripts, executor, apps, looks, clock } = needs;
  const { appName } = action;
  const startedAt = clock.mono();
  const deadline = startedAt + options.timeoutMs;
  const stopped = new AbortController();
  const claims: string[] = [];
  let current: Running | undefined;

  const say = (sentence: string): void => options.output.write('stderr', Buffer.from(`ops: ${sentence}\n`));
  const look = (): AppNow | undefined => apps.look(appName);
  const isOver = (): boolean => stopped.signal.aborted || clock.mono() >= deadline;

  async function script(verb: Verb): Promise<Outcome> {
    const prepared = scripts[verb];
    if (!prepared) throw new Error(`${verb} was not prepared`);
    const timeoutMs = Math.max(1, deadline - clock.mono());
    current = executor.run(prepared, { ...options, timeoutMs, onPipesKept: () => say(HELD) });
    const outcome = await current.outcome;
    current = undefined;
    claims.push(outcome.error ?? claimText(verb, outcome.exitCode));
    return outcome;
  }

  /** @returns whether it came true, in this time and in that of the action */
  async function comes(condition: () => boolean, limitMs: number): Promise<boolean> {
    const until = Math.min(deadline, clock.mono() + limitMs);
    for (;;) {
      if (condition()) return true;
      if (stopped.signal.aborted || clock.mono() >= until) return false;
      await sleep(clock, LOOK_EVERY_MS, stopped.signal);
    }
  }

  const isGone = (process: RunningProcess | undefined): boolean => {
    if (!process) return true;
    const seen = looks.look(process.pid);
    return seen.kind !== 'alive' || seen.startTime !== process.startTime;
  };

  const runsAs = (other: RunningProcess | undefined): boolean => {
    const process = processOf(look());
    return process !== undefined && (other === undefined || !isSame(process, other));
  };

  async function started(other?: RunningProcess): Promise<boolean> {
    if (!(await comes(() => runsAs(other), START_CONFIRM_MS))) return false;
    await sleep(clock, Math.min(STEADY_MS, Math.max(0, deadline - clock.mono())), stopped.signal);
    return runsAs(other);
  }

  const ended = (process: RunningProcess | undefined): Promise<boolean> =>
    comes(() => isGone(process) && processOf(look()) === undefined, STOP_CONFIRM_MS);

  /** The script's outcome, unless it said success and that is not true. */
  function judged(outcome: Outcome, isTrue: boolean): Outcome {
    const lied = succeeded(outcome) && !isTrue;
    say(`${claims.join(', ')}${lied ? ', but' : ';'} found: ${foundText(look())}`);
    return { ...outcome, ...(lied && { exitCode: 1 }), durationMs: Math.round(clock.mono() - startedAt) };
  }

  async function restart(): Promise<Outcome> {
    const before = processOf(look());
    const stop = await script('stop');
    if (stop.outcome !== 'completed') return judged(stop, false);
    // A script may call it a failure that there was nothing to stop.
    const gone = succeeded(stop) ? await ended(before) : isGone(before);
    if (!gone) {
      claims.push('start was not tried, as the process has not ended');
      return judged(stop, false);
    }
    if (isOver()) {
      claims.push('start was not tried any more');
      const outcome = stopped.signal.aborted ? 'cancelled' : 'timeout';
      return judged({ ...stop, outcome, exitCode: null }, true);
    }
    const start = await script('start');
    return judged(start, succeeded(start) && (await started(before)));
  }

  async function run(): Promise<Outcome> {
    switch (action.verb) {
      case 'Status':
        options.output.write('stdout', Buffer.from(`${foundText(look())}\n`));
        return { outcome: 'completed', exitCode: 0, signal: null, error: null, durationMs: 0 };
      case 'Start': {
        const outcome = await script('start');
        return judged(outcome, succeeded(outcome) && (await started()));
      }
      case 'Stop': {
        const before = processOf(look());
        const outcome = await script('stop');
        return judged(outcome, succeeded(outcome) && (await ended(before)));
      }
      case 'Restart':
        return restart();
      case 'update': {
        const outcome = await script('update');
        return judged(outcome, look()?.info.version === action.version);
      }
      default:
        return action satisfies never;
    }
  }

  return {
    outcome: run().catch((cause: unknown) => broken(cause, clock.mono() - startedAt)),
    cancel() {
      stopped.abort();
      current?.cancel();
    },
  };
}

function succeeded({ outcome, exitCode }: Outcome): boolean {
  return outcome === 'completed' && exitCode === 0;
}

function broken(cause: unknown, durationMs: number): Outcome {
  const why = cause instanceof Error ? cause.message : String(cause);
  const error = `interrupted: it could not be seen to its end: ${why}`.slice(0, 1024);
  return { outcome: 'failed', exitCode: null, signal: null, error, durationMs: Math.round(durationMs) };
}

function isSame(one: RunningProcess, other: RunningProcess): boolean {
  return one.pid === other.pid && one.startTime === other.startTime;
}
