/** Back to the version before, as one action: an update whose target is found here. */
import { OpsError } from '@ops/protocol/errors.ts';

import type { Actor, Commands } from '../commands/commands.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Releases } from '../releases/releases.ts';
import type { AppActions, AppOrder } from './app-actions.ts';

export interface BackOrder extends Pick<AppOrder, 'clientId' | 'timeoutSecs' | 'queueSecs' | 'idempotency'> {
  readonly appName: string;
  /** The target as the caller has seen it: another one is refused. */
  readonly version?: string | undefined;
}

export interface RollBack {
  /** @throws OpsError `no_earlier_release`, and as `AppActions.act` */
  (
    order: BackOrder,
    by: Actor,
  ): Promise<{ readonly commandId: string; readonly isQueued: boolean; readonly version: string }>;
}

export function createRollBack(needs: {
  readonly apps: AppActions;
  readonly commands: Pick<Commands, 'repeated'>;
  readonly releases: Pick<Releases, 'versionBefore' | 'ofCommand'>;
  readonly fleet: Pick<Fleet, 'appsOf'>;
}): RollBack {
  const { apps, commands, releases, fleet } = needs;

  return async ({ appName, version: expected, ...order }, by) => {
    const [before] =
      (order.idempotency && (await commands.repeated(order.idempotency, by)))?.commandIds ?? [];
    if (before !== undefined) {
      const version = (await releases.ofCommand(before))?.version;
      // Its release was deleted within a day: more than two hundred came after it.
      if (version === undefined) throw new OpsError('no_earlier_release');
      return { commandId: before, isQueued: false, version };
    }
    const client = fleet.appsOf(order.clientId);
    if (!client) throw new OpsError('client_not_found');
    const app = client.apps.find(({ name }) => name === appName);
    if (!app) throw new OpsError('app_not_found');
    const version = await releases.versionBefore(order.clientId, appName, app.version);
    if (version === undefined || (expected !== undefined && expected !== version))
      throw new OpsError('no_earlier_release');
    const work = { kind: 'update', appName, version } as const;
    const made = await apps.act({ ...order, work, release: { kind: 'rollback', rolloutId: null } }, by);
    return { ...made, version };
  };
}
