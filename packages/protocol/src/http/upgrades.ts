/** Upgrades: one signed release of ops-client on many hosts. The states are drawn in domain/upgrade.ts. */
import {
  MAX_RELEASE_ARCHIVE,
  MAX_RELEASE_FILES,
  RELEASE_ARCHS,
  releaseKey,
} from '../domain/client-release.ts';
import { epochMs, uuid } from '../domain/id.ts';
import {
  DEFAULT_CANARY,
  DEFAULT_UPGRADE_CONCURRENCY,
  DEFAULT_UPGRADE_SECS,
  MAX_UPGRADE_CONCURRENCY,
  MAX_UPGRADE_SECS,
  UPGRADE_HOST_STATES,
  UPGRADE_ORDERS,
  UPGRADE_REASONS,
  UPGRADE_STATES,
  upgradeReason,
} from '../domain/upgrade.ts';
import { s } from '../schema.ts';
import type { Infer } from '../schema.ts';
import { MAX_BATCH_BODY, MAX_TARGETS } from './batches.ts';
import { endpoint } from './endpoint.ts';

/** Hosts that go first at most. */
export const MAX_CANARY = 100;
export const MIN_UPGRADE_SECS = 60;
/** Versions that are counted one by one; the rarer ones are left out. */
export const MAX_VERSIONS = 100;

/** What is wrong with the files on the server. */
export const RELEASE_PROBLEMS = [
  'no_release',
  'bad_manifest',
  'not_signed',
  'bad_signature',
  'archive_missing',
  'archive_differs',
  'unreadable',
] as const;

const release = {
  version: s.text(64),
  commit: s.text(64),
  released_at: s.described(epochMs, 'Of two releases the one with the greater time is the younger one.'),
  key: s.described(releaseKey, 'That signed it; hosts that do not name it in `upgrade_keys` are left out.'),
} as const;

const shelvedRelease = s.object({
  ...release,
  files: s.array(
    s.object({
      name: s.string({ max: 128 }),
      arch: s.oneOf(RELEASE_ARCHS),
      bytes: s.integer({ min: 1, max: MAX_RELEASE_ARCHIVE }),
    }),
    MAX_RELEASE_FILES,
  ),
});
export type ShelvedRelease = Infer<typeof shelvedRelease>;

export const getClientRelease = endpoint({
  method: 'GET',
  path: '/api/client-release',
  access: 'viewer',
  tag: 'upgrades',
  summary: {
    zh: '服务端上可供客户端升级的发布包，以及各版本的主机数',
    en: 'The release of ops-client this server could hand out, and how many hosts run which version',
  },
  answer: s.object({
    release: s.nullable(shelvedRelease),
    problem: s.nullable(
      s.object({
        code: s.oneOf(RELEASE_PROBLEMS),
        message: s.string({
          max: 512,
          description: 'What is wrong and what to do, in the language asked for.',
        }),
      }),
    ),
    versions: s.array(
      s.object({
        version: s.string({ max: 64 }),
        hosts: s.integer({ min: 1 }),
        online: s.integer({ min: 0 }),
      }),
      MAX_VERSIONS,
    ),
    hosts: s.object({
      total: s.integer({ min: 0 }),
      ready: s.integer({ min: 0, description: 'Could be brought to this release; 0 while there is none.' }),
      unfit: s.described(
        s.record(upgradeReason, s.integer({ min: 1 }), UPGRADE_REASONS.length),
        'The others, by what keeps them from it.',
      ),
    }),
  }),
});
export type ClientReleaseAnswer = Infer<typeof getClientRelease.answer>;

const targets = {
  /** Exactly one of the three, as for batches. */
  client_ids: s.optional(s.array(uuid, MAX_TARGETS, 1)),
  selector: s.optional(s.string({ min: 1, max: 1024 })),
  all: s.optional(s.oneOf([true])),
  canary: s.optional(
    s.integer({
      min: 1,
      max: MAX_CANARY,
      description: `Hosts that go before all others, ${DEFAULT_CANARY} when absent; those online are taken first.`,
    }),
  ),
  canary_ids: s.optional(
    s.described(
      s.array(uuid, MAX_CANARY, 1),
      'Which hosts go first, instead of how many; they are among the targets.',
    ),
  ),
} as const;

const plannedHost = s.object({
  client_id: uuid,
  hostname: s.string({ max: 255 }),
  online: s.boolean(),
  canary: s.boolean(),
  client_version: s.string({ max: 64 }),
  /** Null: it would be upgraded. Else it is skipped. */
  reason: s.nullable(upgradeReason),
});
export type PlannedUpgradeHost = Infer<typeof plannedHost>;

export const previewUpgrade = endpoint({
  method: 'POST',
  path: '/api/upgrades/preview',
  access: 'viewer',
  tag: 'upgrades',
  summary: { zh: '预览客户端升级', en: 'What an upgrade would do, host by host; nothing is started' },
  body: s.object(targets),
  maxBody: MAX_BATCH_BODY,
  answer: s.object({
    release: s.object(release),
    targets: s.integer({ min: 0, description: 'Hosts that would be upgraded; the others are skipped.' }),
    unknown_ids: s.array(uuid, MAX_TARGETS),
    hosts: s.array(plannedHost, MAX_TARGETS),
  }),
  failures: { 409: 'no_client_release', 422: 'no_targets' },
});
export type UpgradePreview = Infer<typeof previewUpgrade.answer>;

export const createUpgrade = endpoint({
  method: 'POST',
  path: '/api/upgrades',
  access: 'admin',
  tag: 'upgrades',
  summary: {
    zh: '将客户端升级到服务端上的发布包，先升级金丝雀主机',
    en: 'Bring hosts to the release on this server, a few of them first',
  },
  body: s.object({
    ...targets,
    released_at: s.optional(
      s.described(
        epochMs,
        'Of the release that was looked at: with another one on the server nothing is done.',
      ),
    ),
    concurrency: s.optional(
      s.integer({
        min: 1,
        max: MAX_UPGRADE_CONCURRENCY,
        description: `Hosts on their way at once, ${DEFAULT_UPGRADE_CONCURRENCY} when absent.`,
      }),
    ),
    max_failures: s.optional(
      s.integer({
        min: 0,
        max: MAX_TARGETS,
        description: 'Hosts that may fail after the canary, 0 when absent; one more, and it is held.',
      }),
    ),
    expires_in_secs: s.optional(
      s.integer({
        min: MIN_UPGRADE_SECS,
        max: MAX_UPGRADE_SECS,
        description: `How long hosts that are offline are waited for, ${DEFAULT_UPGRADE_SECS} when absent.`,
      }),
    ),
  }),
  maxBody: MAX_BATCH_BODY,
  answer: s.object({ upgrade_id: uuid, message: s.string({ max: 256 }) }),
  failures: {
    404: 'client_not_found',
    409: 'no_client_release, upgrade_running, conflict, idempotency_key_reused',
    422: 'no_targets',
  },
});

/** Also the data of `upgrade` events. */
export const upgradeSummary = s.object({
  id: uuid,
  ...release,
  state: s.oneOf(UPGRADE_STATES),
  created_by: s.string({ max: 64 }),
  created_at_ms: epochMs,
  expires_at_ms: s.described(epochMs, 'Hosts that are not done by then are given up.'),
  finished_at_ms: s.nullable(epochMs),
  /** Who gave the last order; null: it acted by itself. */
  changed_by: s.nullable(s.string({ max: 64 })),
  /** Without those skipped. */
  targets: s.integer({ min: 0 }),
  counts: s.record(s.oneOf(UPGRADE_HOST_STATES), s.integer({ min: 0 }), UPGRADE_HOST_STATES.length),
  canary: s.object({ hosts: s.integer({ min: 1 }), done: s.integer({ min: 0 }) }),
  failures: s.integer({ min: 0, description: 'Since it was resumed last.' }),
  max_failures: s.integer({ min: 0 }),
  concurrency: s.integer({ min: 1 }),
  /** What may be asked of it now. */
  orders: s.array(s.oneOf(UPGRADE_ORDERS), UPGRADE_ORDERS.length),
  /** Grows with every change. */
  revision: s.integer({ min: 0 }),
});
export type UpgradeSummary = Infer<typeof upgradeSummary>;

export const upgradeHost = s.object({
  client_id: uuid,
  hostname: s.string({ max: 255 }),
  position: s.integer({ min: 0 }),
  canary: s.boolean(),
  state: s.oneOf(UPGRADE_HOST_STATES),
  reason: s.nullable(upgradeReason),
  detail: s.described(s.nullable(s.text(512)), 'What the host found, in its own words: English.'),
  version_before: s.string({ max: 64 }),
  changed_at_ms: epochMs,
});
export type UpgradeHost = Infer<typeof upgradeHost>;

const upgradeId = s.object({ id: uuid });

export const MAX_UPGRADES_PAGE = 200;

export const listUpgrades = endpoint({
  method: 'GET',
  path: '/api/upgrades',
  access: 'viewer',
  tag: 'upgrades',
  summary: { zh: '客户端升级列表，新的在前', en: 'Upgrades of clients, newest first' },
  query: s.object({
    limit: s.optional(s.integer({ min: 1, max: MAX_UPGRADES_PAGE })),
    cursor: s.optional(s.string({ max: 32 })),
  }),
  answer: s.object({
    upgrades: s.array(upgradeSummary, MAX_UPGRADES_PAGE),
    next_cursor: s.nullable(s.string({ max: 32 })),
  }),
});

export const getUpgrade = endpoint({
  method: 'GET',
  path: '/api/upgrades/{id}',
  access: 'viewer',
  tag: 'upgrades',
  summary: { zh: '客户端升级的进度', en: 'How an upgrade stands' },
  params: upgradeId,
  answer: s.object({ upgrade: upgradeSummary }),
  failures: { 404: 'upgrade_not_found' },
});

export const MAX_UPGRADE_HOSTS_PAGE = 1000;

export const listUpgradeHosts = endpoint({
  method: 'GET',
  path: '/api/upgrades/{id}/hosts',
  access: 'viewer',
  tag: 'upgrades',
  summary: { zh: '客户端升级的各主机', en: 'The hosts of an upgrade in their order, page by page' },
  params: upgradeId,
  query: s.object({
    offset: s.optional(s.integer({ min: 0 })),
    limit: s.optional(s.integer({ min: 1, max: MAX_UPGRADE_HOSTS_PAGE })),
    state: s.optional(s.oneOf(UPGRADE_HOST_STATES)),
    search: s.optional(s.string({ max: 128, description: 'Part of the host name.' })),
  }),
  answer: s.object({
    hosts: s.array(upgradeHost, MAX_UPGRADE_HOSTS_PAGE),
    total: s.integer({ description: 'That pass the filter.' }),
    revision: s.integer(),
  }),
  failures: { 404: 'upgrade_not_found' },
});

export const orderUpgrade = endpoint({
  method: 'POST',
  path: '/api/upgrades/{id}/order',
  access: 'admin',
  tag: 'upgrades',
  summary: { zh: '暂停、继续或停止客户端升级', en: 'Pause, resume or stop an upgrade' },
  params: upgradeId,
  body: s.object({
    order: s.described(
      s.oneOf(UPGRADE_ORDERS),
      'resume after hold: the failures so far are accepted. stop: hosts that are on their way go on to their end.',
    ),
  }),
  answer: s.object({ success: s.oneOf([true]), message: s.string({ max: 256 }), upgrade: upgradeSummary }),
  failures: { 404: 'upgrade_not_found', 409: 'upgrade_state' },
});
