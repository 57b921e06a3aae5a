/**
 * All hosts by their names, for the pages that choose hosts, as React reads them. While someone watches and the page is visible a stream is open;
 * at its start, and whenever the server no longer knows what was missed, the whole list is fetched, and the events
 * that came meanwhile are applied on top. Changes reach React once a frame, however many events brought them.
 */
import type { ClientNames } from '@ops/protocol/http/clients.ts';

import type { Timer } from '../browser/clock.ts';
import { createSignal } from '../browser/signal.ts';
import type { Signal } from '../browser/signal.ts';
import { keepStream } from './event-stream.ts';
import type { EventStreamNeeds, StreamEvent, StreamPhase } from './event-stream.ts';
import { applyEvents, fromSnapshot } from './fleet-state.ts';
import type { FleetEvent, FleetState } from './fleet-state.ts';
import type { ServerClock } from './server-clock.ts';

/** A break shorter than this is not worth a word. */
export const LOST_AFTER_MS = 2500;
/** A tab in the background gives its connection back: browsers allow six to one server, for all tabs together. */
export const HIDDEN_CLOSE_MS = 10_000;
/** A stream that says nothing for so long may be dead without anyone knowing (a laptop that slept): it is opened anew. */
export const SILENT_REOPEN_MS = 45_000;
const WATCHDOG_MS = 5000;
/**
 * A fleet whose hosts neither come nor go says nothing. The readings of one host that is online come every few seconds,
 * and tell that the stream is alive and what time it is for the server.
 */
const PULSE = { sort: 'status', limit: 1 } as const;
const REFETCH_MS = 3000;
/** So many events are applied without waiting for the next frame. */
export const MAX_QUEUED_EVENTS = 500;
/** So many may wait for the list; one more, and the list is asked for again. */
export const MAX_WAITING_EVENTS = 5000;

interface FleetPicture {
  /** Undefined until the first list arrived. */
  readonly fleet: FleetState | undefined;
  /** The picture is not being kept up to date. */
  readonly stale: boolean;
  /** When news last came, by this computer's clock. */
  readonly asOf: number | undefined;
  /** What kept the list from being read; it is asked for again by itself. */
  readonly failure: unknown;
}

export interface FleetLive {
  readonly picture: Pick<Signal<FleetPicture>, 'get' | 'subscribe'>;
  /** Keeps the picture up to date until the returned function is called. */
  watch(): () => void;
  /** The page came into sight or went out of it. */
  visible(is: boolean): void;
  /** Drops everything: another reader. */
  forget(): void;
  /** Asks for the list at once, for a reader who does not want to wait. */
  readonly ask: () => void;
}

interface FleetLiveNeeds extends EventStreamNeeds {
  readonly fetchFleet: () => Promise<ClientNames>;
  readonly onRefused: () => void;
  readonly serverClock: ServerClock;
}

const NOTHING: FleetPicture = { fleet: undefined, stale: false, asOf: undefined, failure: undefined };

export function createFleetLive(needs: FleetLiveNeeds): FleetLive {
  const { clock } = needs;
  const picture = createSignal<FleetPicture>(NOTHING);
  const timers = new Map<'frame' | 'losing' | 'refetching' | 'watchdog', Timer>();
  let queue: FleetEvent[] = [];
  let phase: StreamPhase = 'closed';
  let awaitingList = false;
  /** Counts fetches: the answer of one that was overtaken is dropped. */
  let fetches = 0;
  let heardAt = 0;
  let hiding: Timer | undefined;
  let closeStream: (() => void) | undefined;
  let watchers = 0;
  let isVisible = true;

  function cancel(name: Parameters<typeof timers.delete>[0]): void {
    timers.get(name)?.cancel();
    timers.delete(name);
  }

  /** The stream is open and the list is in: the picture is true. */
  function settle(): void {
    if (phase !== 'live' || awaitingList) return;
    cancel('losing');
    if (picture.get().stale) picture.set({ ...picture.get(), stale: false });
  }

  function flush(): void {
    cancel('frame');
    const { fleet, stale } = picture.get();
    if (fleet === undefined || awaitingList || queue.length === 0) return;
    const batch = queue;
    queue = [];
    picture.set({ fleet: applyEvents(fleet, batch), stale, asOf: clock.wall(), failure: undefined });
  }

  function take(event: StreamEvent): void {
    heardAt = clock.wall();
    if (event.name === 'ready') return;
    // Not about the fleet: the pages of commands and applications read them.
    if (event.name === 'command' || event.name === 'output' || event.name === 'batch') return;
    if (event.name === 'app' || event.name === 'rollout' || event.name === 'upgrade') return;
    if (event.name === 'metrics' || event.name === 'map') return;
    if (event.name === 'window') return needs.serverClock.observe(event.data.at);
    if (event.name === 'reset') return fetchList();
    queue.push(event);
    if (awaitingList) {
      if (queue.length > MAX_WAITING_EVENTS) fetchList();
    } else if (queue.length >= MAX_QUEUED_EVENTS) {
      flush();
    } else if (!timers.has('frame')) {
      timers.set('frame', clock.frame(flush));
    }
  }

  function fetchList(): void {
    const mine = ++fetches;
    awaitingList = true;
    queue = [];
    cancel('refetching');
    needs.fetchFleet().then(
      (list) => {
        if (mine !== fetches) return;
        const fleet = applyEvents(fromSnapshot(list), queue);
        queue = [];
        awaitingList = false;
        picture.set({ fleet, stale: picture.get().stale, asOf: clock.wall(), failure: undefined });
        settle();
      },
      (failure: unknown) => {
        if (mine !== fetches) return;
        picture.set({ ...picture.get(), failure });
        timers.set('refetching', clock.after(REFETCH_MS, fetchList));
      },
    );
  }

  function setPhase(next: StreamPhase): void {
    phase = next;
    settle();
    if ((next === 'lost' || next === 'opening') && !timers.has('losing')) {
      timers.set(
        'losing',
        clock.after(LOST_AFTER_MS, () => picture.set({ ...picture.get(), stale: true })),
      );
    }
  }

  function watchdog(): void {
    if (phase !== 'live' || clock.wall() - heardAt < SILENT_REOPEN_MS) return;
    close();
    open();
  }

  function open(): void {
    if (closeStream !== undefined || watchers === 0 || !isVisible) return;
    heardAt = clock.wall();
    timers.set('watchdog', clock.every(WATCHDOG_MS, watchdog));
    closeStream = keepStream(
      needs,
      { topics: 'client,window', ...PULSE },
      { onPhase: setPhase, onEvent: take, onFresh: fetchList, onRefused: needs.onRefused },
    );
  }

  function close(): void {
    closeStream?.();
    closeStream = undefined;
    fetches++;
    awaitingList = false;
    queue = [];
    for (const name of timers.keys()) cancel(name);
  }

  return {
    picture,
    ask: fetchList,
    watch() {
      watchers++;
      open();
      return () => {
        watchers--;
        if (watchers === 0) close();
      };
    },
    visible(is) {
      isVisible = is;
      hiding?.cancel();
      hiding = is ? undefined : clock.after(HIDDEN_CLOSE_MS, close);
      if (is) open();
    },
    forget() {
      close();
      picture.set(NOTHING);
      open();
    },
  };
}
