/**
 * The fleet, as HTTP and events see it: every client known, with its presence and newest readings. The registry
 * (registry.ts) is the one place that changes it; the gateway reports to it through `FleetInbox`.
 */
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { HostFacts, HostPolicy, Labels } from '@ops/protocol/domain/client.ts';
import type { Credential } from '@ops/protocol/domain/enrolment.ts';
import type { Sample, TimedSample } from '@ops/protocol/domain/sample.ts';
import type { UpgradeStanding } from '@ops/protocol/domain/upgrade-fit.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import type {
  ClientName,
  ClientSort,
  ClientSummary,
  ClientView,
  Direction,
  FleetCounts,
  SummaryMetrics,
} from '@ops/protocol/http/clients.ts';
import type { MapEvent, MapShade, WindowEvent } from '@ops/protocol/http/events.ts';
import type { GoodbyeCode, ServerMessage } from '@ops/protocol/wire/messages.ts';
import type { FreshSample } from '@ops/protocol/wire/plain-heartbeat.ts';

export interface ClientFilter {
  readonly status?: 'online' | 'offline' | 'late' | undefined;
  readonly search?: string | undefined;
  /** Kubernetes label selector; @throws OpsError `invalid_request` with field `query.selector` */
  readonly selector?: string | undefined;
}

export interface ClientOrder {
  /** By name when absent. */
  readonly sort?: ClientSort | undefined;
  /** The natural direction of the key when absent. */
  readonly dir?: Direction | undefined;
}

export interface WindowQuery extends ClientFilter, ClientOrder {
  /** Clients before the window; none when absent. */
  readonly offset?: number | undefined;
  /** `DEFAULT_WINDOW` when absent. */
  readonly limit?: number | undefined;
}

export interface FleetWindow {
  /** What is so now, and what changed since the last look; everything is new to the first one. */
  look(): {
    readonly figures: Pick<WindowEvent, 'counts' | 'matched' | 'failing_apps'>;
    /** Undefined: nothing, the figures included. */
    readonly change: Pick<WindowEvent, 'ids' | 'clients' | 'metrics'> | undefined;
    /** True: it did not fit into one look. */
    readonly more: boolean;
  };
}

export interface MapQuery extends ClientFilter {
  /** Label key whose value is told. */
  readonly group?: string | undefined;
  readonly shade?: MapShade | undefined;
}

export interface FleetMap {
  /** What changed since the last look, everything at the first; undefined for nothing. */
  look(): Omit<MapEvent, 'at'> | undefined;
}

export type FleetChange =
  | { readonly kind: 'client'; readonly summary: ClientSummary }
  /** Its applications, all of them as they are now. */
  | { readonly kind: 'apps'; readonly id: string; readonly apps: readonly AppInfo[] }
  | { readonly kind: 'forgotten'; readonly id: string };

export interface Fleet {
  /** Ids that pass the filter, in the order asked for. */
  ids(filter: ClientFilter & ClientOrder): readonly string[];
  /** @throws OpsError `invalid_request` as `ids` */
  window(query: WindowQuery): FleetWindow;
  /** @throws OpsError `invalid_request` as `ids` */
  map(query: MapQuery): FleetMap;
  view(id: string): ClientView | undefined;
  summary(id: string): ClientSummary | undefined;
  name(id: string): ClientName | undefined;
  /** What a batch asks of each of its thousands: a tenth of what `view` costs. */
  target(
    id: string,
  ):
    | { readonly hostname: string; readonly online: boolean; readonly policy: ClientView['policy'] }
    | undefined;
  /** What an upgrade has to know of a client. */
  running(id: string):
    | {
        readonly hostname: string;
        readonly online: boolean;
        readonly version: string;
        readonly arch: string | undefined;
        readonly upgrade: UpgradeStanding | null;
      }
    | undefined;
  /** What a client's applications are, and whether they may be acted on. */
  appsOf(id: string): ClientApps | undefined;
  /** The newest readings of a client that is online. */
  sample(id: string): Sample | undefined;
  counts(): FleetCounts;
  /** Deletes an offline client; its id is refused ever after. Audited as `actor`. */
  forget(
    id: string,
    by: { readonly actor: string; readonly role: string; readonly address: string },
  ): Promise<'forgotten' | 'online' | 'unknown'>;
  /** Calls at every change of presence, facts or applications (not of readings). Returns how to stop. */
  onChange(call: (change: FleetChange) => void): () => void;
  /**
   * Readings newer than `version` (0 for all online clients), at most `limit` clients.
   * @returns the version to ask with next time; when the limit cut, it is the version reached
   */
  readingsSince(
    version: number,
    limit: number,
  ): {
    readonly version: number;
    readonly clients: ReadonlyMap<string, SummaryMetrics & { readonly last_seen_ms: number }>;
  };
}

/** What a connection tells about the client it belongs to. */
export interface Registration {
  readonly clientId: string;
  readonly instanceId: string;
  readonly clientVersion: string;
  readonly facts: HostFacts;
  readonly apps: readonly AppInfo[];
  readonly labels: Labels;
  readonly policy: HostPolicy;
  /** Null: the client is too old to tell. */
  readonly upgrade: UpgradeStanding | null;
  readonly remoteAddress: string;
  readonly encrypted: boolean;
  readonly authenticated: boolean;
  readonly credential: Credential;
  readonly secretInUse: 'current' | 'previous' | undefined;
  readonly heartbeatIntervalSecs: number;
  readonly clientTimeMs: number;
}

/** How the fleet reaches a connected client. Implemented by gateway/connection.ts. */
export interface ClientLink {
  readonly instanceId: string;
  /** Monotonic milliseconds of the last frame. */
  readonly lastFrameAt: number;
  /** Sends a message; does nothing once the connection is closing. A client that does not read is disconnected. */
  tell(message: ServerMessage): void;
  /** Says goodbye and closes. */
  close(code: GoodbyeCode): void;
}

/**
 * A connected client's place in the fleet, for what it tells all the time: to look up one of ten thousand by its id is to
 * wait for memory that nobody else looks at.
 */
export interface FleetSeat {
  /** The sample is a view of what came: whoever keeps it has to copy it. Does nothing once the client is offline. */
  heartbeat(sample: FreshSample | undefined, clientTimeMs: number | undefined): void;
}

/** What the gateway reports. */
export interface FleetInbox {
  /** True: the id was forgotten and must not come back. */
  isForgotten(clientId: string): boolean;
  /** The live link of a client, if any. */
  link(clientId: string): ClientLink | undefined;
  /** @returns undefined when the link was closed at once */
  online(registration: Registration, link: ClientLink): FleetSeat | undefined;
  /** Only if `link` is still the client's link. */
  offline(clientId: string, link: ClientLink): void;
  facts(clientId: string, facts: HostFacts): void;
  apps(clientId: string, apps: readonly AppInfo[]): void;
  /**
   * Resolves when the samples are stored, which is when they may be acknowledged. While storage is unavailable it
   * waits and tries again. @throws OpsError `server_busy`: too many wait already; `storage_unavailable`: stopped.
   * Either way nothing may be acknowledged; the client still has them.
   */
  backlog(clientId: string, samples: readonly TimedSample[]): Promise<void>;
  /** Another process came with the same id and was refused. */
  conflict(clientId: string, address: string): void;
}
