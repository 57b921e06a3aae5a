/**
 * Releases: every version an application has had on a host, in the order in which it came. A release is made by an
 * action of ours, or found: somebody changed VERSION without us. Rolling back is an update to the version before.
 */
import { APP_NAME_PATTERN, APP_VERSION_PATTERN, MAX_APP_TEXT } from '../domain/app.ts';
import { timeoutSecs } from '../domain/command.ts';
import { epochMs, uuid } from '../domain/id.ts';
import { s } from '../schema.ts';
import type { Infer } from '../schema.ts';
import { queueSecs } from './commands.ts';
import { endpoint } from './endpoint.ts';

export const RELEASE_KINDS = ['found', 'update', 'rollback'] as const;
/** `found` ones have succeeded: the version was seen. */
export const RELEASE_OUTCOMES = ['running', 'succeeded', 'failed'] as const;

export const release = s.object({
  number: s.integer({ min: 1, description: 'Their order, over all hosts.' }),
  client_id: uuid,
  hostname: s.string({ max: 255 }),
  app_name: s.string({ min: 1, max: 64, pattern: APP_NAME_PATTERN }),
  kind: s.oneOf(RELEASE_KINDS),
  version: s.text(MAX_APP_TEXT),
  version_before: s.nullable(s.text(MAX_APP_TEXT)),
  branch: s.nullable(s.text(MAX_APP_TEXT)),
  commit: s.nullable(s.text(MAX_APP_TEXT)),
  outcome: s.oneOf(RELEASE_OUTCOMES),
  created_by: s.nullable(s.string({ max: 64, description: 'Null: found, nobody here asked for it.' })),
  started_at_ms: epochMs,
  finished_at_ms: s.nullable(epochMs),
  /** Null for `found`, and when the command is no longer kept. */
  command_id: s.nullable(uuid),
  rollout_id: s.nullable(uuid),
  current: s.boolean('The version the host shows now is of this release.'),
});
export type Release = Infer<typeof release>;

export const DEFAULT_RELEASES_PAGE = 50;
export const MAX_RELEASES_PAGE = 500;

export const listReleases = endpoint({
  method: 'GET',
  path: '/api/releases',
  access: 'viewer',
  tag: 'apps',
  summary: { zh: '应用的发布记录，新的在前', en: 'Versions applications have had, newest first' },
  query: s.object({
    client_id: s.optional(uuid),
    app_name: s.optional(s.string({ min: 1, max: 64, pattern: APP_NAME_PATTERN })),
    limit: s.optional(s.integer({ min: 1, max: MAX_RELEASES_PAGE })),
    cursor: s.optional(s.string({ max: 32 })),
  }),
  answer: s.object({
    releases: s.array(release, MAX_RELEASES_PAGE),
    next_cursor: s.nullable(s.string({ max: 32 })),
    /** With `client_id` and `app_name`: where `roll-back-app` would go; null when there is nowhere to go. */
    rollback_version: s.nullable(s.text(MAX_APP_TEXT)),
  }),
});

export const rollBackApp = endpoint({
  method: 'POST',
  path: '/api/roll-back-app',
  access: 'operator',
  tag: 'apps',
  summary: { zh: '回滚应用到上一版本', en: 'Update an application to the version it had before' },
  body: s.object({
    client_id: uuid,
    app_name: s.string({ min: 1, max: 64, pattern: APP_NAME_PATTERN }),
    version: s.optional(
      s.string({
        min: 1,
        max: 64,
        pattern: APP_VERSION_PATTERN,
        description: 'The version to go back to, as the caller has seen it: another one is refused.',
      }),
    ),
    timeout_secs: s.optional(timeoutSecs),
    queue_secs: s.optional(s.described(queueSecs, 'Keeps it this long for a client that is offline.')),
  }),
  answer: s.object({
    command_id: uuid,
    message: s.string({ max: 256 }),
    version: s.string({ max: 64, pattern: APP_VERSION_PATTERN }),
  }),
  failures: {
    404: 'client_not_found, app_not_found',
    409: 'client_offline, operation_in_progress, idempotency_key_reused, no_earlier_release',
    422: 'command_rejected',
  },
});
