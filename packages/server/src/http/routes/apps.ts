import { Readable } from 'node:stream';

import {
  ACTION_TIMEOUT_SECS,
  listApps,
  manageService,
  UPDATE_TIMEOUT_SECS,
  updateApp,
} from '@ops/protocol/http/apps.ts';
import { DEFAULT_PAGE } from '@ops/protocol/http/clients.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import type { AppActions } from '../../apps/app-actions.ts';
import { findApps } from '../../apps/find-apps.ts';
import type { Auth } from '../../auth/auth.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { actorOf, countActivity } from '../acting.ts';
import { pageOf } from '../client-page.ts';
import { idempotencyKeyOf } from '../idempotency.ts';
import { jsonInPieces } from '../json-list.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { SUCCESSES } from '../words.ts';
import type { Language } from '../words.ts';

export interface AppRouteNeeds {
  readonly apps: AppActions;
  readonly fleet: Pick<Fleet, 'ids' | 'appsOf'>;
  readonly auth: Pick<Auth, 'sessions'>;
  readonly clock: Clock;
}

export function appRoutes({ apps, fleet, auth, clock }: AppRouteNeeds): Route[] {
  return [
    route(listApps).sends(({ query, reply }) => {
      const { client_id: clientId, name, connection, status, limit = DEFAULT_PAGE, cursor } = query;
      const found = findApps(fleet, { clientId, name, connection, status });
      const page = pageOf(found.ids, limit, cursor);
      const entries = page.ids.values().map((id) => [id, () => found.read(id)] as const);
      const rest = () => ({ next_cursor: page.nextCursor });
      return reply
        .type('application/json; charset=utf-8')
        .send(Readable.from(jsonInPieces(clock, 'client_apps', entries, rest), { objectMode: false }));
    }),

    route(manageService).returns(async ({ body, principal, context, reply }) => {
      countActivity(auth, principal);
      const { client_id: clientId, app_name: appName, action } = body;
      const order = {
        clientId,
        work: { kind: 'service', appName, action },
        timeoutSecs: body.timeout_secs ?? ACTION_TIMEOUT_SECS[action],
        queueSecs: body.queue_secs,
        idempotency: idempotencyKeyOf(reply.request.headers, manageService, body),
      } as const;
      return answer(await apps.act(order, actorOf(principal, context)), context.language);
    }),

    route(updateApp).returns(async ({ body, principal, context, reply }) => {
      countActivity(auth, principal);
      const { client_id: clientId, app_name: appName, version } = body;
      const order = {
        clientId,
        work: { kind: 'update', appName, version },
        timeoutSecs: body.timeout_secs ?? UPDATE_TIMEOUT_SECS,
        queueSecs: body.queue_secs,
        idempotency: idempotencyKeyOf(reply.request.headers, updateApp, body),
      } as const;
      return answer(await apps.act(order, actorOf(principal, context)), context.language);
    }),
  ];
}

function answer(
  { commandId, isQueued }: Awaited<ReturnType<AppActions['act']>>,
  language: Language,
): { command_id: string; message: string } {
  return {
    command_id: commandId,
    message: SUCCESSES[isQueued ? 'queueCommand' : 'sendCommand'][language],
  };
}
