/**
 * Brings one rollout to its end. Everything is decided from what is on disk and from how its commands stand, one step
 * after the other, so it goes on where it was after a restart, and does nothing twice.
 *
 *   running       hosts of the wave are begun, as many as may be at once; when all have ended their steps the wave is
 *                 watched (soak.ts), and when it passes the next one begins
 *   paused, held  nothing is begun; what runs goes on to its end
 *   stopping      the same, and then it is over
 *   rolling_back  what runs is awaited, then the hosts that were changed go back, the last wave first
 */
import { isFinal } from '@ops/protocol/domain/command.ts';
import type { RolloutOrder } from '@ops/protocol/domain/rollout.ts';
import { OpsError } from '@ops/protocol/errors.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import type { Timer } from '@ops/runtime/clock.ts';

import type { AuditEntry } from '../audit/entry.ts';
import type { Actor, Commands } from '../commands/commands.ts';
import { createBeginner, type BeginNeeds } from './begin.ts';
import { watchMs } from './gate.ts';
import { ended, ordered, passed, tripped, unwatched, withWave, type Move } from './moves.ts';
import { stepsOf } from './plan.ts';
import { isFinished, isMoving, mayOrder, type Host, type Progress } from './record.ts';
import type { RolloutStore } from './rollout-store.ts';
import { createSoak, type Soak, type SoakFleet } from './soak.ts';
import { goingBack, wayBack } from './way-back.ts';

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
  /** A client came or went, or told of its applications. */
  seen(clientId: string): void;
  /** @throws OpsError `rollout_state`, `storage_unavailable` */
  order(order: RolloutOrder, by: Actor): Promise<void>;
  /** Takes no more steps. Resolves when the one under way is done. */
  close(): Promise<void>;
}

const SYSTEM: Actor = { actor: 'system', role: '', address: '' };

export function createRunner(needs: RunnerNeeds): Runner {
  const { record, store, commands, fleet, mayReturn, follow, clock, log, onChange, onFinished } = needs;
  const { facts, hosts } = record;
  const beginner = createBeginner({ ...needs, recall });
  /** Steps taken one after the other. */
  let tail: Promise<unknown> = Promise.resolve();
  let isWoken = false;
  let isClosed = false;
  let retry: Timer | undefined;
  let soak: Soak | undefined;
  /** How commands of hosts that move have ended; null: it is not kept any more. */
  const over = new Map<string, CommandSummary | null>();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = tail.then(work);
    tail = done.catch(() => {});
    return done;
  }

  function wake(): void {
    if (isWoken || isClosed) return;
    isWoken = true;
    void inTurn(async () => {
      isWoken = false;
      if (!isClosed) await tryStep();
    });
  }

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
    if (progress.waves[progress.wave]?.state !== 'soaking' || progress.state !== 'running') endSoak();
    if (isFinished(progress.state)) onFinished();
    onChange();
  }

  function endSoak(): void {
    soak?.stop();
    soak = undefined;
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
    if (state === 'running') await goForward();
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
        done.push(
          failed(host, 'command', summary === null ? 'its command is not kept any more' : endOf(summary)),
        );
      } else if (last.step + 1 < stepsOf(facts.appName, facts.change).length && !isInterrupted(host)) {
        next.push(host);
      } else {
        done.push({ ...host, state: host.state === 'changing' ? 'changed' : 'rolled_back' });
      }
    }
    const more = await beginAll(next, (host) => host.steps.at(-1)!.step + 1);
    if (done.length + more.length > 0) await saveHosts([...done, ...more]);
    for (const { steps } of [...done, ...more]) for (const { commandId } of steps) over.delete(commandId);
  }

  /** It goes back at once, without the steps that are left. */
  const isInterrupted = ({ state }: Host): boolean =>
    state === 'changing' && record.progress.state === 'rolling_back';

  async function saveHosts(changed: readonly Host[], progress = record.progress): Promise<void> {
    const failures = changed.filter(({ state }) => state === 'failed').length;
    await save({ progress: { ...progress, failures: progress.failures + failures }, hosts: changed });
  }

  /**
   * Begins a step of each of these, all at once. Those that began are on disk.
   * @returns those that failed instead, which are not
   */
  async function beginAll(
    list: readonly Host[],
    stepOf: (host: Host) => number,
    versionBack?: (host: Host) => string,
  ): Promise<readonly Host[]> {
    const { attempt, changedBy } = record.progress;
    const failures: Host[] = [];
    await Promise.all(
      list.map(async (host) => {
        const isBack = host.state === 'rolling_back' || versionBack !== undefined;
        const works = stepsOf(
          facts.appName,
          facts.change,
          isBack ? (versionBack?.(host) ?? host.versionBefore ?? undefined) : undefined,
        );
        const number = stepOf(host);
        const by = isBack ? (changedBy ?? facts.createdBy) : facts.createdBy;
        const place = { attempt: isBack ? attempt : 0, step: number };
        const begun = await beginner.begin(host, place, works[number]!, by);
        if (begun.kind === 'begun') hosts[host.position] = begun.host;
        else if (begun.kind === 'later') later();
        else failures.push(failed(host, begun.reason, begun.detail));
      }),
    );
    if (list.length > failures.length) onChange();
    return failures;
  }

  const moving = (): number => hosts.reduce((sum, host) => sum + (isMoving(host) ? 1 : 0), 0);

  async function goForward(): Promise<void> {
    const { progress } = record;
    if (progress.failures > facts.maxFailures) {
      if (moving() === 0) await save(tripped(record, progress, clock.wall()));
      return wakeIf(moving() === 0);
    }
    switch (progress.waves[progress.wave]!.state) {
      case 'waiting':
        await save({
          progress: withWave(progress, { state: 'changing', startedAtMs: clock.wall() }),
          hosts: [],
        });
        return wake();
      case 'passed':
        await save(passed(progress, [], clock.wall()));
        return wake();
      case 'soaking':
        return soak ? watch(soak) : save({ progress: unwatched(progress), hosts: [] }).then(wake);
      case 'changing':
      case 'failed':
        return changeHosts();
    }
  }

  const wakeIf = (should: boolean): void => (should ? wake() : undefined);

  async function changeHosts(): Promise<void> {
    const { progress } = record;
    const inWave = hosts.filter(({ wave }) => wave === progress.wave);
    const waiting = inWave.filter(({ state }) => state === 'waiting');
    if (waiting.length > 0) {
      const failures = await beginAll(waiting.slice(0, Math.max(0, facts.concurrency - moving())), () => 0);
      if (failures.length > 0) await saveHosts(failures);
      return wakeIf(failures.length > 0);
    }
    if (inWave.some(isMoving)) return;
    const changed = inWave.filter(({ state }) => state === 'changed');
    if (changed.length === 0 || watchMs(facts.gate) === 0) {
      const healthy = changed.map((host) => ({ ...host, state: 'healthy' as const }));
      await save({ ...passed(progress, [], clock.wall()), hosts: healthy });
      return wake();
    }
    const isAway = changed.some(({ clientId }) => fleet.appsOf(clientId)?.status === 'offline');
    if (isAway && mayReturn()) return later();
    await save({
      progress: withWave(progress, { state: 'soaking', soakStartedAtMs: clock.wall() }),
      hosts: [],
    });
    soak = createSoak({
      appName: facts.appName,
      gate: facts.gate,
      hosts: changed,
      unchanged: hosts.filter(({ state }) => state === 'waiting').map(({ clientId }) => clientId),
      fleet,
      clock,
      onNews: wake,
    });
  }

  /** The wave is being watched, or was until now. */
  async function watch(watched: Soak): Promise<void> {
    const { isOver, readings } = watched;
    const breaches = watched.takeBreaches();
    const done: Host[] = [];
    for (const host of hosts) {
      if (host.wave !== record.progress.wave || host.state !== 'changed') continue;
      const breach = breaches.get(host.position) ?? (isOver ? watched.verdict(host) : undefined);
      if (breach) done.push(failed(host, breach.reason, breach.detail));
      else if (isOver) done.push({ ...host, state: 'healthy' });
    }
    if (done.length === 0 && !isOver && readings.length === 0) return;
    const failures = record.progress.failures + done.filter(({ state }) => state === 'failed').length;
    const progress = withWave({ ...record.progress, failures }, { readings });
    const after = [...hosts];
    for (const host of done) after[host.position] = host;
    const standing = { facts, hosts: after, progress };
    const move =
      failures > facts.maxFailures
        ? tripped(standing, progress, clock.wall())
        : isOver
          ? passed(progress, readings, clock.wall())
          : { progress, hosts: [], action: undefined };
    const changed = new Map([...done, ...move.hosts].map((host) => [host.position, host]));
    await save({ ...move, hosts: [...changed.values()] });
    return wakeIf(isOver || failures > facts.maxFailures);
  }

  async function goBack(): Promise<void> {
    if (hosts.some(({ state }) => state === 'changing')) return;
    const turn = goingBack(hosts);
    if (turn.length === 0) {
      if (moving() === 0) await save(ended(record, clock.wall()));
      return;
    }
    const done: Host[] = [];
    const ready = new Map<Host, string>();
    for (const host of turn.slice(0, Math.max(0, facts.concurrency - moving()))) {
      const way = await wayOf(host);
      if (way.kind === 'go') ready.set(host, way.version);
      else if (way.kind === 'there')
        done.push({ ...host, state: 'rolled_back', reason: null, detail: way.detail });
      else done.push({ ...host, state: 'rollback_failed', reason: null, detail: way.detail });
    }
    const failures = await beginAll(
      [...ready.keys()],
      () => 0,
      (host) => ready.get(host)!,
    );
    const changed = [...done, ...failures.map((host) => ({ ...host, state: 'rollback_failed' as const }))];
    if (changed.length > 0) await save({ progress: record.progress, hosts: changed });
    return wakeIf(changed.length > 0);
  }

  async function wayOf(host: Host) {
    const shown = fleet.appsOf(host.clientId)?.apps.find(({ name }) => name === facts.appName)?.version;
    const update = await commands.summary(host.steps[0]!.commandId);
    const { change: what } = facts;
    return wayBack(host, what.kind === 'version' ? what.version : '', shown, update);
  }

  return {
    async load() {
      const commandIds = hosts.filter(isMoving).map(({ steps }) => steps.at(-1)!.commandId);
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
      soak?.seen(clientId);
    },
    order: (order, by) =>
      inTurn(async () => {
        if (isClosed || !mayOrder(facts, record.progress.state, order)) throw new OpsError('rollout_state');
        await save(ordered(record, order, by.actor, clock.wall()), by);
        wake();
      }),
    async close() {
      isClosed = true;
      retry?.cancel();
      endSoak();
      await tail;
    },
  };
}

/** Why a command did not do what was asked, in a sentence. */
function endOf({ state, exit_code: exitCode, error }: CommandSummary): string {
  if (error !== null) return error;
  return exitCode === null ? `its command ended as ${state}` : `its command ended with exit code ${exitCode}`;
}

function failed(host: Host, reason: Host['reason'], detail: string): Host {
  const state = host.state === 'rolling_back' ? 'rollback_failed' : 'failed';
  return { ...host, state, reason, detail: detail.slice(0, 512) };
}
