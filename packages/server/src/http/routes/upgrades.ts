/** One release of ops-client on many hosts. What is asked for here is decided in upgrades/. */
import {
  DEFAULT_CANARY,
  DEFAULT_UPGRADE_CONCURRENCY,
  DEFAULT_UPGRADE_SECS,
} from '@ops/protocol/domain/upgrade.ts';
import { OpsError } from '@ops/protocol/errors.ts';
import type { BodyOf } from '@ops/protocol/http/endpoint.ts';
import {
  createUpgrade,
  getClientRelease,
  getUpgrade,
  listUpgradeHosts,
  listUpgrades,
  orderUpgrade,
  previewUpgrade,
} from '@ops/protocol/http/upgrades.ts';

import type { Auth } from '../../auth/auth.ts';
import type { ReleaseOnShelf } from '../../upgrades/shelf.ts';
import type { UpgradePlan, Upgrades } from '../../upgrades/upgrades.ts';
import { actorOf, countActivity } from '../acting.ts';
import { idempotencyKeyOf } from '../idempotency.ts';
import { RequestFault } from '../request-fault.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { inWords, selectionOf } from '../selection.ts';
import { SUCCESSES } from '../words.ts';

const DEFAULT_UPGRADES_PAGE = 50;
const DEFAULT_HOSTS_PAGE = 100;

export interface UpgradeRouteNeeds {
  readonly upgrades: Upgrades;
  readonly auth: Pick<Auth, 'sessions'>;
}

export function upgradeRoutes({ upgrades, auth }: UpgradeRouteNeeds): Route[] {
  return [
    route(getClientRelease).returns(async ({ context }) => {
      const { release, problem, versions, hosts } = await upgrades.release();
      return {
        release: release
          ? {
              ...nameOf(release),
              files: release.about.files.map(({ name, arch, size }) => ({ name, arch, bytes: size })),
            }
          : null,
        problem: problem ? { code: problem.code, message: problem.words[context.language] } : null,
        versions: [...versions],
        hosts,
      };
    }),

    route(previewUpgrade).returns(async ({ body }) => {
      const { release, targets, unknownIds, hosts } = await upgrades.preview(planOf(body));
      return { release: nameOf(release), targets, unknown_ids: [...unknownIds], hosts: [...hosts] };
    }),

    route(createUpgrade).returns(async ({ body, principal, context, reply }) => {
      countActivity(auth, principal);
      const request = {
        ...planOf(body),
        releasedAt: body.released_at,
        concurrency: body.concurrency ?? DEFAULT_UPGRADE_CONCURRENCY,
        maxFailures: body.max_failures ?? 0,
        expiresInSecs: body.expires_in_secs ?? DEFAULT_UPGRADE_SECS,
        idempotency: idempotencyKeyOf(reply.request.headers, createUpgrade, body),
      };
      const id = await upgrades.create(request, actorOf(principal, context)).catch(inWords);
      return { upgrade_id: id, message: SUCCESSES.upgradeCreated[context.language] };
    }),

    route(listUpgrades).returns(async ({ query }) => {
      const page = await upgrades.list({ limit: query.limit ?? DEFAULT_UPGRADES_PAGE, cursor: query.cursor });
      return { upgrades: [...page.upgrades], next_cursor: page.nextCursor };
    }),

    route(getUpgrade).returns(async ({ params }) => ({
      upgrade: (await upgrades.get(params.id)) ?? unknown(),
    })),

    route(listUpgradeHosts).returns(async ({ params, query }) => {
      const { offset = 0, limit = DEFAULT_HOSTS_PAGE, ...filter } = query;
      const found = (await upgrades.hosts(params.id, filter, { offset, limit })) ?? unknown();
      return { hosts: [...found.hosts], total: found.total, revision: found.revision };
    }),

    route(orderUpgrade).returns(async ({ params, body, principal, context }) => {
      countActivity(auth, principal);
      const upgrade = await upgrades.order(params.id, body.order, actorOf(principal, context));
      return { success: true, message: SUCCESSES.upgradeOrdered[body.order][context.language], upgrade };
    }),
  ];
}

function unknown(): never {
  throw new OpsError('upgrade_not_found');
}

const nameOf = ({ about, signature }: ReleaseOnShelf) => ({
  version: about.version,
  commit: about.commit,
  released_at: about.released_at,
  key: signature.key,
});

/** @throws RequestFault unless there is one way to name the hosts, and at most one for the canary */
function planOf(body: BodyOf<typeof previewUpgrade>): UpgradePlan {
  const { canary, canary_ids: ids } = body;
  if (canary !== undefined && ids !== undefined) {
    throw new RequestFault('invalid_request', {
      field: 'body.canary_ids',
      words: {
        zh: 'canary 与 canary_ids 不能同时给出',
        en: 'canary_ids does not go with canary',
      },
    });
  }
  return { selection: selectionOf(body), canary: ids ?? canary ?? DEFAULT_CANARY };
}
