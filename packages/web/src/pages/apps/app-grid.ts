/** The grid of hosts and applications: its columns, its rows and what is counted over them. Pure. */
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';

import { appKey } from '../../live/apps-live.ts';
import type { ShownApps } from './apps-list.ts';

export interface GridColumn {
  readonly name: string;
  /** Of the cells that are shown, from the first row to the last; made when they are asked for. */
  readonly keys: readonly string[];
  readonly counts: Readonly<Record<AppInfo['service_status'], number>>;
  /** Different ones; an app that tells no version has none. */
  readonly versions: number;
}

export interface AppGrid {
  readonly columns: readonly GridColumn[];
  readonly rows: readonly ClientApps[];
}

interface Counted {
  readonly hosts: string[];
  readonly versions: Set<string>;
  readonly counts: Record<AppInfo['service_status'], number>;
}

function columnOf(name: string, { hosts, counts, versions }: Counted): GridColumn {
  let keys: readonly string[] | undefined;
  return {
    name,
    get keys() {
      return (keys ??= hosts.map((id) => appKey(id, name)));
    },
    counts,
    versions: versions.size,
  };
}

/** @param shown the hosts with the applications that pass the filters */
export function gridOf(shown: Pick<ShownApps, 'hosts'>): AppGrid {
  const columns = new Map<string, Counted>();
  for (const { client_id: id, apps } of shown.hosts) {
    for (const { name, version, service_status } of apps) {
      let column = columns.get(name);
      if (column === undefined) {
        column = { hosts: [], versions: new Set(), counts: { Running: 0, Stopped: 0, Unknown: 0 } };
        columns.set(name, column);
      }
      column.hosts.push(id);
      column.counts[service_status]++;
      if (version !== undefined) column.versions.add(version);
    }
  }
  return {
    rows: shown.hosts,
    columns: [...columns]
      .map(([name, counted]) => columnOf(name, counted))
      .toSorted((a, b) => a.name.localeCompare(b.name)),
  };
}

/** The application of a row; undefined where the host does not have it, or a filter leaves it out. */
export function cellOf(row: Pick<ClientApps, 'apps'>, name: string): AppInfo | undefined {
  return row.apps.find((app) => app.name === name);
}
