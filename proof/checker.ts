/**
 * Judges the history of a run by nine rules, in one pass and without looking at anything but the history. The rules
 * that need everything (how often a command was executed, how it stands at the end) are decided behind the last event.
 *
 *   1  no command was executed twice
 *   2  what was acknowledged is never unknown again
 *   3  what was refused was not executed; what was executed has a row
 *   4  a state moves along the drawing of protocol/domain/command.ts, and a final one stays
 *   5  Completed: executed once, output as it was printed; rejected, expired, spawn_failed: never; nothing final lives on
 *   6  whoever reads twice never sees an earlier state
 *   7  the audit chain verifies, and an entry that is older made each command that was executed
 *   8  interrupted only what was under way at a fault
 *   9  after the healing everything is final, everybody is online, nothing waits, memory is as before
 */
import { failureWord, isFinal, mayFollow } from '@ops/protocol/domain/command.ts';
import type { CommandState } from '@ops/protocol/domain/command.ts';

import type { HistoryEvent, RowValue, SeenValue } from './history.ts';

export interface Violation {
  readonly rule: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  readonly id: string;
  readonly text: string;
}

interface Seen {
  readonly state: CommandState;
  readonly error: string | null;
  readonly late: boolean;
}

interface Tracked {
  executions: number;
  /** Acknowledged to whoever sent it. */
  acknowledged: boolean;
  alive: number;
  /** The newest state anybody has read. */
  seen: Seen | undefined;
  /** Faults that were over before it was sent. */
  faultsBefore: number;
  /** Some read of it said interrupted, when so many faults had begun. */
  interruptedAfter: number | undefined;
  row: RowValue | undefined;
}

/** More than this of the memory before the run, after it, is a leak. */
const MAX_RSS_RATIO = 1.1;
const NEVER_RAN = new Set(['rejected', 'expired', 'spawn_failed']);

export function checkHistory(events: Iterable<HistoryEvent>): Violation[] {
  const violations: Violation[] = [];
  const commands = new Map<string, Tracked>();
  const refusedMarks = new Set<string>();
  const faultsBeforeMark = new Map<string, number>();
  /** Of each process: what was known of the command it asks for, when it asked. */
  const asked = new Map<string, { readonly any: Seen | undefined; readonly own: Seen | undefined }>();
  /** What each process has read itself. */
  const readBy = new Map<string, Seen>();
  const auditedAt = new Map<string, number>();
  let faultsBegun = 0;
  let faultsOver = 0;

  const say = (rule: Violation['rule'], id: string, text: string): void =>
    void violations.push({ rule, id, text });

  const tracked = (id: string): Tracked => {
    let entry = commands.get(id);
    if (!entry) {
      entry = {
        executions: 0,
        acknowledged: false,
        alive: 0,
        seen: undefined,
        faultsBefore: faultsOver,
        interruptedAfter: undefined,
        row: undefined,
      };
      commands.set(id, entry);
    }
    return entry;
  };

  const read = (id: string, now: Seen): void => {
    const entry = tracked(id);
    if (failureWord(now.error) === 'interrupted') entry.interruptedAfter ??= faultsBegun;
    if (!entry.seen || isAfter(entry.seen, now)) entry.seen = now;
  };

  function polled(event: Extract<HistoryEvent, { f: 'poll' }>): void {
    const { id, proc, type, value } = event;
    const key = `${proc} ${id}`;
    if (type === 'invoke') {
      asked.set(key, { any: commands.get(id)?.seen, own: readBy.get(key) });
      return;
    }
    const before = asked.get(key);
    asked.delete(key);
    if (type === 'fail') {
      if (value.code === 'command_not_found' && tracked(id).acknowledged)
        say(2, id, 'it was acknowledged, and is unknown now');
      return;
    }
    const now = seenOf(value);
    if (type !== 'ok' || !now) return;
    if (before?.own && !sameOrLater(before.own, now)) say(6, id, told(proc, before.own, now));
    else if (before?.any && !sameOrLater(before.any, now)) say(4, id, told('the history', before.any, now));
    read(id, now);
    readBy.set(key, now);
  }

  for (const event of events) {
    const { id, type } = event;
    switch (event.f) {
      case 'send':
      case 'batch':
        if (type === 'invoke') faultsBeforeMark.set(event.value.mark, faultsOver);
        else if (type === 'fail') refusedMarks.add(event.value.mark);
        else if (type === 'ok') {
          const entry = tracked(id);
          entry.acknowledged = true;
          entry.faultsBefore = faultsBeforeMark.get(event.value.mark) ?? entry.faultsBefore;
        }
        break;
      case 'poll':
        polled(event);
        break;
      case 'fault':
        if (type === 'invoke') faultsBegun++;
        else faultsOver++;
        break;
      case 'execution':
        tracked(id).executions++;
        break;
      case 'alive':
        tracked(id).alive++;
        break;
      case 'row': {
        const entry = tracked(id);
        const { state, error, late, mark } = event.value;
        if (entry.seen && !sameOrLater(entry.seen, { state, error, late }))
          say(4, id, told('the history', entry.seen, { state, error, late }));
        entry.row = event.value;
        if (!entry.acknowledged) entry.faultsBefore = faultsBeforeMark.get(mark) ?? 0;
        read(id, { state, error, late });
        break;
      }
      case 'audit':
        auditedAt.set(id, Math.min(event.value.atMs, auditedAt.get(id) ?? Infinity));
        break;
      case 'chain':
        if (!event.value.ok) say(7, id, `the audit chain does not verify: ${event.value.reason}`);
        break;
      case 'after-heal':
        for (const text of unhealed(event.value)) say(9, id, text);
        break;
      case 'cancel':
      case 'login':
    }
  }

  for (const [id, entry] of commands) {
    const { executions, row } = entry;
    if (executions > 1) say(1, id, `executed ${executions} times`);
    if (entry.acknowledged && !row) say(2, id, 'it was acknowledged, and has no row');
    if (executions > 0 && !row) say(3, id, 'executed, but there is no row');
    if (!row) continue;
    if (executions > 0 && refusedMarks.has(row.mark))
      say(3, id, 'the request was refused, and it was executed');
    for (const text of endings(entry, row)) say(5, id, text);
    if (executions > 0) {
      const at = auditedAt.get(id) ?? (row.batchId === null ? undefined : auditedAt.get(row.batchId));
      if (at === undefined) say(7, id, 'executed without an audit entry');
      else if (row.executedAtMs !== null && at > row.executedAtMs)
        say(7, id, 'its audit entry is younger than its execution');
    }
    const { interruptedAfter, faultsBefore } = entry;
    if (interruptedAfter !== undefined && interruptedAfter <= faultsBefore)
      say(8, id, 'interrupted although no fault came between');
    if (!isFinal(row.state)) say(9, id, `${row.state} at the end`);
  }
  return violations;
}

function seenOf({ state, error, late }: SeenValue): Seen | undefined {
  return state && { state, error: error ?? null, late: late ?? false };
}

/** Whether `to` may be read at or after a moment at which the command was `from`. */
function sameOrLater(from: Seen, to: Seen): boolean {
  if (from.state === to.state && failureWord(from.error) === failureWord(to.error))
    return from.late <= to.late;
  return isAfter(from, to);
}

function isAfter(from: Seen, to: Seen): boolean {
  // Evidence that replaces `interrupted` marks the command as late.
  return mayFollow(from.state, from.error, to.state, to.late && !from.late);
}

function told(who: string, from: Seen, to: Seen): string {
  const name = ({ state, error, late }: Seen): string =>
    [state, ...(error === null ? [] : [`(${error})`]), ...(late ? ['late'] : [])].join(' ');
  return `${who} read ${name(from)}, then ${name(to)}`;
}

function* endings({ executions, alive }: Tracked, row: RowValue): Generator<string> {
  const word = failureWord(row.error);
  if (row.state === 'Completed' && executions === 0) yield 'Completed, but it was never executed';
  if (row.state === 'Completed' && row.expectedSha !== null && row.outputSha !== row.expectedSha)
    yield 'its stored output is not what it printed';
  if (row.state === 'Failed' && word !== undefined && NEVER_RAN.has(word) && executions > 0)
    yield `${word}, but it was executed`;
  if (isFinal(row.state) && alive > 0) yield `${row.state}, but ${alive} of its processes live`;
}

function* unhealed(value: Extract<HistoryEvent, { f: 'after-heal' }>['value']): Generator<string> {
  if (value.nonFinal > 0) yield `${value.nonFinal} commands are not final`;
  if (value.online < value.clients) yield `${value.online} of ${value.clients} clients are online`;
  if (value.queued > 0) yield `${value.queued} frames or results still wait`;
  if (value.rssRatio > MAX_RSS_RATIO)
    yield `the server takes ${value.rssRatio.toFixed(2)} times the memory it took before`;
}
