/** Which applications are chosen, on which hosts. Pure. */
import type { ClientApps } from '@ops/protocol/http/apps.ts';

import { appKey } from '../../live/apps-live.ts';
import type { AppsByClient } from '../../live/apps-live.ts';

/** Of `appKey`s. */
export type Selection = ReadonlySet<string>;

export const NOTHING: Selection = new Set();

/** How much of `keys` is chosen. */
export function shareOf(selection: Selection, keys: readonly string[]): 'none' | 'some' | 'all' {
  const chosen = keys.filter((key) => selection.has(key)).length;
  if (chosen === 0) return 'none';
  return chosen === keys.length ? 'all' : 'some';
}

export function withKeys(selection: Selection, keys: readonly string[], on: boolean): Selection {
  const next = new Set(selection);
  for (const key of keys) {
    if (on) next.add(key);
    else next.delete(key);
  }
  return next;
}

export function keysOf(host: Pick<ClientApps, 'client_id' | 'apps'>): string[] {
  return host.apps.map((app) => appKey(host.client_id, app.name));
}

export interface ChosenApp {
  readonly name: string;
  /** By name. */
  readonly hosts: readonly ClientApps[];
  /** Hosts that have it at all. */
  readonly everywhere: number;
}

/** What of the selection is still there, by application. */
export function chosenApps(selection: Selection, clients: AppsByClient): readonly ChosenApp[] {
  const apps = new Map<string, { hosts: ClientApps[]; everywhere: number }>();
  if (selection.size === 0) return [];
  for (const client of clients.values()) {
    for (const app of client.apps) {
      const known = apps.get(app.name) ?? { hosts: [], everywhere: 0 };
      apps.set(app.name, known);
      known.everywhere++;
      if (selection.has(appKey(client.client_id, app.name))) known.hosts.push(client);
    }
  }
  return [...apps]
    .filter(([, { hosts }]) => hosts.length > 0)
    .map(([name, { hosts, everywhere }]) => ({
      name,
      everywhere,
      hosts: hosts.toSorted((a, b) => a.hostname.localeCompare(b.hostname)),
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}
