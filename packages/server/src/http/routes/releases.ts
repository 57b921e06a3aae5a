/** What versions applications have had, and the way back to the one before. */
import { UPDATE_TIMEOUT_SECS } from '@ops/protocol/http/apps.ts';
import { DEFAULT_RELEASES_PAGE, listReleases, rollBackApp } from '@ops/protocol/http/releases.ts';

import type { RollBack } from '../../apps/roll-back.ts';
import type { Auth } from '../../auth/auth.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Releases } from '../../releases/releases.ts';
import { actorOf, countActivity } from '../acting.ts';
import { idempotencyKeyOf } from '../idempotency.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { SUCCESSES } from '../words.ts';

export interface ReleaseRouteNeeds {
  readonly releases: Pick<Releases, 'list' | 'versionBefore'>;
  readonly rollBack: RollBack;
  readonly fleet: Pick<Fleet, 'appsOf'>;
  readonly auth: Pick<Auth, 'sessions'>;
}

export function releaseRoutes({ releases, rollBack, fleet, auth }: ReleaseRouteNeeds): Route[] {
  async function wayBack(clientId: string | undefined, appName: string | undefined): Promise<string | null> {
    if (clientId === undefined || appName === undefined) return null;
    const app = fleet.appsOf(clientId)?.apps.find(({ name }) => name === appName);
    return app ? ((await releases.versionBefore(clientId, appName, app.version)) ?? null) : null;
  }

  return [
    route(listReleases).returns(async ({ query }) => {
      const { client_id: clientId, app_name: appName, limit = DEFAULT_RELEASES_PAGE, cursor } = query;
      const page = await releases.list({ clientId, appName }, { limit, cursor });
      return {
        releases: [...page.releases],
        next_cursor: page.nextCursor,
        rollback_version: await wayBack(clientId, appName),
      };
    }),

    route(rollBackApp).returns(async ({ body, principal, context, reply }) => {
      countActivity(auth, principal);
      const order = {
        clientId: body.client_id,
        appName: body.app_name,
        version: body.version,
        timeoutSecs: body.timeout_secs ?? UPDATE_TIMEOUT_SECS,
        queueSecs: body.queue_secs,
        idempotency: idempotencyKeyOf(reply.request.headers, rollBackApp, body),
      };
      const made = await rollBack(order, actorOf(principal, context));
      const words = SUCCESSES[made.isQueued ? 'queueCommand' : 'sendCommand'];
      return { command_id: made.commandId, message: words[context.language], version: made.version };
    }),
  ];
}
