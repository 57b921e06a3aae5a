/**
 * Makes, releases and cancels commands. `create` is the one function that makes them (S-4): the rows, the key of the
 * request, the numbering of the clients and the audit entry are one transaction, and what is answered is on disk.
 */
import { hash } from 'node:crypto';

import { OpsError } from '@ops/protocol/errors.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';

import type { AuditEntry } from '../audit/entry.ts';
import { createAppTurns } from './app-turns.ts';
import { commandIds } from './command-id.ts';
import { appNameOf, commandTextOf, detailOf } from './command-rows.ts';
import type { NewCommand } from './command-store.ts';
import type { Actor, Commands, CommandTarget, CreateRequest, MadeCommands } from './commands.ts';
import type { Dispatch, Marked } from './dispatch.ts';
import type { Endings } from './endings.ts';
import { groupKey, SHA256_OF_NOTHING } from './group-key.ts';
import type { Idempotency } from './idempotency.ts';
import { liveCommand, waitMs, type LiveCommand } from './live-command.ts';
import { createCollector } from './output.ts';
import type { CommandParts } from './parts.ts';
import type { ClientSession } from './sessions.ts';

/** The client was not there, and nobody wanted to wait for it. */
export const OFFLINE = 'expired: the client was offline';

export interface ServiceNeeds extends CommandParts {
  readonly dispatch: Dispatch;
  readonly endings: Endings;
  readonly idempotency: Idempotency;
  /** Unfinished ones that may be at once. */
  readonly maxUnfinished: number;
}

type Service = Pick<Commands, 'create' | 'release' | 'cancel'> & {
  /** Numbers of rows go on behind this one. */
  numberFrom(lastNumber: number): void;
};

interface Drafted {
  readonly row: NewCommand;
  readonly session: ClientSession | undefined;
}

export function createService(needs: ServiceNeeds): Service {
  const { store, index, sessions, transitions, counters, clock, random } = needs;
  const { dispatch, endings, idempotency, maxUnfinished } = needs;
  const newId = commandIds(clock, random);
  const turns = createAppTurns(index);
  let lastNumber = 0;
  /** Being made, and not in the index yet. */
  let making = 0;

  function draft(
    request: CreateRequest,
    by: Actor,
    nowMs: number,
  ): (target: CommandTarget, position: number) => Drafted {
    const { work, ran, batch, heldFrom = Infinity, timeoutSecs } = request;
    const queueSecs = request.queueSecs ?? null;
    const common = {
      batch_id: batch?.id ?? null,
      kind: work.kind,
      app_name: appNameOf(work),
      command: commandTextOf(work),
      ran,
      exit_code: null,
      signal: null,
      late: false,
      cancel_requested: false,
      created_by: by.actor,
      created_at_ms: nowMs,
      executed_at_ms: null,
      duration_ms: null,
      timeout_secs: timeoutSecs,
      expires_at_ms: nowMs + waitMs(queueSecs),
      stdout_bytes: 0,
      stderr_bytes: 0,
      output_truncated: false,
    } as const;
    return ({ clientId, hostname, failed }, position) => {
      const over = failed !== undefined;
      const held = !over && position >= heldFrom;
      const session = over || held ? undefined : dispatch.reserve(clientId, queueSecs);
      const summary: CommandSummary = {
        id: newId(),
        client_id: clientId,
        hostname,
        ...common,
        state: over ? 'Failed' : 'Pending',
        error: failed ?? null,
        sent_at_ms: session ? nowMs : null,
        finished_at_ms: over ? nowMs : null,
      };
      const row = {
        number: ++lastNumber,
        position,
        summary,
        held,
        seq: session ? sessions.nextSeq(clientId) : null,
        epoch: session?.epoch ?? null,
        groupKey: over ? keyOfNeverBegun(summary) : null,
      };
      return { row, session };
    };
  }

  /** They are on disk: from here on everybody may see them, and they go out. */
  function begin(request: CreateRequest, drafted: readonly Drafted[]): void {
    const now = clock.mono();
    const waited = clock.wall();
    const marked: Marked[] = [];
    for (const { row, session } of drafted) {
      const { number, summary, held, seq, epoch } = row;
      if (summary.state !== 'Pending') continue;
      const live = liveCommand({
        number,
        work: request.work,
        queueSecs: request.queueSecs ?? null,
        summary,
        held,
        seq,
        epoch,
        carried: false,
        output: createCollector(),
        deadlineAt: held ? Infinity : now + Math.max(0, summary.expires_at_ms - waited),
      });
      index.add(live);
      if (!session) continue;
      live.marking = true;
      marked.push({ live, session });
    }
    for (const { row } of drafted) transitions.made(row.summary, row.held, row.groupKey);
    dispatch.made(marked);
  }

  async function insert(request: CreateRequest, by: Actor): Promise<MadeCommands> {
    const { targets, batch, work, idempotency: key } = request;
    if (index.size + making + targets.length > maxUnfinished) {
      counters.count('command_over_limit');
      throw new OpsError('server_busy', { reason: 'too many commands are not over yet' });
    }
    const nowMs = clock.wall();
    const drafted = targets.map(draft(request, by, nowMs));
    const answer = { commandIds: drafted.map(({ row }) => row.summary.id), batchId: batch?.id ?? null };
    const given = drafted.flatMap(({ session }) => session ?? []);
    making += targets.length;
    try {
      await store.insert({
        commands: drafted.map(({ row }) => row),
        detail: detailOf(work),
        queueSecs: request.queueSecs ?? null,
        sequences: given.map(({ clientId }) => sessions.sequence(clientId)),
        batch,
        key: key && idempotency.toStore(key, by, answer),
        alongside: request.alongside?.(answer.commandIds) ?? [],
        audit: batch ? batchEntry(request, by, nowMs) : commandEntry(request, drafted[0]!.row.summary, by),
      });
    } catch (error) {
      dispatch.giveBack(given);
      throw error;
    } finally {
      making -= targets.length;
    }
    begin(request, drafted);
    return answer;
  }

  async function endNow(
    ending: readonly LiveCommand[],
    asked: readonly LiveCommand[],
    by: Actor,
  ): Promise<void> {
    const atMs = clock.wall();
    const steps = ending.map((live) => ({ live, step: endings.cancelled(live) }));
    try {
      await store.cancel(
        asked.map(({ number }) => number),
        atMs,
        steps.map(({ step }) => step),
        [cancelEntry([...ending, ...asked], by, atMs)],
      );
    } catch (error) {
      for (const { live } of steps) live.ending = false;
      throw error;
    }
    for (const { live, step } of steps) endings.apply(live, step);
    for (const live of asked) {
      if (index.get(live.summary.id) !== live) continue;
      transitions.amend(live, { cancel_requested: true });
      dispatch.cancel(live);
    }
  }

  return {
    numberFrom(number) {
      lastNumber = number;
    },

    async create(request, by) {
      if (request.targets.length === 0) throw new OpsError('no_targets');
      if (!request.batch && request.targets.length > 1) throw new TypeError('many targets are a batch');
      return turns.take(request, async (mayAct) => {
        const known = request.idempotency && (await idempotency.known(request.idempotency, by));
        if (known) return { ...known, repeated: true };
        mayAct();
        try {
          return { ...(await insert(request, by)), repeated: false };
        } catch (cause) {
          return { ...(await idempotency.instead(request.idempotency, by, cause)), repeated: true };
        }
      });
    },

    async release(ids) {
      const held = ids
        .map((id) => index.get(id))
        .filter((live) => live !== undefined)
        .filter((live) => live.held && !live.ending && !live.marking);
      const offline = held.filter(
        ({ summary, queueSecs }) => queueSecs === null && !sessions.get(summary.client_id)?.ready,
      );
      for (const live of offline) void endings.give(live, 'Failed', OFFLINE);
      await dispatch.release(held.filter((live) => !live.ending));
    },

    async cancel(ids, by) {
      const found = [...new Set(ids)].map((id) => index.get(id));
      const open = found.filter((live) => live !== undefined).filter((live) => !live.ending);
      // What is only on its way to the client is not sent any more.
      const ending = open.filter((live) => !live.carried);
      const asked = open.filter((live) => live.carried);
      const ended = new Set(ending.map(({ summary }) => summary.id));
      const told = new Set(asked.map(({ summary }) => summary.id));
      const others = ids.filter((id) => !ended.has(id) && !told.has(id));
      const inMemory = new Set(others.filter((id) => index.get(id)));
      const newlyAsked = asked.filter(({ summary }) => !summary.cancel_requested);
      for (const live of asked) if (live.summary.cancel_requested) dispatch.cancel(live);
      if (ending.length > 0 || newlyAsked.length > 0) await endNow(ending, newlyAsked, by);
      const stored = await store.existing(others.filter((id) => !inMemory.has(id)));
      return ids.map((id) => {
        if (ended.has(id)) return 'cancelled';
        if (told.has(id)) return 'requested';
        return inMemory.has(id) || stored.has(id) ? 'over' : 'unknown';
      });
    },
  };
}

/** One line of the audit trail for many commands names them all by one hash. */
function sha256OfIds(ids: readonly string[]): string {
  return hash('sha256', ids.toSorted().join('\n'), 'hex');
}

function keyOfNeverBegun({ state, error }: CommandSummary): string {
  return groupKey({
    state,
    exitCode: null,
    signal: null,
    error,
    stdoutBytes: 0,
    stderrBytes: 0,
    stdoutSha256: SHA256_OF_NOTHING,
    stderrSha256: SHA256_OF_NOTHING,
  });
}

function commandEntry(request: CreateRequest, summary: CommandSummary, by: Actor): AuditEntry {
  const { client_id, hostname, kind, command, ran, created_at_ms: atMs, error } = summary;
  return {
    atMs,
    actor: by.actor,
    role: by.role,
    address: by.address,
    action: 'command_create',
    target: summary.id,
    detail: {
      client_id,
      hostname,
      kind,
      command,
      ran,
      timeout_secs: request.timeoutSecs,
      queue_secs: request.queueSecs,
      error: error ?? undefined,
    },
    outcome: error === null ? 'ok' : 'failed',
  };
}

function batchEntry(request: CreateRequest, by: Actor, atMs: number): AuditEntry {
  const { batch, targets, work, ran } = request;
  return {
    atMs,
    actor: by.actor,
    role: by.role,
    address: by.address,
    action: 'batch_create',
    target: batch!.id,
    detail: {
      command: commandTextOf(work),
      ran,
      selection: batch!.selection,
      targets: targets.length,
      failed: targets.filter(({ failed }) => failed !== undefined).length,
      targets_sha256: sha256OfIds(targets.map(({ clientId }) => clientId)),
      timeout_secs: request.timeoutSecs,
      queue_secs: request.queueSecs,
      rerun_of: batch!.rerunOf ?? undefined,
    },
    outcome: 'ok',
  };
}

function cancelEntry(commands: readonly LiveCommand[], by: Actor, atMs: number): AuditEntry {
  const [first] = commands;
  const one = commands.length === 1 ? first!.summary : undefined;
  return {
    atMs,
    actor: by.actor,
    role: by.role,
    address: by.address,
    action: 'command_cancel',
    target: one?.id ?? first!.summary.batch_id ?? '',
    detail: one
      ? { client_id: one.client_id, hostname: one.hostname, command: one.command }
      : {
          commands: commands.length,
          commands_sha256: sha256OfIds(commands.map(({ summary }) => summary.id)),
        },
    outcome: 'ok',
  };
}
