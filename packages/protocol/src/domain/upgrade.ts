/**
 * An upgrade: one signed release of ops-client on many hosts, a few of them (the canary) before all others.
 *
 *   canary ──all of them done──► rolling ──every host is at its end──► finished
 *      │                            │
 *      ├──── a host failed ─────────┴──► held ──resume──► rolling (canary, while one of it is left)
 *      ├──pause──► paused ──resume──► …
 *      └──stop───► stopping ──no host is on its way──► stopped           (from every state but the last two)
 *
 * Held, paused and stopping begin nothing; a host that is on its way goes on to its end.
 */
import { s } from '../schema.ts';
import type { Infer } from '../schema.ts';

export const UPGRADE_STATES = [
  'canary',
  'rolling',
  'paused',
  'held',
  'stopping',
  'finished',
  'stopped',
] as const;
export type UpgradeState = (typeof UPGRADE_STATES)[number];

export const UPGRADE_ORDERS = ['pause', 'resume', 'stop'] as const;
export type UpgradeOrder = (typeof UPGRADE_ORDERS)[number];

/** In which states an order is taken; the server and every button ask here. */
export const UPGRADE_ORDER_STATES: Readonly<Record<UpgradeOrder, readonly UpgradeState[]>> = {
  pause: ['canary', 'rolling'],
  resume: ['paused', 'held'],
  stop: ['canary', 'rolling', 'paused', 'held'],
};

/**
 * What a client tells of its way to a release; `done` it tells by registering with that release.
 *
 *   fetching ──► waiting (for what runs to end) ──► trying ──► done
 *      └────────────┴────────► refused | failed       └──► back: the program before runs again
 */
export const CLIENT_UPGRADE_STATES = [
  'fetching',
  'waiting',
  'trying',
  'done',
  'refused',
  'failed',
  'back',
] as const;
export type ClientUpgradeState = (typeof CLIENT_UPGRADE_STATES)[number];

/**
 * A host within an upgrade: what its client tells, and what only the server knows.
 * `queued`: its turn has not come, or it is offline. `ordered`: told, nothing heard yet. `skipped`: left out from the start.
 * `left`: never begun, as the upgrade was stopped before its turn. `expired`: not back within the time of the upgrade.
 */
export const UPGRADE_HOST_STATES = [
  'queued',
  'ordered',
  ...CLIENT_UPGRADE_STATES,
  'skipped',
  'left',
  'expired',
] as const;
export type UpgradeHostState = (typeof UPGRADE_HOST_STATES)[number];

/**
 * Why.
 * Skipped, before: `up_to_date`, `off` (the host names no key), `key_not_trusted`, `too_old` (a client that cannot), `no_archive`.
 * Refused, by the host: `off`, `key_not_trusted`, `bad_signature`, `not_newer`, `no_archive`, `busy_upgrading`.
 * Failed, before anything was changed: `download`, `checksum`, `disk`, `does_not_start`, `busy` (something ran all the time).
 * Back: `not_connected` (within 60 s), `ended` (it stopped by itself), `interrupted` (the host or the client was stopped in between).
 */
export const UPGRADE_REASONS = [
  'up_to_date',
  'off',
  'key_not_trusted',
  'too_old',
  'no_archive',
  'bad_signature',
  'not_newer',
  'busy_upgrading',
  'download',
  'checksum',
  'disk',
  'does_not_start',
  'busy',
  'not_connected',
  'ended',
  'interrupted',
] as const;
export const upgradeReason = s.oneOf(UPGRADE_REASONS);
export type UpgradeReason = Infer<typeof upgradeReason>;

/** The new program has to be registered with the server within this time, or the one before runs again. */
export const UPGRADE_TRIAL_MS = 60_000;
/** A client waits this long for what runs on its host to end. */
export const UPGRADE_PATIENCE_MS = 60 * 60_000;
/** Bytes of an archive in one message: as base64 a quarter of the largest frame. */
export const MAX_UPGRADE_PART = 192 * 1024;

export const DEFAULT_CANARY = 1;
export const DEFAULT_UPGRADE_CONCURRENCY = 10;
export const MAX_UPGRADE_CONCURRENCY = 100;
/** How long hosts that are offline are waited for. */
export const DEFAULT_UPGRADE_SECS = 24 * 3600;
export const MAX_UPGRADE_SECS = 30 * 24 * 3600;
