/**
 * A rollout: one change of one application on many hosts, wave by wave, each wave held to a gate.
 *
 *   running ──pause──► paused ──resume──► running                 │ every state but the last four
 *      ├── more failures than allowed, on_failure hold ──► held ──resume──► running
 *      ├── … on_failure rollback ──► rolling_back                 ├──stop──► stopping ─what runs has ended─► stopped
 *      └── last wave passed ──► succeeded                         └──rollback──► rolling_back
 *   held, paused, succeeded, stopped ──rollback──► rolling_back ──► rolled_back | rollback_failed
 *
 * A paused, held or stopping rollout starts nothing; what runs goes on to its end. Only rollouts of a version can be
 * rolled back.
 */
export const ROLLOUT_STATES = [
  'running',
  'paused',
  'held',
  'stopping',
  'rolling_back',
  'succeeded',
  'stopped',
  'rolled_back',
  'rollback_failed',
] as const;
export type RolloutState = (typeof ROLLOUT_STATES)[number];

/** What somebody may ask of a rollout. */
export const ROLLOUT_ORDERS = ['pause', 'resume', 'stop', 'rollback'] as const;
export type RolloutOrder = (typeof ROLLOUT_ORDERS)[number];

/** In which states an order is taken; the server and every button ask here. */
export const ORDER_STATES: Readonly<Record<RolloutOrder, readonly RolloutState[]>> = {
  pause: ['running'],
  resume: ['paused', 'held'],
  stop: ['running', 'paused', 'held'],
  rollback: ['running', 'paused', 'held', 'succeeded', 'stopped', 'rollback_failed'],
};

/**
 * A host within a rollout.
 *
 *   waiting ──► changing ──► changed ─gate─► healthy        skipped: left out from the start, `reason` says why
 *      │            └──► failed ◄──gate──┘                  left: never begun, as the rollout ended before its turn
 *      └──► left
 *   changed, healthy, failed ──► rolling_back ──► rolled_back | rollback_failed ──another roll-back──► failed ──► …
 *
 * A host that failed before anything was begun on it stays failed.
 */
export const ROLLOUT_HOST_STATES = [
  'waiting',
  'changing',
  'changed',
  'healthy',
  'failed',
  'skipped',
  'left',
  'rolling_back',
  'rolled_back',
  'rollback_failed',
] as const;
export type RolloutHostState = (typeof ROLLOUT_HOST_STATES)[number];

/**
 * Why a host was skipped, or failed.
 * Skipped: `offline`, `no_app`, `up_to_date`, `refused` (readonly, unsafe, no script).
 * Failed: `offline`, `no_app` (it went away before its turn), `refused`, `command` (its command says why), and at the gate
 * `status`, `restarts`, `reading`, `offline`.
 */
export const ROLLOUT_REASONS = [
  'offline',
  'no_app',
  'up_to_date',
  'refused',
  'command',
  'status',
  'restarts',
  'reading',
] as const;
export type RolloutReason = (typeof ROLLOUT_REASONS)[number];

export const WAVE_STATES = ['waiting', 'changing', 'soaking', 'passed', 'failed'] as const;
export type WaveState = (typeof WAVE_STATES)[number];

export const MAX_WAVES = 20;
/** A number of hosts, a share of all of them (rounded up), or what is left. */
export const WAVE_PATTERN = /^(?:[1-9][0-9]{0,4}|(?:[1-9][0-9]?|100)%|rest)$/;
export const DEFAULT_WAVES = ['1', '10%', 'rest'] as const;

export const DEFAULT_SOAK_SECS = 30;
export const MAX_SOAK_SECS = 86_400;

/** What a gate may compare with the hosts that are not changed yet. */
export const GATE_READINGS = ['cpu_usage', 'load1', 'memory_usage', 'swap_usage', 'disk_usage'] as const;
export type GateReading = (typeof GATE_READINGS)[number];
