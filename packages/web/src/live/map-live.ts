/**
 * Every host in a few bytes, for the heat map: named once, then changed by what the server says changed. A picture is drawn
 * only when all of it is in, so that another grouping does not build up before the reader's eyes.
 */
import { MAP_STATES } from '@ops/protocol/http/events.ts';
import type { MapEvent, MapShade } from '@ops/protocol/http/events.ts';
import { sortName } from '@ops/protocol/domain/sort-name.ts';

import type { Timer } from '../browser/clock.ts';
import { createSignal } from '../browser/signal.ts';
import type { Signal } from '../browser/signal.ts';
import type { EventStreamNeeds } from './event-stream.ts';
import { createWatchedStream } from './watched-stream.ts';

export interface MapCell {
  readonly id: string;
  readonly hostname: string;
  /** Value of the label the map is grouped by; null without it. */
  readonly group: string | null;
  readonly state: (typeof MAP_STATES)[number];
  /** Percent; undefined when there is no reading, or none was asked for. */
  readonly share: number | undefined;
  /** Of a host that is offline. */
  readonly lastSeenMs: number | null;
}

interface MapQuery {
  readonly status?: 'online' | 'late' | 'offline' | undefined;
  readonly search?: string | undefined;
  /** Label key. */
  readonly group?: string | undefined;
  readonly shade?: MapShade | undefined;
}

export interface MapPicture {
  /** By host name. Undefined until all of them are in for the first time. */
  readonly cells: readonly MapCell[] | undefined;
  /** What they were asked for with. */
  readonly group: string | undefined;
  readonly shade: MapShade | undefined;
  /** Label keys to choose from, the most common first. */
  readonly keys: readonly string[];
}

export interface MapLive {
  readonly picture: Pick<Signal<MapPicture>, 'get' | 'subscribe'>;
  /** The same once more changes nothing. */
  ask(query: MapQuery): void;
  /** Keeps the picture up to date until the returned function is called. */
  watch(): () => void;
}

interface Known {
  cell: MapCell;
  /** Of the name, so that ten thousand are sorted in no time. */
  readonly order: string;
}

function byOrder([, a]: readonly [number, Known], [, b]: readonly [number, Known]): number {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  return a.cell.id < b.cell.id ? -1 : 1;
}

export function createMapLive(needs: EventStreamNeeds & { readonly onRefused: () => void }): MapLive {
  const { clock } = needs;
  const picture = createSignal<MapPicture>({
    cells: undefined,
    group: undefined,
    shade: undefined,
    keys: [],
  });
  let query: MapQuery = {};
  let keys: readonly string[] = [];
  let known = new Map<number, Known>();
  /** Numbers in the order of names; undefined when somebody came, went or changed its name. */
  let order: readonly number[] | undefined;
  let drawing: Timer | undefined;

  function draw(): void {
    drawing = undefined;
    order ??= [...known].toSorted(byOrder).map(([number]) => number);
    const { group, shade } = query;
    picture.set({ cells: order.map((number) => known.get(number)!.cell), group, shade, keys });
  }

  function apply(event: MapEvent): void {
    if (event.keys) keys = event.keys;
    for (const number of event.gone) known.delete(number);
    for (const [number, id, hostname, group, lastSeenMs] of event.hosts) {
      const { state = 'offline', share } = known.get(number)?.cell ?? {};
      known.set(number, {
        cell: { id, hostname, group, state, share, lastSeenMs },
        order: sortName(hostname),
      });
    }
    if (event.gone.length > 0 || event.hosts.length > 0) order = undefined;
    for (let at = 0; at < event.cells.length; at += 3) {
      const there = known.get(event.cells[at]!);
      if (!there) continue;
      const share = event.cells[at + 2]!;
      const state = MAP_STATES[event.cells[at + 1]!] ?? 'offline';
      there.cell = { ...there.cell, state, share: share < 0 ? undefined : share };
    }
  }

  const stream = createWatchedStream(needs, {
    query: () => ({ topics: 'map', ...query }),
    onBegin() {
      known = new Map();
      order = undefined;
      drawing?.cancel();
      drawing = undefined;
    },
    onEvent(event) {
      if (event.name !== 'map') return;
      apply(event.data);
      if (!event.data.more) drawing ??= clock.frame(draw);
    },
    // The page says so, of its list.
    onStale() {},
    onRefused: needs.onRefused,
  });

  return {
    picture,
    ask(next) {
      if (JSON.stringify(next) === JSON.stringify(query)) return;
      query = next;
      stream.reopen();
    },
    watch: () => stream.watch(),
  };
}
