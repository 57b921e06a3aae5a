/**
 * What becomes of a rollout: by an order, by too many failures, at the end of a wave. Pure: each function answers with how
 * it stands afterwards, what of its hosts changes with it, and what is written into the audit trail.
 */
import type { RolloutOrder } from '@ops/protocol/domain/rollout.ts';

import type { Host, Progress, RolloutRecord, Wave } from './record.ts';

export interface Move {
  readonly progress: Progress;
  readonly hosts: readonly Host[];
  /** What it is called in the audit trail; undefined: nothing of note. */
  readonly action: string | undefined;
}

type Standing = Pick<RolloutRecord, 'facts' | 'progress' | 'hosts'>;

export function withWave(progress: Progress, change: Partial<Wave>): Progress {
  const waves = progress.waves.map((wave, index) =>
    index === progress.wave ? { ...wave, ...change } : wave,
  );
  return { ...progress, waves };
}

const WATCHED_ANEW = { state: 'changing', soakStartedAtMs: null } as const;

/** A wave that was being watched begins that anew when it goes on. */
export function unwatched(progress: Progress): Progress {
  return progress.waves[progress.wave]?.state === 'soaking' ? withWave(progress, WATCHED_ANEW) : progress;
}

const leaveWaiting = (hosts: readonly Host[]): Host[] =>
  hosts.filter(({ state }) => state === 'waiting').map((host) => ({ ...host, state: 'left' }));

export function ordered(standing: Standing, order: RolloutOrder, by: string, nowMs: number): Move {
  const progress = { ...unwatched(standing.progress), changedBy: by };
  if (order === 'rollback') return goBack({ ...standing, progress });
  const action = `rollout_${order}`;
  if (order === 'pause') return { progress: { ...progress, state: 'paused' }, hosts: [], action };
  if (order === 'resume') return { progress: resumed(standing, progress, nowMs), hosts: [], action };
  return { progress: { ...progress, state: 'stopping' }, hosts: leaveWaiting(standing.hosts), action };
}

/** The failures so far are accepted. */
function resumed({ hosts }: Standing, progress: Progress, nowMs: number): Progress {
  const next: Progress = { ...progress, state: 'running', failures: 0 };
  if (progress.waves[progress.wave]?.state !== 'failed') return next;
  const isOpen = hosts.some(
    ({ wave, state }) =>
      wave === progress.wave && (state === 'waiting' || state === 'changing' || state === 'changed'),
  );
  return withWave(
    next,
    isOpen ? { ...WATCHED_ANEW, finishedAtMs: null } : { state: 'passed', finishedAtMs: nowMs },
  );
}

function goBack({ progress, hosts }: Standing): Move {
  // Those that did not come back the last time have another turn.
  const again = hosts
    .filter(({ state }) => state === 'rollback_failed')
    .map((host) => ({ ...host, state: 'failed' as const }));
  return {
    progress: { ...progress, state: 'rolling_back', finishedAtMs: null, attempt: progress.attempt + 1 },
    hosts: [...leaveWaiting(hosts), ...again],
    action: 'rollout_rollback',
  };
}

/** More failed than may. @param progress with the failures counted */
export function tripped({ facts, hosts }: Standing, progress: Progress, nowMs: number): Move {
  const failed = withWave({ ...progress, changedBy: null }, { state: 'failed', finishedAtMs: nowMs });
  if (facts.onFailure === 'rollback') return goBack({ facts, hosts, progress: failed });
  return { progress: { ...failed, state: 'held' }, hosts: [], action: 'rollout_held' };
}

/** The wave has passed its gate: on to the next, or it is over. */
export function passed(progress: Progress, readings: Wave['readings'], nowMs: number): Move {
  const done =
    progress.waves[progress.wave]?.state === 'passed'
      ? progress
      : withWave(progress, { state: 'passed', finishedAtMs: nowMs, readings });
  if (progress.wave + 1 < progress.waves.length) {
    return { progress: { ...done, wave: progress.wave + 1 }, hosts: [], action: undefined };
  }
  return { progress: { ...done, state: 'succeeded', finishedAtMs: nowMs }, hosts: [], action: 'rollout_end' };
}

/** Nothing moves any more, and nothing is left to do. */
export function ended({ progress, hosts }: Standing, nowMs: number): Move {
  const isBack = hosts.every(({ state }) => state !== 'rollback_failed');
  const state = progress.state === 'stopping' ? 'stopped' : isBack ? 'rolled_back' : 'rollback_failed';
  return { progress: { ...progress, state, finishedAtMs: nowMs }, hosts: [], action: 'rollout_end' };
}
