/** What the server knows of one client, in memory. Only the registry and the parts it is made of change an entry. */
import { isFailing } from '@ops/protocol/domain/app.ts';
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { HostFacts, HostPolicy, Labels } from '@ops/protocol/domain/client.ts';
import type { Credential } from '@ops/protocol/domain/enrolment.ts';
import type { UpgradeStanding } from '@ops/protocol/domain/upgrade-fit.ts';

import type { ClientLink } from './fleet.ts';
import type { NewestSample } from './newest-sample.ts';
import type { Presence } from './presence.ts';
import { searchText } from './search.ts';
import { sortName } from '@ops/protocol/domain/sort-name.ts';

/** The part of an entry that outlives the server. Times are wall-clock milliseconds of the server. */
export interface StoredClient {
  readonly id: string;
  readonly firstSeenMs: number;
  /** Of the last frame that was a heartbeat or a registration. */
  lastSeenMs: number;
  /** Start of the present connection, or of the last one. */
  connectedAtMs: number | null;
  /** Null while connected. */
  disconnectedAtMs: number | null;
  clientVersion: string;
  facts: HostFacts;
  /** Of the present connection, or the last one before the client went offline. */
  readonly sample: NewestSample;
  apps: readonly AppInfo[];
  labels: Labels;
  /** Null when it was not told. */
  policy: HostPolicy | null;
  /** Null when its client is too old to tell. */
  upgrade: UpgradeStanding | null;
  /** Null when it was not told. */
  remoteAddress: string | null;
  encrypted: boolean;
  authenticated: boolean;
  /** What it proved itself by. */
  credential: Credential;
  /** Client minus server at the newest heartbeat or registration; null when that told no time. */
  clockOffsetMs: number | null;
  /** When another process with the same id was last refused; null when that is over. */
  conflictAtMs: number | null;
}

export interface Entry extends StoredClient {
  presence: Presence;
  /** Defined exactly while the client is not offline. */
  link: ClientLink | undefined;
  secretInUse: 'current' | 'previous' | undefined;
  heartbeatIntervalSecs: number;
  /** Monotonic milliseconds of the last heartbeat or registration. */
  lastBeatAt: number;
  /** Silence that makes the client late. */
  lateAfterMs: number;
  /** Client minus server when it registered: dates samples of heartbeats that tell no time. */
  registeredOffsetMs: number;
  /** Monotonic milliseconds when the conflict counts as over. */
  conflictUntil: number;
  /** Newcomers refused since the conflict was last audited, and when that was. */
  conflictsUnaudited: number;
  conflictAuditedAt: number;
  /** Where it stands in the order of newest readings (recency.ts); 0 while it does not. */
  place: number;
  /** Grows with each heartbeat of any client. */
  version: number;
  /** Grows over all clients with each change that is told: everything but its readings. */
  revision: number;
  /** What a search looks through. */
  searchText: string;
  /** What it is ordered by. */
  sortName: string;
  /** Its applications that do not run although they should. */
  failingApps: number;
}

export function failingApps(apps: readonly AppInfo[]): number {
  return apps.filter(isFailing).length;
}

/** All entries are made here, with all fields, so that they share one shape in memory. */
export function createEntry(stored: StoredClient): Entry {
  return {
    id: stored.id,
    firstSeenMs: stored.firstSeenMs,
    lastSeenMs: stored.lastSeenMs,
    connectedAtMs: stored.connectedAtMs,
    disconnectedAtMs: stored.disconnectedAtMs,
    clientVersion: stored.clientVersion,
    facts: stored.facts,
    sample: stored.sample,
    apps: stored.apps,
    labels: stored.labels,
    policy: stored.policy,
    upgrade: stored.upgrade,
    remoteAddress: stored.remoteAddress,
    encrypted: stored.encrypted,
    authenticated: stored.authenticated,
    credential: stored.credential,
    clockOffsetMs: stored.clockOffsetMs,
    conflictAtMs: stored.conflictAtMs,
    presence: 'offline',
    link: undefined,
    secretInUse: undefined,
    heartbeatIntervalSecs: 0,
    lastBeatAt: 0,
    lateAfterMs: 0,
    registeredOffsetMs: 0,
    conflictUntil: 0,
    conflictsUnaudited: 0,
    conflictAuditedAt: Number.NEGATIVE_INFINITY,
    place: 0,
    version: 0,
    revision: 0,
    searchText: searchText(stored),
    sortName: sortName(stored.facts.hostname),
    failingApps: failingApps(stored.apps),
  };
}
