/** The grid of hosts and applications: its columns, its rows and what is counted over them. Pure. */
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';

import { appKey } from '../../live/apps-live.ts';
import type { ShownApps } from './apps-list.ts';

export interface GridColumn {
  readonly name: string;
  /** Of the cells that are shown, from the first row to the last. */
  readonly keys: readonly string[];
  readonly counts: Readonly<Record<AppInfo['service_status'], number>>;
  /** Different ones; an app that tells no version has none. */
  readonly versions: number;
}

export interface AppGrid {
  readonly columns: readonly GridColumn[];
  readonly rows: readonly ClientApps[];
  /** By `appKey`; only cells that are shown. */
  readonly cells: ReadonlyMap<string, AppInfo>;
}

/** @param shown the hosts with the applications that pass the filters */
export function gridOf(shown: Pick<ShownApps, 'hosts'>): AppGrid {
  const cells = new Map<string, AppInfo>();
  const columns = new Map<
    string,
    { keys: string[]; versions: Set<string>; counts: Record<AppInfo['service_status'], number> }
  >();
  for (const host of shown.hosts) {
    for (const app of host.apps) {
      const key = appKey(host.client_id, app.name);
      cells.set(key, app);
      const column = columns.get(app.name) ?? {
        keys: [],
        versions: new Set(),
        counts: { Running: 0, Stopped: 0, Unknown: 0 },
      };
      columns.set(app.name, column);
      column.keys.push(key);
      column.counts[app.service_status]++;
      if (app.version !== undefined) column.versions.add(app.version);
    }
  }
  return {
    cells,
    rows: shown.hosts,
    columns: [...columns]
      .map(([name, { keys, counts, versions }]) => ({ name, keys, counts, versions: versions.size }))
      .toSorted((a, b) => a.name.localeCompare(b.name)),
  };
}
