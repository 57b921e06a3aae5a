/**
 * Applications: what runs where, and actions on one of them. An action is a command like any other: it has an id, a
 * state, output and an end, all read with `command-result`, `command-output` and the events.
 */
import {
  appInfo,
  APP_NAME_PATTERN,
  APP_VERSION_PATTERN,
  MAX_APPS,
  SERVICE_ACTIONS,
  SERVICE_STATUSES,
} from '../domain/app.ts';
import { CLIENT_STATUSES } from '../domain/client.ts';
import { timeoutSecs } from '../domain/command.ts';
import { uuid } from '../domain/id.ts';
import { s } from '../schema.ts';
import type { Infer } from '../schema.ts';
import { MAX_PAGE } from './clients.ts';
import { queueSecs } from './commands.ts';
import { endpoint } from './endpoint.ts';

/**
 * Seconds an action may take when nobody says otherwise: longer than a command, because a service finishes what it was
 * doing before it stops, and a restart is both.
 */
export const ACTION_TIMEOUT_SECS = { Start: 60, Stop: 60, Restart: 120, Status: 30 } as const;
/** An update fetches, unpacks and migrates. */
export const UPDATE_TIMEOUT_SECS = 600;

/** The applications of one client. */
export const clientApps = s.object({
  client_id: uuid,
  hostname: s.string({ max: 255 }),
  status: s.described(s.oneOf(CLIENT_STATUSES), 'Of an offline client the apps are as they were last seen.'),
  readonly: s.boolean('The host refuses every action.'),
  apps: s.array(appInfo, MAX_APPS),
});
export type ClientApps = Infer<typeof clientApps>;

export const listApps = endpoint({
  method: 'GET',
  path: '/api/apps',
  access: 'viewer',
  tag: 'apps',
  summary: { zh: '获取应用信息', en: 'Applications by client' },
  query: s.object({
    client_id: s.optional(s.described(uuid, 'Only this client.')),
    name: s.optional(s.string({ max: 64, description: 'Part of the name of an app, in any case.' })),
    connection: s.optional(s.described(s.oneOf(CLIENT_STATUSES), 'Only clients that are so.')),
    status: s.optional(s.described(s.oneOf(SERVICE_STATUSES), 'Only apps that are so.')),
    limit: s.optional(s.integer({ min: 1, max: MAX_PAGE, description: 'Clients in one answer.' })),
    cursor: s.optional(s.string({ max: 64 })),
  }),
  answer: s.object({
    client_apps: s.described(
      s.record(uuid, clientApps, MAX_PAGE),
      'By client id. With `name` or `status` only clients that have such an app.',
    ),
    next_cursor: s.nullable(s.string({ max: 64 })),
  }),
});

const target = {
  client_id: uuid,
  app_name: s.string({ min: 1, max: 64, pattern: APP_NAME_PATTERN }),
} as const;

const options = {
  timeout_secs: s.optional(timeoutSecs),
  queue_secs: s.optional(s.described(queueSecs, 'Keeps it this long for a client that is offline.')),
} as const;

const answer = s.object({ command_id: uuid, message: s.string({ max: 256 }) });

const failures = {
  404: 'client_not_found, app_not_found',
  409: 'client_offline, operation_in_progress, idempotency_key_reused',
  422: 'command_rejected',
} as const;

export const manageService = endpoint({
  method: 'POST',
  path: '/api/manage-service',
  access: 'operator',
  tag: 'apps',
  summary: { zh: '管理应用服务', en: 'Start, stop or restart an application, or look at it' },
  body: s.object({ ...target, action: s.oneOf(SERVICE_ACTIONS), ...options }),
  answer,
  failures,
});

export const updateApp = endpoint({
  method: 'POST',
  path: '/api/update-app',
  access: 'operator',
  tag: 'apps',
  summary: { zh: '更新应用', en: 'Update an application to a version' },
  body: s.object({
    ...target,
    version: s.string({ min: 1, max: 64, pattern: APP_VERSION_PATTERN }),
    ...options,
  }),
  answer,
  failures,
});
