/**
 * What happens in the fleet, as numbered events that many readers share. An event is made into text once; readers
 * (reader.ts) hold a position, not a queue. Ids are `<start>-<number>`: after a restart the numbers begin again under
 * another start, and a reader that comes back is told to fetch everything.
 */
import { KEPT_EVENTS, METRICS_PERIOD_MS } from '@ops/protocol/http/events.ts';
import type { SummaryMetrics } from '@ops/protocol/http/clients.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { Fleet, FleetChange } from '../fleet/fleet.ts';
import { eventFrame } from './frame.ts';
import { createEventRing } from './ring.ts';
import type { KeptEvent } from './ring.ts';

/** Beside their number: the facts of one client may be 40 KB. */
export const MAX_KEPT_BYTES = 16 * 1024 * 1024;
/** Changes are gathered this long before readers are woken: a fleet that returns is a burst of thousands. */
export const GATHER_MS = 25;
/** Clients in one `metrics` frame: about 60 KB. */
export const METRICS_PER_FRAME = 200;

export interface Readings {
  /** To ask with next time. */
  readonly version: number;
  /** Undefined: nothing new. */
  readonly frame: string | undefined;
  /** The frame was full: there is more. */
  readonly more: boolean;
}

export interface HubReader {
  /** There may be new events. */
  news(): void;
  /** A period of readings is over. */
  readingsDue(): void;
  /** The server stops. */
  shutdown(): void;
}

export interface EventHub {
  /** Number of the newest and of the oldest event kept. */
  readonly newest: number;
  readonly oldest: number;
  at(number: number): KeptEvent | undefined;
  idOf(number: number): string;
  /** @returns the number of the event a reader saw last; undefined when what followed is not known any more */
  numberOf(id: string): number | undefined;
  /** Readings newer than `version`, of all clients online, at most METRICS_PER_FRAME; readers in step share the text. */
  readingsSince(version: number): Readings;
  /** Readings of one online client if others than at `version`, which is the time it was last seen. */
  readingsOf(clientId: string, version: number): Readings;
  add(reader: HubReader): void;
  remove(reader: HubReader): void;
  close(): void;
}

export function createEventHub(needs: {
  readonly fleet: Pick<Fleet, 'onChange' | 'counts' | 'readingsSince' | 'summary'>;
  readonly clock: Clock;
  readonly random: Random;
}): EventHub {
  const { fleet, clock, random } = needs;
  const start = random.bytes(6).toString('hex');
  const ring = createEventRing({ events: KEPT_EVENTS, bytes: MAX_KEPT_BYTES });
  const readers = new Set<HubReader>();
  /** Frames made in this period, by the version they begin at. */
  const shared = new Map<number, Readings>();
  let gathering: Timer | undefined;
  let period: Timer | undefined;

  const idOf = (number: number): string => `${start}-${number}`;

  function onChange(change: FleetChange): void {
    const clientId = change.kind === 'client' ? change.summary.id : change.id;
    ring.add({ topic: 'client', clientId }, (number) =>
      change.kind === 'client'
        ? eventFrame('client', change.summary, idOf(number))
        : eventFrame('forgotten', { id: change.id }, idOf(number)),
    );
    gathering ??= clock.after(GATHER_MS, wake);
  }

  function wake(): void {
    gathering = undefined;
    const counts = fleet.counts();
    ring.add({ topic: 'client', clientId: undefined }, (number) =>
      eventFrame('counts', counts, idOf(number)),
    );
    for (const reader of readers) reader.news();
  }

  function onPeriod(): void {
    shared.clear();
    for (const reader of readers) reader.readingsDue();
  }

  function metricsFrame(
    clients: Iterable<readonly [string, SummaryMetrics & { readonly last_seen_ms: number }]>,
  ): string {
    return eventFrame('metrics', { at: clock.wall(), clients: Object.fromEntries(clients) });
  }

  const stopListening = fleet.onChange(onChange);

  return {
    get newest() {
      return ring.newest;
    },
    get oldest() {
      return ring.oldest;
    },
    at: (number) => ring.at(number),
    idOf,

    numberOf(id) {
      const [, from, digits] = /^([0-9a-f]{12})-(\d{1,15})$/.exec(id) ?? [];
      const number = Number(digits);
      return from === start && number >= ring.oldest - 1 && number <= ring.newest ? number : undefined;
    },

    readingsSince(version) {
      const known = shared.get(version);
      if (known) return known;
      const { version: reached, clients } = fleet.readingsSince(version, METRICS_PER_FRAME);
      const readings = {
        version: reached,
        frame: clients.size === 0 ? undefined : metricsFrame(clients),
        more: clients.size >= METRICS_PER_FRAME,
      };
      if (readings.frame !== undefined) shared.set(version, readings);
      return readings;
    },

    readingsOf(clientId, version) {
      const summary = fleet.summary(clientId);
      if (!summary || summary.last_seen_ms === version || summary.status === 'offline') {
        return { version, frame: undefined, more: false };
      }
      const { last_seen_ms, metrics } = summary;
      const frame = metricsFrame([[clientId, { ...metrics, last_seen_ms }]]);
      return { version: last_seen_ms, frame, more: false };
    },

    add(reader) {
      readers.add(reader);
      period ??= clock.every(METRICS_PERIOD_MS, onPeriod);
    },

    remove(reader) {
      readers.delete(reader);
      if (readers.size > 0) return;
      period?.cancel();
      period = undefined;
      shared.clear();
    },

    close() {
      stopListening();
      gathering?.cancel();
      for (const reader of readers) reader.shutdown();
    },
  };
}
