/**
 * The list of clients as the system page reads it: filtered, ordered and counted by the server, of which only the part in
 * sight is known here, and is kept true by what changed of it. What was in sight before stays known for a while, so that
 * scrolling back shows it at once; another filter or order shows what there was until its first answer is in.
 */
import type { ClientSort, ClientSummary, Direction } from '@ops/protocol/http/clients.ts';
import { MAX_WINDOW } from '@ops/protocol/http/events.ts';
import type { WindowEvent } from '@ops/protocol/http/events.ts';

import type { Timer } from '../browser/clock.ts';
import { createSignal } from '../browser/signal.ts';
import type { Signal } from '../browser/signal.ts';
import type { EventStreamNeeds, StreamEvent } from './event-stream.ts';
import type { ServerClock } from './server-clock.ts';
import { createWatchedStream } from './watched-stream.ts';

/** Rows asked for: several screens, so that a little scrolling asks for nothing. */
export const WINDOW = 150;
/** When fewer rows than this are left on a side, the window moves. */
export const MARGIN = 15;
/** While one scrolls, the window moves this often. */
export const MOVE_MS = 80;
/** Rows this far from the window are forgotten. */
export const KEEP = 1000;

export interface ListQuery {
  readonly status?: 'online' | 'late' | 'offline' | undefined;
  readonly search?: string | undefined;
  readonly sort?: ClientSort | undefined;
  readonly dir?: Direction | undefined;
  /** False: the figures alone. */
  readonly rows: boolean;
}

export type Figures = Pick<WindowEvent, 'counts' | 'matched' | 'running_commands' | 'failing_apps'>;

export interface Rows {
  readonly count: number;
  /** Undefined: not known yet. */
  at(index: number): ClientSummary | undefined;
}

interface WindowPicture {
  /** Undefined until the first answer. */
  readonly figures: Figures | undefined;
  readonly rows: Rows;
  /** The picture is not being kept up to date. */
  readonly stale: boolean;
  /** When news last came, by this computer's clock. */
  readonly asOf: number | undefined;
}

export interface WindowLive {
  readonly picture: Pick<Signal<WindowPicture>, 'get' | 'subscribe'>;
  /** What is to be listed. The same once more changes nothing. */
  readonly ask: (query: ListQuery) => void;
  /** These rows are in sight, the last one included. */
  readonly show: (first: number, last: number) => void;
  /** Keeps the picture up to date until the returned function is called. */
  watch(): () => void;
  /** Drops everything: another reader. */
  forget(): void;
}

interface WindowLiveNeeds extends EventStreamNeeds {
  readonly onRefused: () => void;
  readonly serverClock: ServerClock;
}

const NO_ROWS: Rows = { count: 0, at: () => undefined };
const NOTHING: WindowPicture = { figures: undefined, rows: NO_ROWS, stale: false, asOf: undefined };

export function createWindowLive(needs: WindowLiveNeeds): WindowLive {
  const { clock } = needs;
  const picture = createSignal<WindowPicture>(NOTHING);
  let query: ListQuery = { rows: true };
  let offset = 0;
  let limit = WINDOW;
  /** What is known is of another query: it goes when the first answer comes. */
  let isOther = false;
  let ids = new Map<number, string>();
  let clients = new Map<string, ClientSummary>();
  let figures: Figures | undefined;
  let sight: readonly [first: number, last: number] = [0, 0];
  let moving: Timer | undefined;
  let drawing: Timer | undefined;

  const stream = createWatchedStream(needs, {
    query() {
      const { rows, ...list } = query;
      return { topics: 'window', ...list, offset, limit: rows ? limit : 0 };
    },
    onBegin() {},
    onEvent: take,
    onStale(stale) {
      if (picture.get().stale !== stale) picture.set({ ...picture.get(), stale });
    },
    onRefused: needs.onRefused,
  });

  function take(event: StreamEvent): void {
    if (event.name !== 'window') return;
    needs.serverClock.observe(event.data.at);
    apply(event.data);
    // A hidden page gets no frames; its state is kept all the same.
    drawing ??= clock.frame(draw);
  }

  function draw(): void {
    drawing = undefined;
    // Copies: what was drawn does not change below React.
    const [placed, known] = [new Map(ids), new Map(clients)];
    const rows: Rows = {
      count: figures?.matched ?? 0,
      at(index) {
        const id = placed.get(index);
        return id === undefined ? undefined : known.get(id);
      },
    };
    picture.set({ figures, rows, stale: picture.get().stale, asOf: clock.wall() });
  }

  function apply(event: WindowEvent): void {
    const { counts, matched, running_commands, failing_apps } = event;
    figures = { counts, matched, running_commands, failing_apps };
    if (event.ids !== undefined) {
      if (isOther) {
        ids = new Map();
        // What is in sight may be elsewhere in this list.
        moving ??= clock.after(MOVE_MS, move);
      }
      isOther = false;
      event.ids.forEach((id, index) => ids.set(offset + index, id));
      for (const index of ids.keys()) {
        const isFar = index < offset - KEEP || index > offset + limit + KEEP;
        if (index >= matched || isFar) ids.delete(index);
      }
      prune();
    }
    for (const [id, client] of Object.entries(event.clients ?? {})) clients.set(id, client);
    for (const [id, { last_seen_ms, ...metrics }] of Object.entries(event.metrics ?? {})) {
      const known = clients.get(id);
      if (known) clients.set(id, { ...known, last_seen_ms, metrics });
    }
  }

  function prune(): void {
    if (clients.size < 2 * KEEP) return;
    const kept = new Map<string, ClientSummary>();
    for (const id of ids.values()) {
      const known = clients.get(id);
      if (known) kept.set(id, known);
    }
    clients = kept;
  }

  function move(): void {
    moving = undefined;
    if (!query.rows) return;
    const end = figures?.matched ?? 0;
    const [first, last] = [
      Math.min(sight[0], Math.max(0, end - 1)),
      Math.min(sight[1], Math.max(0, end - 1)),
    ];
    const wanted = Math.min(MAX_WINDOW, Math.max(WINDOW, last - first + 1 + 4 * MARGIN));
    const hasAbove = offset === 0 || first - offset >= MARGIN;
    const hasBelow = offset + limit >= end || offset + limit - last > MARGIN;
    if (hasAbove && hasBelow && wanted <= limit) return;
    limit = wanted;
    offset = around(first, last);
    stream.reopen();
  }

  /** Where a window begins that has these rows in its middle. */
  function around(first: number, last: number): number {
    return Math.max(0, Math.round((first + last) / 2 - limit / 2));
  }

  return {
    picture,
    ask(next) {
      if (JSON.stringify(next) === JSON.stringify(query)) return;
      const [now, then] = [next, query].map(({ status, search }) => JSON.stringify({ status, search }));
      const isReordered = next.sort !== query.sort || next.dir !== query.dir;
      if (now !== then) offset = 0;
      // Who turns the order around far down stays there.
      else if (isReordered) offset = around(...sight);
      isOther ||= now !== then || isReordered;
      query = next;
      stream.reopen();
    },
    show(first, last) {
      sight = [first, last];
      moving ??= clock.after(MOVE_MS, move);
    },
    watch: () => stream.watch(),
    forget() {
      ids = new Map();
      clients = new Map();
      figures = undefined;
      drawing?.cancel();
      drawing = undefined;
      picture.set(NOTHING);
      stream.reopen();
    },
  };
}
