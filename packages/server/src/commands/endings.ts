/**
 * How a command ends: the end is decided, stored with what is left of its output and its audit entry in one change, and
 * only then shown, counted and acknowledged. From the decision on (`ending`) nothing else can happen to the command.
 * What the disk does not take now stays and is tried again; nothing is acknowledged meanwhile.
 */
import {
  failureWord,
  OUTPUT_STREAMS,
  STATE_OF_OUTCOME,
  type FinalState,
  type OutputStream,
} from '@ops/protocol/domain/command.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { createHash } from 'node:crypto';

import { atMostEvery } from '../fleet/at-most-every.ts';
import { createGather } from './gather.ts';
import { groupKey, SHA256_OF_NOTHING } from './group-key.ts';
import type { LiveCommand } from './live-command.ts';
import type { OutputStore } from './output-store.ts';
import type { CommandParts } from './parts.ts';
import type { AcceptedStep, EndedStep, SequenceStep } from './steps.ts';

/** Between two tries to store what the disk did not take. */
export const RETRY_MS = 1_000;
/** A command whose result follows this quickly is not written as executing before. */
export const ACCEPT_GATHER_MS = 20;
const LOG_EVERY_MS = 60_000;
/** Read at once to compute what stored output is. */
const PAGE_BYTES = 256 * 1024;

type Verdict = Pick<
  EndedStep,
  | 'state'
  | 'executedAtMs'
  | 'durationMs'
  | 'exitCode'
  | 'signal'
  | 'error'
  | 'stdoutBytes'
  | 'stderrBytes'
  | 'truncated'
>;

export interface Endings {
  /** The client has begun. Shown when it is on disk, unless the result comes first. */
  accepted(live: LiveCommand): void;
  /** The client's result; all its chunks are here or lost. @returns whether it is stored, and may be acknowledged */
  result(live: LiveCommand, message: MessageOf<'command_result'>, outputLost: boolean): Promise<boolean>;
  /** The server ends it: nobody could, or nobody will know more. */
  give(live: LiveCommand, state: FinalState, error: string | null): Promise<void>;
  /** The end of one that never left, to be stored together with who wanted it. It is `ending` from now on. */
  cancelled(live: LiveCommand): EndedStep;
  /** That is on disk. */
  apply(live: LiveCommand, step: EndedStep): void;
  /** A client registered: its journal may be another. */
  numbered(sequence: SequenceStep): void;
  /** Stores what waits as far as the disk takes it. */
  close(): Promise<void>;
  readonly waiting: number;
}

export function createEndings(
  parts: CommandParts & {
    readonly outputs: OutputStore;
    /** It is over: its client has a hand free. */
    readonly over: (live: LiveCommand) => void;
  },
): Endings {
  const { store, index, transitions, counters, clock, log, outputs, over } = parts;
  const mayLog = atMostEvery(clock, LOG_EVERY_MS);
  const accepting = new Map<LiveCommand, number>();
  let gathering = false;

  const gather = createGather<AcceptedStep | EndedStep | SequenceStep>({
    clock,
    retryMs: RETRY_MS,
    write: (steps) => store.apply(steps),
    onUnavailable(steps, error) {
      if (mayLog()) log.error('results cannot be stored; trying again', { error, waiting: steps.length });
      // The truth is shown all the same: it does run.
      for (const step of steps) if (step.kind === 'accepted') showExecuting(step);
    },
  });

  function showExecuting({ commandId, executedAtMs }: AcceptedStep): void {
    const live = index.get(commandId);
    if (live?.summary.state !== 'Pending') return;
    transitions.move(live, { ...live.summary, state: 'Executing', executed_at_ms: executedAtMs });
  }

  function writeAccepted(): void {
    gathering = false;
    for (const [live, executedAtMs] of accepting) {
      const { id: commandId } = live.summary;
      const step: AcceptedStep = { kind: 'accepted', number: live.number, commandId, executedAtMs };
      gather.add(step).then(
        () => showExecuting(step),
        (error: unknown) => refused(live, error),
      );
    }
    accepting.clear();
  }

  function refused(live: LiveCommand, error: unknown): void {
    counters.count('command_step_refused');
    log.error('a change of a command could not be stored', { command: live.summary.id, error });
  }

  /** Over all that is kept; what an earlier process stored is read again. */
  async function readDigest(live: LiveCommand, stream: OutputStream): Promise<string> {
    const known = live.output.digest(stream);
    if (known !== undefined) return known;
    const sum = createHash('sha256');
    const stored = live.output.startOf(stream);
    for (let at = 0; at < stored; at += PAGE_BYTES)
      sum.update(await store.output(live.summary.id, stream, at, Math.min(at + PAGE_BYTES, stored)));
    return sum.update(live.output.inMemory(stream)).digest('hex');
  }

  /** No promise for what is in memory: most results are stored in the turn in which they came. */
  function keyOf(live: LiveCommand, verdict: Verdict): string | Promise<string> {
    const stdout = live.output.digest('stdout');
    const stderr = live.output.digest('stderr');
    if (stdout !== undefined && stderr !== undefined) return keyWith(verdict, stdout, stderr);
    const read = OUTPUT_STREAMS.map((stream) => readDigest(live, stream));
    return Promise.all(read).then(([out, err]) => keyWith(verdict, out!, err!));
  }

  function audit(live: LiveCommand, verdict: Verdict, actor: string, late: boolean): EndedStep['audit'] {
    const { id, client_id, hostname } = live.summary;
    const { state, exitCode, signal, error, durationMs, stdoutBytes, stderrBytes } = verdict;
    return {
      atMs: clock.wall(),
      actor,
      role: '',
      address: '',
      action: 'command_result',
      target: id,
      // In the order of canonical JSON, which makes it cheap.
      detail: {
        client_id,
        duration_ms: durationMs ?? undefined,
        error: error ?? undefined,
        exit_code: exitCode,
        hostname,
        late: late || undefined,
        signal: signal ?? undefined,
        state,
        stderr_bytes: stderrBytes,
        stdout_bytes: stdoutBytes,
      },
      outcome: state === 'Completed' || state === 'Cancelled' ? 'ok' : 'failed',
    };
  }

  function stepOf(live: LiveCommand, verdict: Verdict, key: string, entry: EndedStep['audit']): EndedStep {
    return {
      ...verdict,
      kind: 'ended',
      number: live.number,
      commandId: live.summary.id,
      groupKey: key,
      finishedAtMs: clock.wall(),
      acknowledged: live.acknowledged,
      late: live.returned,
      flush: live.output.flush(),
      audit: entry,
    };
  }

  async function end(live: LiveCommand, verdict: Verdict, actor: string): Promise<boolean> {
    if (!transitions.may(live, verdict.state)) return false;
    live.ending = true;
    accepting.delete(live);
    try {
      const flushing = outputs.underWay(live);
      if (flushing) await flushing;
      const key = keyOf(live, verdict);
      const known = typeof key === 'string' ? key : await key;
      const step = stepOf(live, verdict, known, audit(live, verdict, actor, live.returned));
      await gather.add(step);
      apply(live, step);
      return true;
    } catch (error) {
      live.ending = false;
      refused(live, error);
      return false;
    }
  }

  function apply(live: LiveCommand, step: EndedStep): void {
    outputs.stored(step.flush);
    index.remove(live);
    transitions.move(
      live,
      {
        ...live.summary,
        state: step.state,
        executed_at_ms: step.executedAtMs,
        finished_at_ms: step.finishedAtMs,
        duration_ms: step.durationMs,
        exit_code: step.exitCode,
        signal: step.signal,
        error: step.error,
        stdout_bytes: step.stdoutBytes,
        stderr_bytes: step.stderrBytes,
        output_truncated: step.truncated,
        late: step.late,
      },
      step.groupKey,
    );
    over(live);
  }

  return {
    accepted(live) {
      live.acknowledged = true;
      if (live.summary.state !== 'Pending' || live.ending || accepting.has(live)) return;
      accepting.set(live, clock.wall());
      if (gathering) return;
      gathering = true;
      clock.after(ACCEPT_GATHER_MS, writeAccepted);
    },

    result(live, message, outputLost) {
      const nowMs = clock.wall();
      const startedMs = accepting.get(live) ?? live.summary.executed_at_ms;
      const verdict: Verdict = {
        state: STATE_OF_OUTCOME[message.outcome],
        executedAtMs: startedMs ?? (message.started_at === null ? null : nowMs - message.duration_ms),
        durationMs: message.started_at === null ? null : message.duration_ms,
        exitCode: message.exit_code,
        signal: message.signal,
        error: errorOf(message),
        stdoutBytes: Math.max(message.stdout_bytes, live.output.keptOf('stdout')),
        stderrBytes: Math.max(message.stderr_bytes, live.output.keptOf('stderr')),
        truncated: message.truncated || outputLost,
      };
      return end(live, verdict, `client:${live.summary.client_id}`);
    },

    async give(live, state, error) {
      await end(live, withoutResult(live, state, error), 'system');
    },

    cancelled(live) {
      live.ending = true;
      const verdict = withoutResult(live, 'Cancelled', null);
      return stepOf(live, verdict, keyWith(verdict, SHA256_OF_NOTHING, SHA256_OF_NOTHING), undefined);
    },
    apply,
    numbered(sequence) {
      gather.add(sequence).catch((error: unknown) => log.warn('a numbering could not be stored', { error }));
    },
    async close() {
      writeAccepted();
      await gather.close();
    },
    get waiting() {
      return gather.waiting;
    },
  };
}

/** A failure always says why, and begins with one of the closed words. */
function errorOf({ outcome, error }: MessageOf<'command_result'>): string | null {
  if (outcome !== 'failed') return error;
  if (error === null || error === '') return 'interrupted: the client gave no reason';
  return failureWord(error) === undefined ? `spawn_failed: ${error}`.slice(0, 1024) : error;
}

function keyWith(verdict: Verdict, stdoutSha256: string, stderrSha256: string): string {
  const { state, exitCode, signal, error, stdoutBytes, stderrBytes } = verdict;
  return groupKey({ state, exitCode, signal, error, stdoutBytes, stderrBytes, stdoutSha256, stderrSha256 });
}

/** Of a command that ends without a result. */
function withoutResult(live: LiveCommand, state: FinalState, error: string | null): Verdict {
  return {
    state,
    executedAtMs: live.summary.executed_at_ms,
    durationMs: null,
    exitCode: null,
    signal: null,
    error,
    stdoutBytes: live.output.keptOf('stdout'),
    stderrBytes: live.output.keptOf('stderr'),
    truncated: false,
  };
}
