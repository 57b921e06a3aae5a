/**
 * What the journal knows, in memory: its entries, applied in order. Also says which entries a new segment must hold,
 * and forgets what is old enough.
 */
import { Buffer } from 'node:buffer';

import type { SpawnedProcess } from '../executor/executor.ts';
import { IDS_PER_RECORD } from './entry.ts';
import type { Entry } from './entry.ts';
import type { JournalResult, JournalStart, Known } from './journal.ts';

/** An id is remembered for this long after its result was acknowledged … */
export const REMEMBERED_MS = 7 * 24 * 3600 * 1000;
/** … and longer while it is among so many: a clock that jumped ahead must not make this host forget. */
export const MIN_REMEMBERED_IDS = 10_000;
/** Not more than so many, 12 MB of memory: what is older left the server's own time limits long ago. */
export const MAX_REMEMBERED_IDS = 100_000;

interface RunningCommand {
  readonly start: JournalStart;
  process: SpawnedProcess | undefined;
}

export interface Ledger {
  readonly lastSeq: number;
  apply(entry: Entry): void;
  known(commandId: string): Known | undefined;
  running(): readonly Readonly<RunningCommand>[];
  finished(): readonly JournalResult[];
  /** Drops ids that need not be remembered. */
  forget(nowMs: number): void;
  /** Everything, for a new segment. */
  entries(): Entry[];
}

/** The entry that says how a command ended. */
export function doneEntry(result: JournalResult, seq: number): Entry {
  return {
    k: 'done',
    id: result.commandId,
    seq,
    outcome: result.outcome,
    exit_code: result.exitCode,
    signal: result.signal,
    error: result.error,
    duration_ms: Math.max(0, Math.round(result.durationMs)),
    started_at: result.startedAtMs,
    chunks: result.chunks,
    stdout_bytes: result.stdoutBytes,
    stderr_bytes: result.stderrBytes,
    truncated: result.truncated,
    ...(result.output && {
      output: result.output.map(({ stream, bytes }) => ({ s: stream, d: bytes.toString('base64') })),
    }),
  };
}

function resultOf(entry: Entry & { k: 'done' }): JournalResult {
  return {
    commandId: entry.id,
    outcome: entry.outcome,
    exitCode: entry.exit_code,
    signal: entry.signal,
    error: entry.error,
    durationMs: entry.duration_ms,
    startedAtMs: entry.started_at,
    chunks: entry.chunks,
    stdoutBytes: entry.stdout_bytes,
    stderrBytes: entry.stderr_bytes,
    truncated: entry.truncated,
    ...(entry.output && {
      output: entry.output.map(({ s, d }) => ({ stream: s, bytes: Buffer.from(d, 'base64') })),
    }),
  };
}

export function createLedger(): Ledger {
  let lastSeq = 0;
  const running = new Map<string, RunningCommand>();
  const finished = new Map<string, { result: JournalResult; seq: number }>();
  /** Id to the time it was acknowledged, oldest first. */
  const remembered = new Map<string, number>();

  function remember(id: string, at: number): void {
    running.delete(id);
    finished.delete(id);
    remembered.delete(id);
    remembered.set(id, at);
  }

  function apply(entry: Entry): void {
    switch (entry.k) {
      case 'whole':
        running.clear();
        finished.clear();
        remembered.clear();
        lastSeq = Math.max(lastSeq, entry.last_seq);
        return;
      case 'start': {
        lastSeq = Math.max(lastSeq, entry.seq);
        const start = { commandId: entry.id, seq: entry.seq, text: entry.text, startedAtMs: entry.at };
        if (!finished.has(entry.id) && !remembered.has(entry.id))
          running.set(entry.id, { start, process: undefined });
        return;
      }
      case 'spawned': {
        const command = running.get(entry.id);
        if (command) command.process = { pid: entry.pid, startTime: entry.start_time };
        return;
      }
      case 'done':
        lastSeq = Math.max(lastSeq, entry.seq);
        running.delete(entry.id);
        if (!remembered.has(entry.id)) finished.set(entry.id, { result: resultOf(entry), seq: entry.seq });
        return;
      case 'acked':
        return remember(entry.id, entry.at);
      case 'ids':
        for (const { id, at } of entry.ids) remember(id, at);
        return;
    }
  }

  function* whole(): Generator<Entry> {
    yield { k: 'whole', last_seq: lastSeq };
    const ids = [...remembered].map(([id, at]) => ({ id, at }));
    for (let i = 0; i < ids.length; i += IDS_PER_RECORD)
      yield { k: 'ids', ids: ids.slice(i, i + IDS_PER_RECORD) };
    for (const { result, seq } of finished.values()) yield doneEntry(result, seq);
    for (const { start, process } of running.values()) {
      yield { k: 'start', id: start.commandId, seq: start.seq, text: start.text, at: start.startedAtMs };
      if (process) yield spawnedEntry(start.commandId, process);
    }
  }

  return {
    get lastSeq() {
      return lastSeq;
    },
    apply,
    known(commandId) {
      const ended = finished.get(commandId);
      if (ended) return { state: 'finished', result: ended.result };
      if (running.has(commandId)) return { state: 'running' };
      return remembered.has(commandId) ? { state: 'remembered' } : undefined;
    },
    running: () => [...running.values()],
    finished: () => [...finished.values()].map(({ result }) => result),
    forget(nowMs) {
      for (const [id, at] of remembered) {
        const spare = remembered.size > MIN_REMEMBERED_IDS && nowMs - at > REMEMBERED_MS;
        if (!spare && remembered.size <= MAX_REMEMBERED_IDS) return;
        remembered.delete(id);
      }
    },
    entries: () => [...whole()],
  };
}

export function spawnedEntry(id: string, process: SpawnedProcess): Entry {
  const { pid, startTime } = process;
  return { k: 'spawned', id, pid, ...(startTime !== undefined && { start_time: startTime }) };
}
