/** Which applications the page shows, in which order, and which of them differ from the same one elsewhere. Pure. */
import { isFailing } from '@ops/protocol/domain/app.ts';
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import { appDrift } from '@ops/protocol/domain/app-drift.ts';
import type { AppDrift } from '@ops/protocol/domain/app-drift.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';

import { appKey } from '../../live/apps-live.ts';
import type { AppsByClient } from '../../live/apps-live.ts';
import type { AppsSearch, StatusFilter } from './apps-search.ts';

export interface ShownApps {
  /** Hosts with at least one app that is shown, by name. */
  readonly hosts: readonly ClientApps[];
  readonly shown: number;
  readonly total: number;
  /** Rows beyond the limit are left out with their hosts. */
  readonly more: boolean;
}

/** One for all: `localeCompare` makes one for each comparison. */
const names = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function byName(a: { readonly hostname: string; readonly client_id: string }, b: typeof a): number {
  return names.compare(a.hostname, b.hostname) || (a.client_id < b.client_id ? -1 : 1);
}

function hasStatus(client: ClientApps, app: AppInfo, status: StatusFilter | undefined): boolean {
  if (status === undefined) return true;
  if (status === 'failing') return client.status === 'online' && isFailing(app);
  return app.service_status === status;
}

/** @param limit rows; the host that reaches it is shown whole */
export function showApps(
  clients: AppsByClient,
  search: AppsSearch,
  drift: ReadonlyMap<string, AppDrift>,
  limit: number,
): ShownApps {
  const part = search.name?.trim().toLowerCase() ?? '';
  const hosts: ClientApps[] = [];
  let [shown, total, rows] = [0, 0, 0];
  let more = false;
  for (const client of [...clients.values()].toSorted(byName)) {
    total += client.apps.length;
    if (search.client !== undefined && client.client_id !== search.client) continue;
    if (search.connection !== undefined && client.status !== search.connection) continue;
    const apps = client.apps.filter(
      (app) =>
        (part === '' || app.name.toLowerCase().includes(part)) &&
        hasStatus(client, app, search.status) &&
        (search.drift === undefined || drift.has(appKey(client.client_id, app.name))),
    );
    if (apps.length === 0) continue;
    shown += apps.length;
    if (rows >= limit) {
      more = true;
      continue;
    }
    rows += apps.length;
    // The very same host is not drawn again.
    hosts.push(apps.length === client.apps.length ? client : { ...client, apps });
  }
  return { hosts, shown, total, more };
}

/** Hosts to choose from: those with apps, and the one that is chosen. */
export function hostsWithApps(clients: AppsByClient, chosen: string | undefined): readonly ClientApps[] {
  return [...clients.values()]
    .filter(({ client_id: id, apps }) => apps.length > 0 || id === chosen)
    .toSorted(byName);
}

/** By `appKey`. Two hosts never share the object of an app: each comes from its own part of an answer. */
export function findDrift(clients: AppsByClient): ReadonlyMap<string, AppDrift> {
  const drift = appDrift(appsOf(clients));
  const byKey = new Map<string, AppDrift>();
  if (drift.size === 0) return byKey;
  for (const { client_id: id, apps } of clients.values()) {
    for (const app of apps) {
      const found = drift.get(app);
      if (found) byKey.set(appKey(id, app.name), found);
    }
  }
  return byKey;
}

/** Most changes are of a state, not of a version: what was drawn with the one need not be drawn again for the other. */
export function isSameDrift(
  one: ReadonlyMap<string, AppDrift>,
  other: ReadonlyMap<string, AppDrift>,
): boolean {
  if (one === other) return true;
  if (one.size !== other.size) return false;
  for (const [key, { kind, most }] of one) {
    const there = other.get(key);
    if (there?.kind !== kind || there.most !== most) return false;
  }
  return true;
}

function* appsOf(clients: AppsByClient): Generator<AppInfo> {
  for (const { apps } of clients.values()) yield* apps;
}
