/**
 * Brings one rollout to its end. Everything is decided from what is on disk and from how its commands stand, one step
 * after the other, so it goes on where it was after a restart, and does nothing twice.
 *
 *   running       forward.ts: wave by wave, each held to its gate
 *   paused, held  nothing is begun; what runs goes on to its end
 *   stopping      the same, and then it is over
 *   rolling_back  backward.ts: what runs is awaited, then the hosts that were changed go back
 */
import { isFinal } from '@ops/protocol/domain/command.ts';
import type { RolloutOrder } from '@ops/protocol/domain/rollout.ts';
import { OpsError } from '@ops/protocol/errors.ts';
import type { Words } from '@ops/protocol/http/endpoint.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import type { Timer } from '@ops/runtime/clock.ts';
import { createSteps } from '@ops/runtime/in-turn.ts';

import type { AuditEntry } from '../audit/entry.ts';
import type { Actor, Commands } from '../commands/commands.ts';
import { createBackward } from './backward.ts';
import { createBeginner, type BeginNeeds } from './begin.ts';
import { FOUND } from './findings.ts';
import { createForward } from './forward.ts';
import { failed, type Hand } from './hand.ts';
import { ended, ordered, unwatched, type Move } from './moves.ts';
import { stepsOf } from './plan.ts';
import { isFinished, isMoving, mayOrder, type Host, type HostStep, type Progress } from './record.ts';
import type { RolloutStore } from './rollout-store.ts';
import type { SoakFleet } from './soak.ts';

/** Until what could not be done is tried again. */
export const RETRY_MS = 1000;

export interface RunnerNeeds extends Omit<BeginNeeds, 'store' | 'recall'> {
  readonly store: Pick<RolloutStore, 'save' | 'stepStatements' | 'step'>;
  readonly commands: Pick<Commands, 'summary'>;
  readonly fleet: SoakFleet;
  readonly onChange: () => void;
  readonly onFinished: () => void;
}

export interface Runner {
  /** Finds out how the commands stand that were made before, and goes on. */
  load(): Promise<void>;
  /** There may be something to do. */
  wake(): void;
  /** A command that is followed changed. */
  heard(summary: CommandSummary): void;
  /** A client told of its applications. */
  seen(clientId: string): void;
  /** @throws OpsError `rollout_state`, `storage_unavailable` */
  order(order: RolloutOrder, by: Actor): Promise<void>;
  /** Takes no more steps. Resolves when the one under way is done. */
  close(): Promise<void>;
}

const SYSTEM: Actor = { actor: 'system', role: '', address: '' };
const NOT_BACK = { state: 'rollback_failed' } as const;

export function createRunner(needs: RunnerNeeds): Runner {
  const { record, store, commands, fleet, mayReturn, follow, clock, log, onChange, onFinished } = needs;
  const { facts, hosts } = record;
  const beginner = createBeginner({ ...needs, recall });
  const steps = createSteps(tryStep);
  const { wake, inTurn } = steps;
  const hand: Hand = {
    record,
    fleet,
    clock,
    mayReturn,
    save: (move) => save(move),
    beginAll: (list, back) =>
      begin(list, (host) => ({
        attempt: back ? record.progress.attempt : 0,
        step: 0,
        back: back?.get(host),
      })),
    wake,
    later,
  };
  const forward = createForward(hand);
  const goBack = createBackward(hand, commands);
  let retry: Timer | undefined;
  /** How commands of hosts that move have ended; null: it is not kept any more. */
  const over = new Map<string, CommandSummary | null>();

  function later(): void {
    retry ??= clock.after(RETRY_MS, () => {
      retry = undefined;
      wake();
    });
  }

  async function recall(commandId: string): Promise<void> {
    const summary = await commands.summary(commandId);
    if (!summary || isFinal(summary.state)) over.set(commandId, summary ?? null);
  }

  async function tryStep(): Promise<void> {
    try {
      await step();
    } catch (error) {
      log.warn('a rollout could not go on; trying again', { rollout: facts.id, error });
      later();
    }
  }

  /** It stands so from now on: on disk first. */
  async function save(
    move: Omit<Move, 'action'> & { readonly action?: string | undefined },
    by = SYSTEM,
  ): Promise<void> {
    const { progress, hosts: changed, action } = move;
    const audit = action === undefined ? [] : [auditOf(action, progress, by)];
    await store.save(record, { progress, hosts: changed, revision: record.revision + 1 }, audit);
    record.revision++;
    record.progress = progress;
    for (const host of changed) hosts[host.position] = host;
    if (progress.waves[progress.wave]?.state !== 'soaking' || progress.state !== 'running') forward.stop();
    if (isFinished(progress.state)) onFinished();
    else onChange();
  }

  function auditOf(action: string, progress: Progress, by: Actor): AuditEntry {
    const { change, appName } = facts;
    return {
      ...by,
      atMs: clock.wall(),
      action,
      target: facts.id,
      detail: {
        app_name: appName,
        ...(change.kind === 'version' ? { version: change.version } : { action: change.action }),
        state: progress.state,
        wave: progress.wave,
        failures: progress.failures,
      },
      outcome: 'ok',
    };
  }

  async function step(): Promise<void> {
    if (isFinished(record.progress.state)) return;
    await settle();
    const { state } = record.progress;
    if (state === 'running') await forward.step();
    else if (state === 'rolling_back') await goBack();
    else if (state === 'stopping' && !hosts.some(isMoving)) await save(ended(record, clock.wall()));
  }

  /** What has ended on hosts that move: the next step of each, or what became of it. */
  async function settle(): Promise<void> {
    const done: Host[] = [];
    const next: Host[] = [];
    for (const host of hosts.filter(isMoving)) {
      const last = host.steps.at(-1)!;
      const summary = over.get(last.commandId);
      if (summary === undefined) continue;
      if (summary === null || summary.state !== 'Completed' || summary.exit_code !== 0) {
        done.push(failed(host, 'command', summary === null ? FOUND.notKept : endOf(summary)));
      } else if (last.step + 1 < stepsOf(facts.appName, facts.change).length && !isInterrupted(host)) {
        next.push(host);
      } else {
        done.push({ ...host, state: host.state === 'changing' ? 'changed' : 'rolled_back' });
      }
    }
    const more = await begin(next, (host) => {
      const { attempt, step: number } = host.steps.at(-1)!;
      return { attempt, step: number + 1, back: attempt > 0 ? (host.versionBefore ?? undefined) : undefined };
    });
    const changed = [...done, ...more];
    if (changed.length === 0) return;
    const failures = changed.filter(({ state }) => state === 'failed').length;
    const { progress } = record;
    await save({ progress: { ...progress, failures: progress.failures + failures }, hosts: changed });
    for (const host of changed) for (const { commandId } of host.steps) over.delete(commandId);
  }

  /** It goes back at once, without the steps that are left. */
  const isInterrupted = ({ state }: Host): boolean =>
    state === 'changing' && record.progress.state === 'rolling_back';

  /** @returns those that failed instead, which are not on disk; the others are */
  async function begin(
    list: readonly Host[],
    stepOf: (host: Host) => Omit<HostStep, 'commandId'> & { readonly back: string | undefined },
  ): Promise<readonly Host[]> {
    const failures: Host[] = [];
    const one = async (host: Host): Promise<void> => {
      const { attempt, step: number, back } = stepOf(host);
      const work = stepsOf(facts.appName, facts.change, back)[number]!;
      const by = attempt === 0 ? facts.createdBy : (record.progress.changedBy ?? facts.createdBy);
      const begun = await beginner.begin(host, { attempt, step: number }, work, by);
      if (begun.kind === 'begun') hosts[host.position] = begun.host;
      else if (begun.kind === 'later') later();
      else failures.push({ ...failed(host, begun.reason, begun.detail), ...(attempt > 0 && NOT_BACK) });
    };
    await Promise.all(list.map(one));
    if (list.length > failures.length) onChange();
    return failures;
  }

  return {
    async load() {
      // What was watched before nobody has seen to its end.
      record.progress = unwatched(record.progress);
      const commandIds = hosts.filter(isMoving).map((host) => host.steps.at(-1)!.commandId);
      for (const commandId of commandIds) follow(commandId);
      for (const commandId of commandIds) await recall(commandId);
      wake();
    },
    wake,
    heard(summary) {
      if (!isFinal(summary.state)) return;
      over.set(summary.id, summary);
      wake();
    },
    seen(clientId) {
      forward.seen(clientId);
    },
    order: (order, by) =>
      inTurn(async () => {
        if (steps.isClosed || !mayOrder(facts, record.progress.state, order))
          throw new OpsError('rollout_state');
        await save(ordered(record, order, by.actor, clock.wall()), by);
        wake();
      }),
    async close() {
      retry?.cancel();
      forward.stop();
      await steps.close();
    },
  };
}

/** Why a command did not do what was asked, in a sentence. */
function endOf({ state, exit_code: exitCode, error }: CommandSummary): Words {
  // In the host's own words, whatever their language.
  if (error !== null) return { en: error, zh: error };
  return exitCode === null ? FOUND.endedAs(state) : FOUND.exitCode(exitCode);
}
