/** Looks through the applications of all clients. */
import type { AppInfo, SERVICE_STATUSES } from '@ops/protocol/domain/app.ts';
import type { ClientStatus } from '@ops/protocol/domain/client.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';

import type { Fleet } from '../fleet/fleet.ts';

export interface AppFilter {
  readonly clientId?: string | undefined;
  /** Part of the name, in any case. */
  readonly name?: string | undefined;
  readonly connection?: ClientStatus | undefined;
  readonly status?: (typeof SERVICE_STATUSES)[number] | undefined;
}

export interface FoundApps {
  /** Clients by host name: all that pass, or those with such an app when the filter speaks of apps. */
  readonly ids: readonly string[];
  /** Of one of them, with the apps that pass; undefined when it is gone meanwhile. */
  read(id: string): ClientApps | undefined;
}

export function findApps(fleet: Pick<Fleet, 'ids' | 'appsOf'>, filter: AppFilter): FoundApps {
  const { clientId, connection, status } = filter;
  const part = filter.name?.trim().toLowerCase() ?? '';
  const isNarrow = part !== '' || status !== undefined;

  function passes(app: AppInfo): boolean {
    return (
      (part === '' || app.name.toLowerCase().includes(part)) &&
      (status === undefined || app.service_status === status)
    );
  }

  function read(id: string): ClientApps | undefined {
    const client = fleet.appsOf(id);
    return client && isNarrow ? { ...client, apps: client.apps.filter(passes) } : client;
  }

  function isFound(id: string): boolean {
    if (clientId !== undefined && id !== clientId) return false;
    return !isNarrow || (fleet.appsOf(id)?.apps.some(passes) ?? false);
  }

  return { ids: fleet.ids({ status: connection }).filter(isFound), read };
}
