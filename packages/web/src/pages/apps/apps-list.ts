/** Which applications the page shows, in which order, and which of them differ from the same one elsewhere. Pure. */
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';

import { appKey } from '../../live/apps-live.ts';
import type { AppsByClient } from '../../live/apps-live.ts';
import type { AppsSearch } from './apps-search.ts';

export interface ShownApps {
  /** Hosts with at least one app that is shown, by name. */
  readonly hosts: readonly ClientApps[];
  readonly shown: number;
  readonly total: number;
  /** Rows beyond the limit are left out with their hosts. */
  readonly more: boolean;
}

function byName(a: { readonly hostname: string; readonly client_id: string }, b: typeof a): number {
  return a.hostname.localeCompare(b.hostname) || a.client_id.localeCompare(b.client_id);
}

/** @param limit rows; the host that reaches it is shown whole */
export function showApps(
  clients: AppsByClient,
  search: AppsSearch,
  drift: ReadonlyMap<string, Drift>,
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
        (search.status === undefined || app.service_status === search.status) &&
        (search.drift === undefined || drift.has(appKey(client.client_id, app.name))),
    );
    if (apps.length === 0) continue;
    shown += apps.length;
    if (rows >= limit) {
      more = true;
      continue;
    }
    rows += apps.length;
    hosts.push({ ...client, apps });
  }
  return { hosts, shown, total, more };
}

/** Hosts to choose from: those with apps, and the one that is chosen. */
export function hostsWithApps(clients: AppsByClient, chosen: string | undefined): readonly ClientApps[] {
  return [...clients.values()]
    .filter(({ client_id: id, apps }) => apps.length > 0 || id === chosen)
    .toSorted(byName);
}

/** How an app differs from the same app on the other hosts. */
export interface Drift {
  readonly kind: 'version' | 'commit';
  /** What most hosts have; undefined when no value is ahead. */
  readonly most: string | undefined;
}

/** The value that more have than any other, if there is one. */
function mostCommon(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [first, second] = [...counts].toSorted(([, a], [, b]) => b - a);
  return first !== undefined && first[1] !== second?.[1] ? first[0] : undefined;
}

/**
 * The minority: with several versions of an app, those that are not on the most common one (all of them when none is
 * ahead); with one version built from several commits, the same by commit.
 */
export function findDrift(clients: AppsByClient): ReadonlyMap<string, Drift> {
  const places = new Map<string, { readonly key: string; readonly app: AppInfo }[]>();
  for (const { client_id: id, apps } of clients.values()) {
    for (const app of apps) {
      const known = places.get(app.name) ?? [];
      places.set(app.name, known);
      known.push({ key: appKey(id, app.name), app });
    }
  }
  const drift = new Map<string, Drift>();
  const mark = (
    kind: Drift['kind'],
    among: readonly { readonly key: string; readonly value: string | undefined }[],
  ): void => {
    const values = among.flatMap(({ value }) => value ?? []);
    if (new Set(values).size < 2) return;
    const most = mostCommon(values);
    for (const { key, value } of among) {
      if (value !== undefined && value !== most && !drift.has(key)) drift.set(key, { kind, most });
    }
  };
  for (const all of places.values()) {
    mark(
      'version',
      all.map(({ key, app }) => ({ key, value: app.version })),
    );
    for (const same of Map.groupBy(all, ({ app }) => app.version).values()) {
      mark(
        'commit',
        same.map(({ key, app }) => ({ key, value: app.commit })),
      );
    }
  }
  return drift;
}
