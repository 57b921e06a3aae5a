/**
 * Whether an application runs, from facts: what its directory says and what the system shows. Pure.
 *
 *   pid file │ process                                  │ status
 *   ─────────┼──────────────────────────────────────────┼─────────────────────────────────
 *   none     │                                          │ Stopped
 *   bad      │                                          │ Unknown
 *   a number │ none                                     │ Stopped, stale_pid
 *            │ ended, not waited for                    │ Stopped, zombie
 *            │ another app's, or younger than the file  │ Stopped, foreign_pid
 *            │ much older than the file                 │ Unknown, foreign_pid
 *            │ hidden by the system                     │ Unknown, unreadable
 *            │ else                                     │ Running, not_restarted if older than VERSION
 */
import type { AppInfo, AppNote } from '@ops/protocol/domain/app.ts';

import type { AppFacts } from './app-files.ts';
import type { ProcessLook } from './pid.ts';

/** Between a process's start as /proc counts it and a file's time as the disk has it. */
export const CLOCK_SLACK_MS = 2_000;
/** A service may take so long from its start until its pid file is written. */
export const MAX_START_MS = 60_000;

interface Judgement {
  readonly status: AppInfo['service_status'];
  readonly note?: AppNote;
  readonly reason?: string;
  readonly process?: { readonly pid: number; readonly startedAtMs: number };
}

function judgeProcess(facts: AppFacts, pid: number, writtenAtMs: number, look: ProcessLook): Judgement {
  const its = `the pid file names process ${pid}`;
  switch (look.kind) {
    case 'hidden':
      return { status: 'Unknown', note: 'unreadable', reason: `${its}, and this system does not show it` };
    case 'gone':
      return { status: 'Stopped', note: 'stale_pid', reason: `${its}, which does not exist` };
    case 'zombie':
      return {
        status: 'Stopped',
        note: 'zombie',
        reason: `${its}, which has ended and was not waited for by its parent`,
      };
    case 'alive':
  }
  const { startedAtMs, appName } = look;
  if (appName !== undefined && appName !== facts.name)
    return { status: 'Stopped', note: 'foreign_pid', reason: `${its}, which belongs to another application` };
  if (appName === undefined && startedAtMs > writtenAtMs + CLOCK_SLACK_MS) {
    const reason = `${its}, which started after that file was written: the number was given to another program`;
    return { status: 'Stopped', note: 'foreign_pid', reason };
  }
  if (appName === undefined && startedAtMs < writtenAtMs - MAX_START_MS) {
    const reason = `${its}, which had run long before that file was written: it may be another program`;
    return { status: 'Unknown', note: 'foreign_pid', reason };
  }
  const process = { pid, startedAtMs };
  if (facts.versionAtMs !== undefined && startedAtMs < facts.versionAtMs - CLOCK_SLACK_MS) {
    const reason = `process ${pid} is older than VERSION: updated, not restarted`;
    return { status: 'Running', note: 'not_restarted', reason, process };
  }
  return { status: 'Running', process };
}

function judge(facts: AppFacts, look: ProcessLook | undefined): Judgement {
  const { pidFile } = facts;
  if (pidFile.kind === 'none') return { status: 'Stopped' };
  if (pidFile.kind === 'bad') return { status: 'Unknown', note: 'unreadable', reason: pidFile.problem };
  return judgeProcess(facts, pidFile.pid, pidFile.writtenAtMs, look ?? { kind: 'hidden' });
}

export interface Circumstances {
  /** Of the process its pid file names. */
  readonly look: ProcessLook | undefined;
  /** What makes everything in the base directory unsafe, as a sentence. */
  readonly baseUnsafe: string | undefined;
  /** This host refuses every action. */
  readonly readonly: boolean;
}

/** Longest `status_reason`. */
const MAX_REASON = 512;

const inTwoDigits = (value: number): string => String(value).padStart(2, '0');

/** `YYYY-MM-DD HH:MM:SS` in local time. */
export function localTime(ms: number): string {
  const at = new Date(ms);
  const year = String(at.getFullYear()).padStart(4, '0');
  const day = [at.getMonth() + 1, at.getDate()].map(inTwoDigits).join('-');
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(inTwoDigits).join(':');
  return `${year}-${day} ${time}`.slice(0, 19);
}

export function appInfoOf(facts: AppFacts, { look, baseUnsafe, readonly }: Circumstances): AppInfo {
  const { status, note, reason, process } = judge(facts, look);
  const { version, branch, commit, versionAtMs, hasScript, unreadable } = facts;
  const unsafe = baseUnsafe ?? facts.unsafe;
  const notes = new Set<AppNote>();
  if (note) notes.add(note);
  if (unsafe !== undefined) notes.add('unsafe');
  if (unreadable !== undefined) notes.add('unreadable');
  const reasons = new Set([reason, unsafe, unreadable].filter((each) => each !== undefined));
  return {
    name: facts.name,
    ...(version !== undefined && { version }),
    ...(versionAtMs !== undefined && { deploy_time: localTime(versionAtMs) }),
    ...(branch !== undefined && { branch }),
    ...(commit !== undefined && { commit }),
    service_status: status,
    ...(reasons.size > 0 && { status_reason: [...reasons].join('; ').slice(0, MAX_REASON) }),
    ...(notes.size > 0 && { notes: [...notes] }),
    ...(process && { pid: process.pid, started_at_ms: process.startedAtMs }),
    has_script: hasScript,
    actions: hasScript && unsafe === undefined && !readonly,
  };
}
