/**
 * What happens to clients, their applications, commands, batches, rollouts and upgrades, as numbered events that many readers
 * share. An event is made into text once; readers (reader.ts) hold a position, not a queue. Ids are `<start>-<number>`: after a restart the numbers begin again under
 * another start, and a reader that comes back is told to fetch everything. Output, and the commands of a batch, become
 * events only while somebody listens to them (scopes.ts).
 */
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import { isFinal } from '@ops/protocol/domain/command.ts';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import { KEPT_EVENTS, MAX_APPS_EVENT, METRICS_PERIOD_MS } from '@ops/protocol/http/events.ts';
import type { OutputEvent } from '@ops/protocol/http/events.ts';
import type { EventData, EventName } from '@ops/protocol/http/events.ts';
import type { SummaryMetrics } from '@ops/protocol/http/clients.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { Batches } from '../batches/batches.ts';
import type { CommandChange, Commands, OutputPiece } from '../commands/commands.ts';
import type { Fleet, FleetChange } from '../fleet/fleet.ts';
import type { Rollouts } from '../rollouts/rollouts.ts';
import type { Upgrades } from '../upgrades/upgrades.ts';
import { eventFrame } from './frame.ts';
import { createOutputText } from './output-text.ts';
import { createPace } from './pace.ts';
import { createEventRing } from './ring.ts';
import type { EventHead, KeptEvent } from './ring.ts';
import { createScopes } from './scopes.ts';
import type { ScopeName } from './scopes.ts';

/** Beside their number: the facts of one client may be 40 KB. */
export const MAX_KEPT_BYTES = 16 * 1024 * 1024;
/** Changes are gathered this long before readers are woken: a fleet that returns is a burst of thousands. */
export const GATHER_MS = 25;
/**
 * Changes of commands wake readers at once, as long as that is not more often than this, over all readers a second and in
 * a burst; beyond it they are gathered as well. One person sees a result without delay, a thousand results cost little.
 */
export const PROMPT_WAKES_PER_SEC = 2000;
export const PROMPT_WAKES_BURST = 500;
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
  /**
   * From now on the ring gets these, until as many `leave`s have come, and a while longer.
   * @returns number of the event after which it holds all of them
   */
  enter(scopes: readonly ScopeName[]): number;
  leave(scopes: readonly ScopeName[]): void;
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
  readonly commands: Pick<Commands, 'onChange' | 'onOutput'>;
  readonly batches: Pick<Batches, 'onChange'>;
  readonly rollouts: Pick<Rollouts, 'onChange'>;
  readonly upgrades: Pick<Upgrades, 'onChange'>;
  readonly clock: Clock;
  readonly random: Random;
}): EventHub {
  const { fleet, commands, batches, rollouts, upgrades, clock, random } = needs;
  const start = random.bytes(6).toString('hex');
  const ring = createEventRing({ events: KEPT_EVENTS, bytes: MAX_KEPT_BYTES });
  const readers = new Set<HubReader>();
  /** Frames made in this period, by the version they begin at. */
  const shared = new Map<number, Readings>();
  const outputText = createOutputText();
  const scopes = createScopes({
    clock,
    newest: () => ring.newest,
    onEnd(name) {
      if (name.startsWith('output:')) outputText.forget(name.slice('output:'.length));
    },
  });
  let gathering: Timer | undefined;
  let period: Timer | undefined;
  /** Their counts are told when the changes are. */
  let clientsChanged = false;

  const idOf = (number: number): string => `${start}-${number}`;

  const promptWakes = createPace(PROMPT_WAKES_PER_SEC, PROMPT_WAKES_BURST, clock.mono());

  function add<N extends EventName>(head: EventHead, name: N, data: EventData[N]): void {
    ring.add(head, (number) => eventFrame(name, data, idOf(number)));
    const isGathered = head.topic === 'client' || head.topic === 'app';
    if (!isGathered && promptWakes.take(readers.size, clock.mono())) news();
    else gathering ??= clock.after(GATHER_MS, wake);
  }

  function news(): void {
    for (const reader of readers) reader.news();
  }

  function onFleet(change: FleetChange): void {
    if (change.kind === 'apps') onApps(change.id, change.apps);
    else onClient(change);
  }

  function onApps(clientId: string, apps: readonly AppInfo[]): void {
    const isShort = Buffer.byteLength(JSON.stringify(apps)) <= MAX_APPS_EVENT;
    add({ topic: 'app', clientId }, 'app', { client_id: clientId, apps: isShort ? apps : null });
  }

  function onClient(change: Exclude<FleetChange, { readonly kind: 'apps' }>): void {
    clientsChanged = true;
    if (change.kind === 'client') {
      return add({ topic: 'client', clientId: change.summary.id }, 'client', change.summary);
    }
    return add({ topic: 'client', clientId: change.id }, 'forgotten', { id: change.id });
  }

  function onCommand({ summary }: CommandChange): void {
    const { id: commandId, client_id: clientId, batch_id: batchId } = summary;
    // Output goes before the end it led to.
    if (isFinal(summary.state)) addOutput(clientId, outputText.finish(commandId));
    if (batchId !== null && !scopes.has('batch', batchId) && !scopes.has('command', commandId)) return;
    add({ topic: 'command', clientId, commandId, batchId: batchId ?? undefined }, 'command', summary);
  }

  function onOutput(piece: OutputPiece): void {
    if (scopes.has('output', piece.commandId)) addOutput(piece.clientId, outputText.add(piece));
  }

  function addOutput(clientId: string, events: readonly OutputEvent[]): void {
    for (const event of events)
      add({ topic: 'output', clientId, commandId: event.command_id }, 'output', event);
  }

  function onBatch(summary: BatchSummary): void {
    add({ topic: 'batch', batchId: summary.id }, 'batch', summary);
  }

  function wake(): void {
    if (clientsChanged) add({ topic: 'client' }, 'counts', fleet.counts());
    clientsChanged = false;
    gathering?.cancel();
    gathering = undefined;
    news();
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

  const stopListening = [
    fleet.onChange(onFleet),
    commands.onChange(onCommand),
    commands.onOutput(onOutput),
    batches.onChange(onBatch),
    rollouts.onChange((summary) => add({ topic: 'rollout' }, 'rollout', summary)),
    upgrades.onChange((summary) => add({ topic: 'upgrade' }, 'upgrade', summary)),
  ];

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

    enter: (names) => Math.max(0, ...names.map((name) => scopes.enter(name))),
    leave(names) {
      for (const name of names) scopes.leave(name);
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
      for (const stop of stopListening.splice(0)) stop();
      gathering?.cancel();
      scopes.close();
      for (const reader of readers) reader.shutdown();
    },
  };
}
