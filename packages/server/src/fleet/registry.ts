/**
 * The fleet: the roster in memory, driven by what the gateway reports and by two timers, told to whoever listens, and
 * brought to the database by the way.
 *
 *   gateway ─ FleetInbox ─► roster ─► onChange (at once)        HTTP, events ─ Fleet ─► roster
 *   timers (watch.ts) ────►    │ └──► write-behind ─► store
 *                              └────► samples (metrics)
 *
 * What is shown is true. `last_seen` is the wall time of the last heartbeat or registration. Readings are those of the
 * newest sample, and there are none before the first of a connection. After a crash `last_seen` is at most a cleanup
 * interval older than it was, and a client that does not come back counts as disconnected then.
 */
import { OpsError } from '@ops/protocol/errors.ts';
import type { SummaryMetrics } from '@ops/protocol/http/clients.ts';
import type { FreshSample } from '@ops/protocol/wire/plain-heartbeat.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { AuditEntry } from '../audit/entry.ts';
import { arrange } from './arrange.ts';
import { atMostEvery } from './at-most-every.ts';
import type { ClientStore } from './client-store.ts';
import { createConflicts } from './conflicts.ts';
import type { Entry } from './entry.ts';
import type { Fleet, FleetChange, FleetInbox, FleetSeat } from './fleet.ts';
import { createMap } from './map.ts';
import { createRoster } from './roster.ts';
import type { LiveSamples, SampleSink } from './sample-sink.ts';
import { toName, toSummary } from './summary.ts';
import { toApps, toView } from './view.ts';
import { createWatch } from './watch.ts';
import { createWindow } from './window.ts';
import { createWriteBehind } from './write-behind.ts';

/** Clients known at once, offline ones included: five times what one page of the API shows. */
export const MAX_CLIENTS = 50_000;
const LOG_EVERY_MS = 60_000;

export interface FleetNeeds {
  readonly store: ClientStore;
  readonly samples: SampleSink;
  readonly clock: Clock;
  readonly log: Log;
  readonly cleanupIntervalMs: number;
  /** Silence after which a link is closed. */
  readonly clientTimeoutMs: number;
  /** Newcomers beyond are refused until offline clients are forgotten. */
  readonly maxClients?: number;
}

export interface FleetStats {
  readonly known: number;
  /** Clients whose newest state waits to be stored. */
  readonly waitingWrites: number;
  /** Connected clients that proved the previous secret. */
  readonly onPreviousSecret: number;
  /** Newcomers refused because `maxClients` are known. */
  readonly refusedClients: number;
}

export interface FleetRegistry extends Fleet, FleetInbox {
  /** Reads what is stored; all clients are offline then. Before `start`. */
  load(): Promise<void>;
  start(): void;
  /** Whoever is still connected counts as disconnected now. Resolves when everything is stored or cannot be. */
  stop(): Promise<void>;
  stats(): FleetStats;
}

function enrolled(entry: Entry): AuditEntry {
  return {
    atMs: entry.firstSeenMs,
    actor: `client:${entry.id}`,
    role: '',
    address: entry.remoteAddress ?? '',
    action: 'client_enrolled',
    target: entry.id,
    detail: {
      hostname: entry.facts.hostname,
      client_version: entry.clientVersion,
      authenticated: entry.authenticated,
      encrypted: entry.encrypted,
    },
    outcome: 'ok',
  };
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

export function createFleet(needs: FleetNeeds): FleetRegistry {
  const { store, samples, clock, log, maxClients = MAX_CLIENTS } = needs;
  const roster = createRoster(clock);
  const tombstones = new Set<string>();
  const conflicts = createConflicts({ clock, log });
  const behind = createWriteBehind({ store, clock, log });
  const listeners = new Set<(change: FleetChange) => void>();
  const mayLogRefusal = atMostEvery(clock, LOG_EVERY_MS);
  let refusedClients = 0;
  /** Grows with every change of a client that is told. */
  let revision = 0;

  function tell(change: FleetChange): void {
    for (const call of listeners) {
      try {
        call(change);
      } catch (error) {
        log.error('a listener of the fleet failed', { error });
      }
    }
  }

  /** Not coalesced: 10,000 clients that come back at once cost some 20 ms here, spread over their registrations. */
  function announce(entry: Entry): void {
    entry.revision = ++revision;
    if (listeners.size > 0) tell({ kind: 'client', summary: toSummary(entry) });
  }

  function announceApps({ id, apps }: Entry): void {
    if (listeners.size > 0) tell({ kind: 'apps', id, apps });
  }

  function changed(entry: Entry, audit?: readonly AuditEntry[]): void {
    behind.mark(entry, audit);
    announce(entry);
  }

  const watch = createWatch({
    ...needs,
    roster,
    conflicts,
    announce,
    changed,
    seen: (entries) => behind.seen(entries),
  });

  /** The entry of a client that is connected: what others report about is too late or too early. */
  function connected(id: string): Entry | undefined {
    const entry = roster.get(id);
    return entry?.link && entry;
  }

  class Seat implements FleetSeat {
    readonly #entry: Entry;
    readonly #live: LiveSamples;

    constructor(entry: Entry) {
      this.#entry = entry;
      this.#live = samples.live(entry.id);
    }

    heartbeat(sample: FreshSample | undefined, clientTimeMs: number | undefined): void {
      const entry = this.#entry;
      if (!entry.link) return;
      const wasLate = roster.beat(entry, sample, clientTimeMs);
      if (sample) this.#live.add(sample.figures, clientTimeMs ?? entry.lastSeenMs + entry.registeredOffsetMs);
      if (wasLate) announce(entry);
    }
  }

  return {
    async load() {
      for (const id of await store.tombstones()) tombstones.add(id);
      roster.fill(await store.all());
      for (const entry of roster.ordered) conflicts.load(entry);
    },
    start: () => watch.start(),
    async stop() {
      watch.stop();
      for (const entry of roster.ordered) if (roster.disconnect(entry, 'close')) changed(entry);
      const lost = await behind.finish();
      if (lost > 0) log.error('clients could not be stored before the end', { clients: lost });
    },
    stats: () => ({
      known: roster.size,
      waitingWrites: behind.waiting,
      onPreviousSecret: roster.onPreviousSecret,
      refusedClients,
    }),

    ids: (query) => arrange(roster.ordered, query).map(({ id }) => id),
    window: (query) => createWindow({ roster, clock, revision: () => revision }, query),
    map: (query) => createMap({ roster, revision: () => revision }, query),
    view(id) {
      const entry = roster.get(id);
      return entry && toView(entry);
    },
    summary(id) {
      const entry = roster.get(id);
      return entry && toSummary(entry);
    },
    name(id) {
      const entry = roster.get(id);
      return entry && toName(entry);
    },
    target(id) {
      const entry = roster.get(id);
      if (!entry) return undefined;
      return {
        hostname: entry.facts.hostname,
        online: entry.presence !== 'offline',
        policy: entry.policy,
      };
    },
    running(id) {
      const entry = roster.get(id);
      if (!entry) return undefined;
      return {
        hostname: entry.facts.hostname,
        online: entry.presence !== 'offline',
        version: entry.clientVersion,
        arch: entry.facts.arch,
        upgrade: entry.upgrade,
      };
    },
    appsOf(id) {
      const entry = roster.get(id);
      return entry && toApps(entry);
    },
    sample(id) {
      const entry = roster.get(id);
      return entry?.link && entry.sample.read();
    },
    counts: () => roster.counts(),
    onChange(call) {
      listeners.add(call);
      return () => void listeners.delete(call);
    },

    readingsSince(version, limit) {
      const found = roster.connected.since(version, limit);
      const clients = new Map<string, SummaryMetrics & { readonly last_seen_ms: number }>();
      for (const entry of found) {
        clients.set(entry.id, { ...entry.sample.metrics, last_seen_ms: entry.lastSeenMs });
      }
      const reached = found.length < limit ? roster.connected.version : (found.at(-1)?.version ?? version);
      return { version: reached, clients };
    },

    async forget(id, by) {
      const entry = roster.get(id);
      if (!entry || tombstones.has(id)) return 'unknown';
      if (entry.presence !== 'offline') return 'online';
      // Refused from now on, so that it cannot come back while the change is being written.
      tombstones.add(id);
      const unwritten = behind.drop(entry);
      const atMs = clock.wall();
      const detail = { hostname: entry.facts.hostname, first_seen_ms: entry.firstSeenMs };
      const audit: AuditEntry = { atMs, ...by, action: 'client_forget', target: id, detail, outcome: 'ok' };
      try {
        await store.forget(id, { ms: atMs, by: by.actor }, [...unwritten, audit]);
      } catch (error) {
        tombstones.delete(id);
        behind.mark(entry, unwritten);
        throw error;
      }
      roster.remove(entry);
      revision++;
      conflicts.end(entry);
      tell({ kind: 'forgotten', id });
      samples.forget(id).catch((error: unknown) => {
        log.warn('samples of a forgotten client stay until they are too old', { client: id, error });
      });
      return 'forgotten';
    },

    isForgotten: (id) => tombstones.has(id),
    link: (id) => roster.get(id)?.link,

    online(registration, link) {
      const id = registration.clientId;
      if (tombstones.has(id)) {
        link.close('protocol');
        return undefined;
      }
      const known = roster.get(id);
      if (!known && roster.size >= maxClients) {
        refusedClients++;
        if (mayLogRefusal())
          log.error('too many clients are known; forget offline ones', { known: roster.size });
        link.close('too_many_connections');
        return undefined;
      }
      const entry = known ?? roster.add(registration);
      const apps = known ? entry.apps : [];
      const before = roster.connect(entry, registration, link);
      changed(entry, known ? [] : [enrolled(entry)]);
      if (!isSame(apps, entry.apps)) announceApps(entry);
      before?.close('replaced');
      return new Seat(entry);
    },

    offline(clientId, link) {
      const entry = roster.get(clientId);
      if (entry?.link === link && roster.disconnect(entry, 'close')) changed(entry);
    },

    facts(clientId, facts) {
      const entry = connected(clientId);
      if (!entry || isSame(entry.facts, facts)) return;
      roster.setFacts(entry, facts);
      changed(entry);
    },

    apps(clientId, apps) {
      const entry = connected(clientId);
      if (!entry || isSame(entry.apps, apps)) return;
      const isListed = entry.apps.length === apps.length;
      roster.setApps(entry, apps);
      behind.mark(entry);
      // A summary holds their number only.
      if (!isListed) announce(entry);
      announceApps(entry);
    },

    async backlog(clientId, kept) {
      if (!roster.get(clientId)) throw new OpsError('client_not_found');
      await samples.backlog(clientId, kept);
    },

    conflict(clientId, address) {
      const entry = roster.get(clientId);
      if (!entry) return;
      const shown = entry.conflictAtMs !== null;
      const audit = conflicts.begin(entry, address);
      if (audit) behind.mark(entry, [audit]);
      if (!shown) announce(entry);
    },
  };
}
