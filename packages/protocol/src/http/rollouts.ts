/** Rollouts: one change of one application on many hosts, in waves. The states are drawn in domain/rollout.ts. */
import { APP_NAME_PATTERN, APP_VERSION_PATTERN, MAX_APP_TEXT, SERVICE_STATUSES } from '../domain/app.ts';
import { timeoutSecs } from '../domain/command.ts';
import { epochMs, uuid } from '../domain/id.ts';
import {
  GATE_READINGS,
  MAX_SOAK_SECS,
  MAX_WAVES,
  ROLLOUT_HOST_STATES,
  ROLLOUT_ORDERS,
  ROLLOUT_REASONS,
  ROLLOUT_STATES,
  WAVE_PATTERN,
  WAVE_STATES,
} from '../domain/rollout.ts';
import { s } from '../schema.ts';
import type { Infer } from '../schema.ts';
import { MAX_BATCH_BODY, MAX_TARGETS } from './batches.ts';
import { endpoint } from './endpoint.ts';

/** `Status` changes nothing. */
export const ROLLOUT_ACTIONS = ['Start', 'Stop', 'Restart'] as const;
/** Hosts of one wave that are changed at once. */
export const DEFAULT_ROLLOUT_CONCURRENCY = 50;
export const MAX_CHECKS = GATE_READINGS.length;

const appName = s.string({ min: 1, max: 64, pattern: APP_NAME_PATTERN });
const version = s.string({ min: 1, max: 64, pattern: APP_VERSION_PATTERN });

const gateCheck = s.object({
  reading: s.oneOf(GATE_READINGS),
  max_above: s.number({
    min: 0,
    max: 1000,
    description:
      'How far a changed host may be above the average of the hosts not yet changed, in the unit of the reading: percent points; load as it is.',
  }),
});

const gate = s.object({
  soak_secs: s.integer({
    min: 0,
    max: MAX_SOAK_SECS,
    description:
      'Watched this long after the wave was changed; where anything is looked at, at least the time in which a client tells of it.',
  }),
  status: s.described(
    s.nullable(s.oneOf(SERVICE_STATUSES)),
    'What the app must be, all the time; null: not looked at.',
  ),
  max_restarts: s.integer({
    min: 0,
    max: 1000,
    description: 'Of the process of the app on one host, while it is watched.',
  }),
  checks: s.array(gateCheck, MAX_CHECKS),
});
export type RolloutGate = Infer<typeof gate>;

const order = {
  app_name: appName,
  /** Exactly one of the two. */
  action: s.optional(s.oneOf(ROLLOUT_ACTIONS)),
  version: s.optional(version),
  restart: s.optional(s.boolean('With `version`: restarts the app on each host after its update.')),
  /** Exactly one of the three, as for batches. */
  client_ids: s.optional(s.array(uuid, MAX_TARGETS, 1)),
  selector: s.optional(s.string({ min: 1, max: 1024 })),
  all: s.optional(s.described(s.oneOf([true]), 'All that have the app.')),
  waves: s.optional(
    s.described(
      s.array(s.string({ max: 5, pattern: WAVE_PATTERN }), MAX_WAVES, 1),
      'Hosts in each wave: a number, a share of all, or `rest`. Together they must reach every host.',
    ),
  ),
} as const;

/** A host as it would be taken, or left out. */
const plannedHost = s.object({
  client_id: uuid,
  hostname: s.string({ max: 255 }),
  /** Null: it would be skipped. */
  wave: s.nullable(s.integer({ min: 0 })),
  reason: s.nullable(s.oneOf(ROLLOUT_REASONS)),
  /** Why it is `refused`, in the language asked for. */
  detail: s.nullable(s.string({ max: 512 })),
  version: s.nullable(s.text(MAX_APP_TEXT)),
  service_status: s.nullable(s.oneOf(SERVICE_STATUSES)),
});

export const previewRollout = endpoint({
  method: 'POST',
  path: '/api/rollouts/preview',
  access: 'viewer',
  tag: 'rollouts',
  summary: { zh: '预览分批发布', en: 'What a rollout would do, host by host; nothing is started' },
  body: s.object(order),
  maxBody: MAX_BATCH_BODY,
  answer: s.object({
    waves: s.array(s.integer({ min: 1 }), MAX_WAVES),
    targets: s.integer({ min: 0, description: 'Hosts in the waves; the others are skipped.' }),
    unknown_ids: s.array(uuid, MAX_TARGETS),
    hosts: s.array(plannedHost, MAX_TARGETS),
  }),
  failures: { 422: 'no_targets' },
});

/** Of hosts that another rollout of the same app, not over as yet, means as well: 409 `operation_in_progress`. */
export const createRollout = endpoint({
  method: 'POST',
  path: '/api/rollouts',
  access: 'operator',
  tag: 'rollouts',
  summary: { zh: '创建分批发布', en: 'Change an application on many hosts, wave by wave' },
  body: s.object({
    ...order,
    max_failures: s.optional(
      s.integer({
        min: 0,
        max: MAX_TARGETS,
        description: 'Hosts that may fail, in all; one more and on_failure says what happens.',
      }),
    ),
    gate: s.optional(
      s.object({
        soak_secs: s.optional(s.integer({ min: 0, max: MAX_SOAK_SECS })),
        status: s.optional(s.nullable(s.oneOf(SERVICE_STATUSES))),
        max_restarts: s.optional(s.integer({ min: 0, max: 1000 })),
        checks: s.optional(s.array(gateCheck, MAX_CHECKS)),
      }),
    ),
    on_failure: s.optional(s.oneOf(['hold', 'rollback'])),
    concurrency: s.optional(s.integer({ min: 1, max: MAX_TARGETS, description: 'Hosts of a wave at once.' })),
    timeout_secs: s.optional(timeoutSecs),
  }),
  maxBody: MAX_BATCH_BODY,
  answer: s.object({ rollout_id: uuid, message: s.string({ max: 256 }) }),
  failures: {
    404: 'client_not_found',
    409: 'operation_in_progress, idempotency_key_reused',
    422: 'no_targets',
  },
});

const hostCounts = s.record(s.oneOf(ROLLOUT_HOST_STATES), s.integer({ min: 0 }), ROLLOUT_HOST_STATES.length);

/** What the gate of a wave has seen so far. */
const waveReport = s.object({
  state: s.oneOf(WAVE_STATES),
  hosts: s.integer({ min: 0 }),
  counts: hostCounts,
  started_at_ms: s.nullable(epochMs),
  soak_started_at_ms: s.nullable(s.described(epochMs, 'Begins anew when the server is restarted.')),
  finished_at_ms: s.nullable(epochMs),
  /** Average over the wave and over the hosts not yet changed, of each check. Null: nothing to compare with. */
  readings: s.array(
    s.object({
      reading: s.oneOf(GATE_READINGS),
      changed: s.nullable(s.number()),
      unchanged: s.nullable(s.number()),
      max_above: s.number(),
    }),
    MAX_CHECKS,
  ),
});
export type WaveReport = Infer<typeof waveReport>;

/** Also the data of `rollout` events. */
export const rolloutSummary = s.object({
  id: uuid,
  app_name: appName,
  action: s.nullable(s.oneOf(ROLLOUT_ACTIONS)),
  version: s.nullable(version),
  restart: s.boolean(),
  state: s.oneOf(ROLLOUT_STATES),
  created_by: s.string({ max: 64 }),
  created_at_ms: epochMs,
  finished_at_ms: s.nullable(epochMs),
  /** Who gave the last order; null: it acted by itself. */
  changed_by: s.nullable(s.string({ max: 64 })),
  targets: s.integer({ min: 0 }),
  counts: hostCounts,
  /** Index of the wave under way; of the last one when it is over. */
  wave: s.integer({ min: 0 }),
  waves: s.array(waveReport, MAX_WAVES),
  failures: s.integer({ min: 0, description: 'Since it was resumed last.' }),
  max_failures: s.integer({ min: 0 }),
  on_failure: s.oneOf(['hold', 'rollback']),
  gate,
  concurrency: s.integer({ min: 1 }),
  timeout_secs: timeoutSecs,
  /** What may be asked of it now. */
  orders: s.array(s.oneOf(ROLLOUT_ORDERS), ROLLOUT_ORDERS.length),
  /** Grows with every change. */
  revision: s.integer({ min: 0 }),
});
export type RolloutSummary = Infer<typeof rolloutSummary>;

export const rolloutHost = s.object({
  client_id: uuid,
  hostname: s.string({ max: 255 }),
  position: s.integer({ min: 0 }),
  wave: s.nullable(s.integer({ min: 0 })),
  state: s.oneOf(ROLLOUT_HOST_STATES),
  reason: s.nullable(s.oneOf(ROLLOUT_REASONS)),
  /** What was found, with figures, in the language asked for. */
  detail: s.nullable(s.string({ max: 512 })),
  version_before: s.nullable(s.text(MAX_APP_TEXT)),
  /** Its commands in the order in which they were made: update, restart, and those of the roll-back. */
  command_ids: s.array(uuid, 8),
});
export type RolloutHost = Infer<typeof rolloutHost>;

const rolloutId = s.object({ id: uuid });

export const MAX_ROLLOUTS_PAGE = 200;

export const listRollouts = endpoint({
  method: 'GET',
  path: '/api/rollouts',
  access: 'viewer',
  tag: 'rollouts',
  summary: { zh: '分批发布列表，新的在前', en: 'Rollouts, newest first' },
  query: s.object({
    app_name: s.optional(appName),
    limit: s.optional(s.integer({ min: 1, max: MAX_ROLLOUTS_PAGE })),
    cursor: s.optional(s.string({ max: 32 })),
  }),
  answer: s.object({
    rollouts: s.array(rolloutSummary, MAX_ROLLOUTS_PAGE),
    next_cursor: s.nullable(s.string({ max: 32 })),
  }),
});

export const getRollout = endpoint({
  method: 'GET',
  path: '/api/rollouts/{id}',
  access: 'viewer',
  tag: 'rollouts',
  summary: { zh: '分批发布的进度', en: 'How a rollout stands' },
  params: rolloutId,
  answer: s.object({ rollout: rolloutSummary }),
  failures: { 404: 'rollout_not_found' },
});

export const MAX_ROLLOUT_HOSTS_PAGE = 1000;

export const listRolloutHosts = endpoint({
  method: 'GET',
  path: '/api/rollouts/{id}/hosts',
  access: 'viewer',
  tag: 'rollouts',
  summary: { zh: '分批发布的各主机', en: 'The hosts of a rollout in their order, page by page' },
  params: rolloutId,
  query: s.object({
    offset: s.optional(s.integer({ min: 0 })),
    limit: s.optional(s.integer({ min: 1, max: MAX_ROLLOUT_HOSTS_PAGE })),
    wave: s.optional(s.integer({ min: 0, max: MAX_WAVES })),
    state: s.optional(s.oneOf(ROLLOUT_HOST_STATES)),
    search: s.optional(s.string({ max: 128, description: 'Part of the host name.' })),
  }),
  answer: s.object({
    hosts: s.array(rolloutHost, MAX_ROLLOUT_HOSTS_PAGE),
    total: s.integer({ description: 'That pass the filter.' }),
    revision: s.integer(),
  }),
  failures: { 404: 'rollout_not_found' },
});

export const orderRollout = endpoint({
  method: 'POST',
  path: '/api/rollouts/{id}/order',
  access: 'operator',
  tag: 'rollouts',
  summary: {
    zh: '暂停、继续、停止或回滚分批发布',
    en: 'Pause, resume, stop or roll back a rollout',
  },
  params: rolloutId,
  body: s.object({
    order: s.described(
      s.oneOf(ROLLOUT_ORDERS),
      'resume after hold: goes on with what is left of the wave, its gate and the next; the failures so far are accepted.',
    ),
  }),
  answer: s.object({ success: s.oneOf([true]), message: s.string({ max: 256 }), rollout: rolloutSummary }),
  failures: { 404: 'rollout_not_found', 409: 'rollout_state, operation_in_progress' },
});
