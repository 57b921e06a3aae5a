/**
 * Every client known, in memory, and the changes an entry may go through. Nothing else writes to an entry's presence,
 * link, facts or place in the orders; nothing here stores, tells or waits.
 */
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { HostFacts } from '@ops/protocol/domain/client.ts';
import type { FleetCounts } from '@ops/protocol/http/clients.ts';
import type { FreshSample } from '@ops/protocol/wire/plain-heartbeat.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import { createEntry, failingApps } from './entry.ts';
import type { Entry, StoredClient } from './entry.ts';
import type { ClientLink, Registration } from './fleet.ts';
import { NewestSample } from './newest-sample.ts';
import { createOrder } from './order.ts';
import { lateAfterMs, nextPresence } from './presence.ts';
import type { Presence, PresenceEvent } from './presence.ts';
import { createRecency } from './recency.ts';
import type { Recency } from './recency.ts';
import { searchText } from './search.ts';
import { sortName } from '@ops/protocol/domain/sort-name.ts';

export interface Roster {
  readonly size: number;
  get(id: string): Entry | undefined;
  /** By host name, then id. */
  readonly ordered: readonly Entry[];
  /** Those that are not offline, the newest heartbeat last. */
  readonly connected: Pick<Recency, 'version' | 'each' | 'since'>;
  counts(): FleetCounts;
  /** Connected clients that proved the previous secret. */
  readonly onPreviousSecret: number;
  /** No client was ever late after a shorter silence. */
  readonly shortestLateAfterMs: number;

  /** Adds many at once, offline. */
  fill(clients: Iterable<StoredClient>): void;
  /** Adds a newcomer, offline as yet. */
  add(registration: Registration): Entry;
  remove(entry: Entry): void;
  /** @returns the link whose place this one takes */
  connect(entry: Entry, registration: Registration, link: ClientLink): ClientLink | undefined;
  /** @returns false when it was offline */
  disconnect(entry: Entry, event: 'close' | 'timeout'): boolean;
  /** @returns true when the client was late until now */
  beat(entry: Entry, sample: FreshSample | undefined, clientTimeMs: number | undefined): boolean;
  /** @returns true when the client is late from now on */
  silence(entry: Entry): boolean;
  setFacts(entry: Entry, facts: HostFacts): void;
  setApps(entry: Entry, apps: readonly AppInfo[]): void;
  /** Applications on clients that are not offline which do not run although they should. */
  readonly failingApps: number;
}

export function createRoster(clock: Clock): Roster {
  const entries = new Map<string, Entry>();
  const order = createOrder();
  const recency = createRecency();
  const tally: Record<Presence, number> = { online: 0, late: 0, offline: 0 };
  let onPreviousSecret = 0;
  let shortestLateAfterMs = Infinity;
  /** On clients that are not offline. */
  let failing = 0;

  /** The one function that changes presence. @returns whether it did */
  function move(entry: Entry, event: PresenceEvent): boolean {
    const next = nextPresence(entry.presence, event);
    if (next === entry.presence) return false;
    tally[entry.presence]--;
    tally[next]++;
    if (entry.presence === 'offline') failing += entry.failingApps;
    if (next === 'offline') failing -= entry.failingApps;
    entry.presence = next;
    return true;
  }

  function setLink(entry: Entry, link: ClientLink | undefined, secretInUse: Entry['secretInUse']): void {
    if (entry.secretInUse === 'previous') onPreviousSecret--;
    if (secretInUse === 'previous') onPreviousSecret++;
    entry.link = link;
    entry.secretInUse = secretInUse;
  }

  function setFacts(entry: Entry, facts: HostFacts): void {
    const moves = facts.hostname !== entry.facts.hostname;
    if (moves) order.remove(entry);
    entry.facts = facts;
    entry.sortName = sortName(facts.hostname);
    if (moves) order.add(entry);
    entry.searchText = searchText(entry);
  }

  function setApps(entry: Entry, apps: readonly AppInfo[]): void {
    const before = entry.failingApps;
    entry.apps = apps;
    entry.failingApps = failingApps(apps);
    if (entry.presence !== 'offline') failing += entry.failingApps - before;
  }

  return {
    get size() {
      return entries.size;
    },
    get failingApps() {
      return failing;
    },
    get: (id) => entries.get(id),
    get ordered() {
      return order.entries;
    },
    connected: recency,
    counts: () => ({
      total: entries.size,
      online: tally.online + tally.late,
      late: tally.late,
      offline: tally.offline,
    }),
    get onPreviousSecret() {
      return onPreviousSecret;
    },
    get shortestLateAfterMs() {
      return shortestLateAfterMs;
    },

    fill(clients) {
      for (const client of clients) {
        const entry = createEntry(client);
        // Connected when the server ended without a goodbye: known until then, not later.
        if (entry.connectedAtMs !== null) entry.disconnectedAtMs ??= entry.lastSeenMs;
        entries.set(entry.id, entry);
        tally.offline++;
      }
      order.fill(entries.values());
    },

    add(registration) {
      const wall = clock.wall();
      const entry = createEntry({
        id: registration.clientId,
        firstSeenMs: wall,
        lastSeenMs: wall,
        connectedAtMs: null,
        disconnectedAtMs: null,
        clientVersion: registration.clientVersion,
        facts: registration.facts,
        sample: new NewestSample(),
        apps: registration.apps,
        labels: registration.labels,
        policy: registration.policy,
        upgrade: registration.upgrade,
        remoteAddress: registration.remoteAddress,
        encrypted: registration.encrypted,
        authenticated: registration.authenticated,
        credential: registration.credential,
        clockOffsetMs: null,
        conflictAtMs: null,
      });
      entries.set(entry.id, entry);
      tally.offline++;
      order.add(entry);
      return entry;
    },

    remove(entry) {
      recency.remove(entry);
      order.remove(entry);
      setLink(entry, undefined, undefined);
      entries.delete(entry.id);
      tally[entry.presence]--;
      if (entry.presence !== 'offline') failing -= entry.failingApps;
    },

    connect(entry, registration, link) {
      const wall = clock.wall();
      const { link: before } = entry;
      setLink(entry, link, registration.secretInUse);
      entry.lastSeenMs = wall;
      entry.lastBeatAt = clock.mono();
      entry.connectedAtMs = wall;
      entry.disconnectedAtMs = null;
      entry.clientVersion = registration.clientVersion;
      // The readings of the connection before are not those of now.
      entry.sample.clear();
      setApps(entry, registration.apps);
      entry.labels = registration.labels;
      entry.policy = registration.policy;
      entry.upgrade = registration.upgrade;
      entry.remoteAddress = registration.remoteAddress;
      entry.encrypted = registration.encrypted;
      entry.authenticated = registration.authenticated;
      entry.credential = registration.credential;
      entry.heartbeatIntervalSecs = registration.heartbeatIntervalSecs;
      entry.lateAfterMs = lateAfterMs(registration.heartbeatIntervalSecs);
      shortestLateAfterMs = Math.min(shortestLateAfterMs, entry.lateAfterMs);
      entry.registeredOffsetMs = registration.clientTimeMs - wall;
      entry.clockOffsetMs = entry.registeredOffsetMs;
      setFacts(entry, registration.facts);
      recency.touch(entry);
      move(entry, 'register');
      return before === link ? undefined : before;
    },

    disconnect(entry, event) {
      if (!move(entry, event)) return false;
      setLink(entry, undefined, undefined);
      entry.disconnectedAtMs = clock.wall();
      recency.remove(entry);
      return true;
    },

    beat(entry, sample, clientTimeMs) {
      const wall = clock.wall();
      entry.lastSeenMs = wall;
      entry.lastBeatAt = clock.mono();
      entry.clockOffsetMs = clientTimeMs === undefined ? null : clientTimeMs - wall;
      if (sample) entry.sample.put(sample);
      recency.touch(entry);
      return entry.presence === 'late' && move(entry, 'heartbeat');
    },

    silence: (entry) => move(entry, 'silence'),

    setFacts,
    setApps,
  };
}
