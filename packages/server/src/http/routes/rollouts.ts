/** One change of one application on many hosts, wave by wave. What is asked for here is decided in rollouts/. */
import { DEFAULT_WAVES } from '@ops/protocol/domain/rollout.ts';
import { OpsError } from '@ops/protocol/errors.ts';
import { ACTION_TIMEOUT_SECS, UPDATE_TIMEOUT_SECS } from '@ops/protocol/http/apps.ts';
import type { BodyOf } from '@ops/protocol/http/endpoint.ts';
import {
  createRollout,
  DEFAULT_ROLLOUT_CONCURRENCY,
  getRollout,
  listRolloutHosts,
  listRollouts,
  orderRollout,
  previewRollout,
} from '@ops/protocol/http/rollouts.ts';

import type { Auth } from '../../auth/auth.ts';
import { defaultGate } from '../../rollouts/gate.ts';
import type { Change, RolloutPlan, Rollouts } from '../../rollouts/rollouts.ts';
import { actorOf, countActivity } from '../acting.ts';
import { idempotencyKeyOf } from '../idempotency.ts';
import { RequestFault } from '../request-fault.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { inWords, selectionOf } from '../selection.ts';
import { SUCCESSES } from '../words.ts';

const DEFAULT_ROLLOUTS_PAGE = 50;
const DEFAULT_HOSTS_PAGE = 100;

export interface RolloutRouteNeeds {
  readonly rollouts: Rollouts;
  readonly auth: Pick<Auth, 'sessions'>;
}

export function rolloutRoutes({ rollouts, auth }: RolloutRouteNeeds): Route[] {
  return [
    route(previewRollout).returns(({ body, context }) => {
      const { waves, targets, unknownIds, hosts } = rollouts.preview(planOf(body));
      return {
        waves: [...waves],
        targets,
        unknown_ids: [...unknownIds],
        hosts: hosts.map((host) => ({
          client_id: host.clientId,
          hostname: host.hostname,
          wave: host.wave,
          reason: host.reason,
          detail: host.detail?.[context.language] ?? null,
          version: host.version,
          service_status: host.status,
        })),
      };
    }),

    route(createRollout).returns(async ({ body, principal, context, reply }) => {
      countActivity(auth, principal);
      const plan = planOf(body);
      const request = {
        ...plan,
        gate: { ...defaultGate(plan.change), ...given(body.gate) },
        statusOfAll: body.gate?.status !== undefined,
        maxFailures: body.max_failures ?? 0,
        onFailure: onFailureOf(body, plan.change),
        concurrency: body.concurrency ?? DEFAULT_ROLLOUT_CONCURRENCY,
        timeoutSecs: body.timeout_secs ?? timeoutOf(plan.change),
        idempotency: idempotencyKeyOf(reply.request.headers, createRollout, body),
      };
      const id = await rollouts.create(request, actorOf(principal, context)).catch(inWords);
      return { rollout_id: id, message: SUCCESSES.rolloutCreated[context.language] };
    }),

    route(listRollouts).returns(async ({ query }) => {
      const { app_name: appName, limit = DEFAULT_ROLLOUTS_PAGE, cursor } = query;
      const page = await rollouts.list({ appName }, { limit, cursor });
      return { rollouts: [...page.rollouts], next_cursor: page.nextCursor };
    }),

    route(getRollout).returns(async ({ params }) => ({
      rollout: (await rollouts.get(params.id)) ?? unknown(),
    })),

    route(listRolloutHosts).returns(async ({ params, query, context }) => {
      const { offset = 0, limit = DEFAULT_HOSTS_PAGE, ...filter } = query;
      const found =
        (await rollouts.hosts(params.id, filter, { offset, limit }, context.language)) ?? unknown();
      return { hosts: [...found.hosts], total: found.total, revision: found.revision };
    }),

    route(orderRollout).returns(async ({ params, body, principal, context }) => {
      countActivity(auth, principal);
      const rollout = await rollouts.order(params.id, body.order, actorOf(principal, context));
      return {
        success: true,
        message: SUCCESSES.rolloutOrdered[body.order][context.language],
        rollout,
      };
    }),
  ];
}

function unknown(): never {
  throw new OpsError('rollout_not_found');
}

function fault(field: string, zh: string, en: string): never {
  throw new RequestFault('invalid_request', { field, words: { zh, en } });
}

/** @throws RequestFault unless it is one change, and one way to name the hosts */
function planOf(body: BodyOf<typeof previewRollout>): RolloutPlan {
  return {
    appName: body.app_name,
    change: changeOf(body),
    selection: selectionOf(body),
    waves: body.waves ?? DEFAULT_WAVES,
  };
}

function changeOf({ action, version, restart }: BodyOf<typeof previewRollout>): Change {
  if (action !== undefined && version === undefined) {
    if (restart !== undefined)
      fault('body.restart', 'restart 只能与 version 同用', 'restart belongs to version');
    return { kind: 'action', action };
  }
  if (version !== undefined && action === undefined)
    return { kind: 'version', version, restart: restart ?? false };
  return fault(
    'body.action',
    '必须且只能给出 action、version 二者之一',
    'give exactly one of action and version',
  );
}

function onFailureOf({ on_failure: onFailure = 'hold' }: BodyOf<typeof createRollout>, { kind }: Change) {
  if (onFailure === 'rollback' && kind !== 'version')
    fault('body.on_failure', '只有版本更新可以回滚', 'only a rollout of a version can be rolled back');
  return onFailure;
}

/** What is left out does not replace anything. */
function given(gate: BodyOf<typeof createRollout>['gate'] = {}) {
  const { soak_secs, status, max_restarts, checks } = gate;
  return {
    ...(soak_secs !== undefined && { soak_secs }),
    ...(status !== undefined && { status }),
    ...(max_restarts !== undefined && { max_restarts }),
    ...(checks !== undefined && { checks }),
  };
}

function timeoutOf(change: Change): number {
  return change.kind === 'version' ? UPDATE_TIMEOUT_SECS : ACTION_TIMEOUT_SECS[change.action];
}
