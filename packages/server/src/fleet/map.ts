/**
 * All clients that pass a filter as cells of a few bytes, and what changed of them since somebody last looked. A client
 * is named once and is a number from then on; its share is rounded, so that most heartbeats change nothing.
 */
import { MAP_STATES, MAP_STEP } from '@ops/protocol/http/events.ts';
import type { MapEvent } from '@ops/protocol/http/events.ts';

import { arrange } from './arrange.ts';
import type { Entry } from './entry.ts';
import type { FleetMap, MapQuery } from './fleet.ts';
import type { Roster } from './roster.ts';

/** Clients told of in one look, about 60 KB when all of them are new. */
export const MAX_CELLS = 500;
/** Label keys to choose from. */
export const MAX_KEYS = 50;

const NO_SHARE = -1;

interface Told {
  readonly number: number;
  revision: number;
  state: number;
  share: number;
}

/** Label keys of these clients, the most common first. */
function keysOf(entries: readonly Entry[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { labels } of entries)
    for (const key of Object.keys(labels)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts]
    .toSorted(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .slice(0, MAX_KEYS)
    .map(([key]) => key);
}

/** @throws OpsError `invalid_request` for a malformed selector */
export function createMap(
  needs: { readonly roster: Roster; readonly revision: () => number },
  query: MapQuery,
): FleetMap {
  const { roster, revision } = needs;
  const { group, shade } = query;
  const told = new Map<Entry, Told>();
  let entries = arrange(roster.ordered, query);
  let arrangedFor = -1;
  let toldKeys = '';
  let numbers = 0;

  function shareOf(entry: Entry): number {
    if (shade === undefined || entry.presence === 'offline') return NO_SHARE;
    const share = entry.sample.share(shade);
    return Number.isNaN(share) ? NO_SHARE : Math.round(share / MAP_STEP) * MAP_STEP;
  }

  /** @returns numbers of those that left; undefined when nothing came, went or changed its facts */
  function rearrange(): { readonly keys?: readonly string[]; readonly gone: readonly number[] } | undefined {
    if (arrangedFor === revision()) return undefined;
    arrangedFor = revision();
    entries = arrange(roster.ordered, query);
    const present = new Set(entries);
    const gone: number[] = [];
    for (const [entry, { number }] of told) {
      if (present.has(entry)) continue;
      gone.push(number);
      told.delete(entry);
    }
    const keys = keysOf(entries);
    if (keys.join() === toldKeys) return { gone };
    toldKeys = keys.join();
    return { keys, gone };
  }

  return {
    look() {
      const isFirst = arrangedFor === -1;
      const { keys, gone = [] } = rearrange() ?? {};
      const hosts: MapEvent['hosts'][number][] = [];
      const cells: number[] = [];
      let more = false;
      let changed = 0;
      for (const entry of entries) {
        const state = MAP_STATES.indexOf(entry.presence);
        const share = shareOf(entry);
        const known = told.get(entry);
        if (known?.revision === entry.revision && known.state === state && known.share === share) continue;
        if (changed >= MAX_CELLS) {
          more = true;
          break;
        }
        changed++;
        const number = known?.number ?? numbers++;
        if (known?.revision !== entry.revision) {
          const value = group === undefined ? null : (entry.labels[group] ?? null);
          const lastSeenMs = entry.presence === 'offline' ? entry.lastSeenMs : null;
          hosts.push([number, entry.id, entry.facts.hostname, value, lastSeenMs]);
        }
        if (known?.state !== state || known.share !== share) cells.push(number, state, share);
        told.set(entry, { number, revision: entry.revision, state, share });
      }
      if (!isFirst && keys === undefined && gone.length === 0 && changed === 0) return undefined;
      return { ...(keys && { keys }), hosts, cells, gone, more };
    },
  };
}
