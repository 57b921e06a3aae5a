/** A fleet over a real database, with a clock that stands still, for tests. */
import type { TimedSample } from '@ops/protocol/domain/sample.ts';
import type { GoodbyeCode } from '@ops/protocol/wire/messages.ts';
import type { Log, LogFields } from '@ops/runtime/log.ts';
import { exampleFacts } from '@ops/testkit/example-messages.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';

import type { Database } from '../storage/database.ts';
import { testMainDatabase } from '../storage/test-database.ts';
import type { TestDatabase, TestDatabaseOptions } from '../storage/test-database.ts';
import type { Tables } from '../storage/tables.ts';
import { createClientStore } from './client-store.ts';
import type { ClientLink, Registration } from './fleet.ts';
import { createFleet } from './registry.ts';
import type { FleetNeeds, FleetRegistry } from './registry.ts';
import type { SampleSink } from './sample-sink.ts';

/** The id of the n-th client of a test. */
export function idOf(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** Of `idOf`. */
export const numberOf = (clientId: string): number => Number.parseInt(clientId.slice(-12), 16);

/** A line for each host: `1 healthy`, `2 failed status`. */
export function hostLines(
  hosts: readonly { readonly client_id: string; readonly state: string; readonly reason: string | null }[],
): string[] {
  return hosts.map(({ client_id, state, reason }) =>
    [numberOf(client_id), state, reason].filter((part) => part !== null).join(' '),
  );
}

export function registrationOf(n: number, overrides: Partial<Registration> = {}): Registration {
  return {
    clientId: idOf(n),
    instanceId: idOf(n),
    clientVersion: '1.0.0',
    facts: exampleFacts({ hostname: `host-${n.toString().padStart(5, '0')}` }),
    apps: [],
    labels: { env: 'prod' },
    policy: { readonly: false, commands: ['ps'], script_dirs: [], script_extensions: ['sh'] },
    upgrade: null,
    remoteAddress: '192.0.2.7',
    encrypted: false,
    authenticated: true,
    credential: 'shared_secret',
    secretInUse: 'current',
    heartbeatIntervalSecs: 3,
    clientTimeMs: 0,
    ...overrides,
  };
}

export interface FakeLink extends ClientLink {
  lastFrameAt: number;
  readonly closedWith: GoodbyeCode[];
}

export function fakeLink(lastFrameAt = 0, instanceId = 'instance'): FakeLink {
  const closedWith: GoodbyeCode[] = [];
  return { instanceId, lastFrameAt, closedWith, tell: () => {}, close: (code) => void closedWith.push(code) };
}

export interface RecordedSamples extends SampleSink {
  readonly taken: { readonly clientId: string; readonly figures: Float64Array; readonly atMs: number }[];
  readonly kept: { readonly clientId: string; readonly samples: readonly TimedSample[] }[];
  readonly forgotten: string[];
}

/** A fleet for tests of what stands on it: of hosts whose readings nobody looks at. */
export async function loadedFleet(
  database: Database<Tables>,
  needs: Pick<FleetNeeds, 'clock' | 'log'>,
): Promise<FleetRegistry> {
  const fleet = createFleet({
    ...needs,
    store: createClientStore(database, needs.log),
    samples: recordedSamples(),
    cleanupIntervalMs: 60_000,
    clientTimeoutMs: 3_600_000,
  });
  await fleet.load();
  return fleet;
}

export function recordedSamples(): RecordedSamples {
  const sink: RecordedSamples = {
    taken: [],
    kept: [],
    forgotten: [],
    live: (clientId) => ({ add: (figures, atMs) => void sink.taken.push({ clientId, figures, atMs }) }),
    backlog: async (clientId, samples) => void sink.kept.push({ clientId, samples }),
    forget: async (clientId) => void sink.forgotten.push(clientId),
  };
  return sink;
}

export interface RecordedLog extends Log {
  readonly lines: {
    readonly level: string;
    readonly message: string;
    readonly fields: LogFields | undefined;
  }[];
}

export function recordedLog(): RecordedLog {
  const lines: RecordedLog['lines'] = [];
  const at = (level: string) => (message: string, fields?: LogFields) =>
    void lines.push({ level, message, fields });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export interface TestFleet extends AsyncDisposable {
  readonly fleet: FleetRegistry;
  readonly clock: ManualClock;
  readonly samples: RecordedSamples;
  readonly log: RecordedLog;
  readonly main: TestDatabase<Tables>;
  /** Another fleet over the same database, loaded: the server after a restart. */
  restarted(): Promise<FleetRegistry>;
}

export async function testFleet(
  options: Partial<FleetNeeds> & { readonly database?: TestDatabaseOptions } = {},
): Promise<TestFleet> {
  const { database: databaseOptions, ...overrides } = options;
  const main = await testMainDatabase(databaseOptions);
  const clock = new ManualClock();
  const samples = recordedSamples();
  const log = recordedLog();
  const fleets: FleetRegistry[] = [];
  const make = (): FleetRegistry => {
    const fleet = createFleet({
      store: createClientStore(main.database, log),
      samples,
      clock,
      log,
      cleanupIntervalMs: 60_000,
      clientTimeoutMs: 300_000,
      ...overrides,
    });
    fleets.push(fleet);
    return fleet;
  };
  return {
    fleet: make(),
    clock,
    samples,
    log,
    main,
    async restarted() {
      const fleet = make();
      await fleet.load();
      return fleet;
    },
    async [Symbol.asyncDispose]() {
      for (const fleet of fleets) await fleet.stop();
      await main[Symbol.asyncDispose]();
    },
  };
}
