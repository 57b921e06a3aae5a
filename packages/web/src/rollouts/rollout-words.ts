/** Words and tones for what the protocol names of rollouts. Pure. */
import type {
  GateReading,
  RolloutHostState,
  RolloutReason,
  RolloutState,
  WaveState,
} from '@ops/protocol/domain/rollout.ts';
import type { RolloutGate, RolloutHost, RolloutSummary } from '@ops/protocol/http/rollouts.ts';

import type { Tone } from '../commands/command-state.ts';
import { serviceName } from '../pages/apps/service-name.ts';
import { NONE } from '../text/format.ts';
import type { Format } from '../text/format.ts';
import type { RolloutText } from '../text/use-rollout-text.ts';

export const ROLLOUT_TONES: Readonly<Record<RolloutState, Tone>> = {
  running: 'accent',
  paused: 'warn',
  held: 'bad',
  stopping: 'warn',
  rolling_back: 'warn',
  succeeded: 'ok',
  stopped: 'off',
  rolled_back: 'warn',
  rollback_failed: 'bad',
};

export const HOST_TONES: Readonly<Record<RolloutHostState, Tone>> = {
  waiting: 'off',
  changing: 'accent',
  changed: 'accent',
  healthy: 'ok',
  failed: 'bad',
  skipped: 'off',
  left: 'off',
  rolling_back: 'warn',
  rolled_back: 'warn',
  rollback_failed: 'bad',
};

export const WAVE_TONES: Readonly<Record<WaveState, Tone>> = {
  waiting: 'off',
  changing: 'accent',
  soaking: 'accent',
  passed: 'ok',
  failed: 'bad',
};

/** Something goes on by itself. */
export function isMoving(state: RolloutState): boolean {
  return state === 'running' || state === 'stopping' || state === 'rolling_back';
}

export function rolloutStateName(state: RolloutState, text: RolloutText): string {
  return {
    running: text.rolloutRunning,
    paused: text.rolloutPaused,
    held: text.rolloutHeld,
    stopping: text.rolloutStopping,
    rolling_back: text.rolloutRollingBack,
    succeeded: text.rolloutSucceeded,
    stopped: text.rolloutStopped,
    rolled_back: text.rolloutRolledBack,
    rollback_failed: text.rolloutRollbackFailed,
  }[state];
}

export function hostStateName(state: RolloutHostState, text: RolloutText): string {
  return {
    waiting: text.hostWaiting,
    changing: text.hostChanging,
    changed: text.hostChanged,
    healthy: text.hostHealthy,
    failed: text.hostFailed,
    skipped: text.hostSkipped,
    left: text.hostLeft,
    rolling_back: text.hostRollingBack,
    rolled_back: text.hostRolledBack,
    rollback_failed: text.hostRollbackFailed,
  }[state];
}

export function waveStateName(state: WaveState, text: RolloutText): string {
  return {
    waiting: text.waveWaiting,
    changing: text.waveChanging,
    soaking: text.waveSoaking,
    passed: text.wavePassed,
    failed: text.waveFailed,
  }[state];
}

export function reasonName(reason: RolloutReason, text: RolloutText): string {
  return {
    offline: text.reasonOffline,
    no_app: text.reasonNoApp,
    up_to_date: text.reasonUpToDate,
    refused: text.reasonRefused,
    command: text.reasonCommand,
    status: text.reasonStatus,
    restarts: text.reasonRestarts,
    reading: text.reasonReading,
  }[reason];
}

export function readingName(reading: GateReading, text: RolloutText): string {
  return {
    cpu_usage: text.readingCpu,
    load1: text.readingLoad,
    memory_usage: text.readingMemory,
    swap_usage: text.readingSwap,
    disk_usage: text.readingDisk,
  }[reading];
}

/** A value of a reading in its unit. */
export function readingValue(reading: GateReading, value: number | null, format: Format): string {
  if (value === null) return NONE;
  return reading === 'load1' ? format.load(value) : format.percent(value);
}

/** A difference between two of them. */
function aboveWords(reading: GateReading, above: number, text: RolloutText, format: Format): string {
  return reading === 'load1' ? format.load(above) : text.percentPoints(format.number(above));
}

type Work = Pick<RolloutSummary, 'app_name' | 'action' | 'version'>;

/** What it does: `Update shop to v1.2`. */
export function workWords({ app_name: app, action, version }: Work, text: RolloutText): string {
  if (action === null) return text.workUpdate(app, version ?? NONE);
  return { Start: text.workStart, Stop: text.workStop, Restart: text.workRestart }[action](app);
}

/** What the gate asks, part by part. */
export function gateWords(
  rollout: { readonly gate: RolloutGate } & Pick<RolloutSummary, 'max_failures' | 'on_failure'>,
  text: RolloutText,
  format: Format,
): readonly string[] {
  const { gate } = rollout;
  return [
    gate.soak_secs === 0 ? text.noSoak : text.soakFor(format.duration(gate.soak_secs * 1000)),
    gate.status === null ? text.gateNoStatus : text.gateStatus(serviceName(gate.status, text)),
    text.gateRestarts(format.number(gate.max_restarts)),
    ...gate.checks.map(({ reading, max_above: above }) =>
      text.gateReading(readingName(reading, text), aboveWords(reading, above, text, format)),
    ),
    text.gateFailures(format.number(rollout.max_failures)),
    rollout.on_failure === 'hold' ? text.onFailureHold : text.onFailureRollback,
  ];
}

/** The sentence that says what its state means; undefined where the word says enough. */
export function stateHelp(
  rollout: Pick<RolloutSummary, 'state' | 'failures' | 'max_failures' | 'changed_by'>,
  text: RolloutText,
  format: Format,
): string | undefined {
  const who = rollout.changed_by ?? NONE;
  switch (rollout.state) {
    case 'held':
      return text.heldHelp(format.number(rollout.failures), format.number(rollout.max_failures));
    case 'paused':
      return text.pausedHelp(who);
    case 'stopping':
      return text.stoppingHelp(who);
    case 'stopped':
      return text.stoppedHelp(who);
    case 'rolled_back':
      return rollout.changed_by === null ? text.rolledBackHelp : text.rolledBackByHelp(who);
    case 'rollback_failed':
      return text.rollbackFailedHelp;
    case 'running':
    case 'rolling_back':
    case 'succeeded':
      break;
  }
  return undefined;
}

type Counts = Pick<RolloutSummary, 'counts'>;

function countOf({ counts }: Counts, ...states: RolloutHostState[]): number {
  return states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
}

/** Hosts by what an order would do to them. */
export function sharesOf(rollout: Counts): {
  readonly waiting: number;
  readonly changing: number;
  /** What was done to them stays, or is taken back. */
  readonly changed: number;
  readonly failed: number;
  /** Nothing more happens to them. */
  readonly done: number;
} {
  return {
    waiting: countOf(rollout, 'waiting', 'left'),
    changing: countOf(rollout, 'changing', 'rolling_back'),
    changed: countOf(rollout, 'changed', 'healthy', 'failed', 'rollback_failed'),
    failed: countOf(rollout, 'failed', 'rollback_failed'),
    done: countOf(rollout, 'healthy', 'failed', 'left', 'rolled_back', 'rollback_failed'),
  };
}

/** The version a host has after what happened to it; undefined when that cannot be told. */
export function versionNow(
  host: Pick<RolloutHost, 'state' | 'version_before'>,
  version: string | null,
): string | undefined {
  if (host.state === 'changed' || host.state === 'healthy') return version ?? undefined;
  if (host.state === 'rolled_back') return host.version_before ?? undefined;
  return undefined;
}
