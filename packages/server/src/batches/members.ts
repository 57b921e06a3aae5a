/**
 * The commands of one batch in memory: how each stands, counted. One object of some 200 bytes a host, kept while a batch
 * is not over and for the finished ones that were looked at last.
 */
import { isFinal, type CommandState } from '@ops/protocol/domain/command.ts';
import type { BatchCounts } from '@ops/protocol/http/batches.ts';

import type { CommandChange } from '../commands/commands.ts';
import type { BatchStatus } from './batches.ts';

export interface Member {
  readonly commandId: string;
  readonly clientId: string;
  readonly hostname: string;
  status: BatchStatus;
  /** It was handed to a connection. */
  sent: boolean;
  cancelAsked: boolean;
  /** How far it has come; never falls. */
  progress: number;
  groupKey: string | null;
}

/** What a row, or a change, says of how far a command is. */
export interface Standing {
  readonly state: CommandState;
  readonly held: boolean;
  readonly exitCode: number | null;
  readonly sent: boolean;
  readonly cancelAsked: boolean;
  readonly late: boolean;
  readonly groupKey: string | null;
}

export function standingOf({ summary, held, groupKey }: CommandChange): Standing {
  return {
    state: summary.state,
    held,
    exitCode: summary.exit_code,
    sent: summary.sent_at_ms !== null,
    cancelAsked: summary.cancel_requested,
    late: summary.late,
    groupKey,
  };
}

const STATUS: Readonly<Record<Exclude<CommandState, 'Pending' | 'Completed'>, BatchStatus>> = {
  Executing: 'executing',
  Timeout: 'timeout',
  Failed: 'failed',
  Cancelled: 'cancelled',
};

export function statusOf({
  state,
  held,
  exitCode,
}: Pick<Standing, 'state' | 'held' | 'exitCode'>): BatchStatus {
  if (state === 'Pending') return held ? 'held' : 'pending';
  if (state === 'Completed') return exitCode === 0 ? 'succeeded' : 'nonzero';
  return STATUS[state];
}

const STEP: Readonly<Record<CommandState, number>> = {
  Pending: 0,
  Executing: 3,
  Completed: 6,
  Timeout: 6,
  Failed: 6,
  Cancelled: 6,
};

/** Can be told from a row alone, so that `version` goes on growing after a restart. */
function progressOf({ state, held, sent, cancelAsked, late }: Standing): number {
  if (isFinal(state)) return STEP[state] + (late ? 1 : 0);
  return STEP[state] + (held ? 0 : 1) + (state === 'Pending' && sent ? 1 : 0) + (cancelAsked ? 1 : 0);
}

export function memberOf(
  { commandId, clientId, hostname }: Pick<Member, 'commandId' | 'clientId' | 'hostname'>,
  standing: Standing,
): Member {
  return {
    commandId,
    clientId,
    hostname,
    status: statusOf(standing),
    sent: standing.sent,
    cancelAsked: standing.cancelAsked,
    progress: progressOf(standing),
    groupKey: standing.groupKey,
  };
}

const NO_COUNTS: BatchCounts = {
  held: 0,
  pending: 0,
  executing: 0,
  succeeded: 0,
  nonzero: 0,
  timeout: 0,
  failed: 0,
  cancelled: 0,
};

export const isOver = (status: BatchStatus): boolean =>
  status !== 'held' && status !== 'pending' && status !== 'executing';

/** Only what was sent counts: a host that was offline, or whose policy refused, got nothing and harmed nothing. */
function isFailure({ status, sent }: Pick<Member, 'status' | 'sent'>): boolean {
  return sent && (status === 'failed' || status === 'timeout' || status === 'nonzero');
}

export interface Tally {
  readonly counts: BatchCounts;
  /** Sum of how far each has come. */
  readonly progress: number;
}

/** Counts of commands that are not in memory. @param standings how many stand alike */
export function tally(standings: readonly (Standing & { readonly commands: number })[]): Tally {
  const counts = { ...NO_COUNTS };
  let progress = 0;
  for (const standing of standings) {
    counts[statusOf(standing)] += standing.commands;
    progress += standing.commands * progressOf(standing);
  }
  return { counts, progress };
}

export interface Members extends Tally {
  /** In their order. */
  readonly list: readonly Member[];
  /** Sent, and failed, timed out or ended with another exit code than 0. */
  readonly failures: number;
  readonly isOver: boolean;
  get(commandId: string): Member | undefined;
  /** @returns the member when this was news; what is older than what is known already changes nothing */
  apply(commandId: string, standing: Standing): Member | undefined;
}

export function createMembers(list: readonly Member[]): Members {
  const byId = new Map(list.map((member) => [member.commandId, member]));
  const counts = { ...NO_COUNTS };
  let failures = 0;
  let progress = 0;

  function count(member: Member, by: 1 | -1): void {
    counts[member.status] += by;
    if (isFailure(member)) failures += by;
    progress += by * member.progress;
  }

  for (const member of list) count(member, 1);
  return {
    list,
    get counts() {
      return { ...counts };
    },
    get failures() {
      return failures;
    },
    get progress() {
      return progress;
    },
    get isOver() {
      return counts.held + counts.pending + counts.executing === 0;
    },
    get: (commandId) => byId.get(commandId),
    apply(commandId, standing) {
      const member = byId.get(commandId);
      if (!member) return undefined;
      const reached = progressOf(standing);
      if (reached <= member.progress) return undefined;
      count(member, -1);
      member.status = statusOf(standing);
      member.sent ||= standing.sent;
      member.cancelAsked ||= standing.cancelAsked;
      member.groupKey = standing.groupKey;
      member.progress = reached;
      count(member, 1);
      return member;
    },
  };
}
