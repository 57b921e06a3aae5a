/**
 * A rollout that runs: hosts of the wave are begun, as many as may be at once; when all have ended their steps the wave is
 * watched, and when it passes the next one begins. Too many failures, and nothing more is begun; what runs is awaited.
 *
 *   waiting ──► changing ──no host left to change──► soaking ──gate──► passed ──► the next wave, or over
 *                  ▲                                    └─► failed ──► held | rolling_back
 *                  └── resumed, or the server was started ─────────────┘
 */
import { watchMs } from './gate.ts';
import { failed, movingHosts, room, type Hand } from './hand.ts';
import { passed, tripped, withWave } from './moves.ts';
import { isMoving, type Host } from './record.ts';
import { createSoak, type Soak } from './soak.ts';

export interface Forward {
  /** One step; `hand.wake` when there is another one. */
  step(): Promise<void>;
  /** A client told of its applications. */
  seen(clientId: string): void;
  /** Watches no more. */
  stop(): void;
}

export function createForward(hand: Hand): Forward {
  const { record, fleet, clock, mayReturn, save, beginAll, wake, later } = hand;
  const { facts, hosts } = record;
  let soak: Soak | undefined;

  async function change(): Promise<void> {
    const { progress } = record;
    const inWave = hosts.filter(({ wave }) => wave === progress.wave);
    const waiting = inWave.filter(({ state }) => state === 'waiting');
    if (waiting.length > 0) {
      const failures = await beginAll(waiting.slice(0, room(record)));
      if (failures.length === 0) return;
      const count = progress.failures + failures.length;
      await save({ progress: { ...record.progress, failures: count }, hosts: failures });
      return wake();
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
    await begin(changed);
  }

  async function begin(changed: readonly Host[]): Promise<void> {
    const soaking = { state: 'soaking', soakStartedAtMs: clock.wall() } as const;
    await save({ progress: withWave(record.progress, soaking), hosts: [] });
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

  /** What was seen since the last time, and at the end what comes of it. */
  async function watch(watched: Soak): Promise<void> {
    const { isOver, readings } = watched;
    const breaches = watched.takeBreaches();
    const after = [...hosts];
    const done: Host[] = [];
    for (const host of hosts) {
      if (host.wave !== record.progress.wave || host.state !== 'changed') continue;
      const breach = breaches.get(host.position) ?? (isOver ? watched.verdict(host) : undefined);
      if (!breach && !isOver) continue;
      const ended = breach
        ? failed(host, breach.reason, breach.detail)
        : ({ ...host, state: 'healthy' } as const);
      done.push(ended);
      after[host.position] = ended;
    }
    if (done.length === 0 && !isOver && readings.length === 0) return;
    const failures = record.progress.failures + done.filter(({ state }) => state === 'failed').length;
    const progress = withWave({ ...record.progress, failures }, { readings });
    const hasTripped = failures > facts.maxFailures;
    const move = hasTripped
      ? tripped({ facts, hosts: after, progress }, progress, clock.wall())
      : isOver
        ? passed(progress, readings, clock.wall())
        : { progress, hosts: [], action: undefined };
    const changed = new Map([...done, ...move.hosts].map((host) => [host.position, host]));
    await save({ ...move, hosts: [...changed.values()] });
    if (isOver || hasTripped) wake();
  }

  return {
    async step() {
      const { progress } = record;
      const wave = progress.waves[progress.wave]!;
      if (progress.failures > facts.maxFailures) {
        if (movingHosts(record) > 0) return;
        await save(tripped(record, progress, clock.wall()));
      } else if (wave.state === 'waiting') {
        const changing = { state: 'changing', startedAtMs: clock.wall() } as const;
        await save({ progress: withWave(progress, changing), hosts: [] });
      } else if (wave.state === 'passed') {
        await save(passed(progress, wave.readings, clock.wall()));
      } else {
        return soak ? watch(soak) : change();
      }
      wake();
    },
    seen(clientId) {
      soak?.seen(clientId);
    },
    stop() {
      soak?.stop();
      soak = undefined;
    },
  };
}
