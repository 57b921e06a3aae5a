/**
 * Rollouts over a real database, real commands, releases and a real fleet, for tests. `kill` drops the server as it is:
 * nothing of it is stopped, nothing it does reaches the disk or a host any more.
 */
import type { RolloutHost, RolloutSummary } from '@ops/protocol/http/rollouts.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';

import { createAppActions, type AppActions } from '../apps/app-actions.ts';
import { createRollBack, type RollBack } from '../apps/roll-back.ts';
import type { Actor } from '../commands/commands.ts';
import { createCommands, type RunningCommands } from '../commands/create-commands.ts';
import type { FleetRegistry } from '../fleet/registry.ts';
import { hostLines, idOf, loadedFleet } from '../fleet/test-fleet.ts';
import { createReleases, type RunningReleases } from '../releases/release-service.ts';
import { openMainDatabase, type OpenDatabase } from '../storage/open.ts';
import {
  auditedAs,
  lifeOf,
  mishapsOf,
  mortal,
  reignOf,
  timeBeside,
  type Life,
  type Mishaps,
} from '../storage/test-life.ts';
import type { Tables } from '../storage/tables.ts';
import { defaultGate } from './gate.ts';
import { createRollouts, type RolloutService } from './rollout-service.ts';
import type { RolloutRequest } from './rollouts.ts';
import { APP, testHosts, type TestHosts } from './test-hosts.ts';

export const BY: Actor = { actor: 'alice', role: 'operator', address: '192.0.2.9' };
interface Server {
  readonly database: OpenDatabase<Tables>;
  readonly fleet: FleetRegistry;
  readonly commands: RunningCommands;
  readonly releases: RunningReleases;
  readonly rollouts: RolloutService;
  readonly apps: AppActions;
  readonly rollBack: RollBack;
  readonly life: Life;
}

export interface TestRollouts extends AsyncDisposable, Mishaps {
  readonly rollouts: RolloutService;
  readonly releases: RunningReleases;
  readonly commands: RunningCommands;
  readonly fleet: FleetRegistry;
  readonly rollBack: RollBack;
  readonly database: OpenDatabase<Tables>;
  readonly clock: ManualClock;
  readonly hosts: TestHosts;
  /** Everything told of rollouts, by all servers. */
  readonly told: readonly RolloutSummary[];
  /** Changes that were written since the server began. */
  readonly writes: number;
  readonly isDead: boolean;
  kill(): Promise<void>;
  /** On the same disk; all hosts that were there come back, unless it is to be alone. */
  start(how?: { readonly alone: true }): Promise<void>;
  request(overrides?: Partial<RolloutRequest>): RolloutRequest;
  create(overrides?: Partial<RolloutRequest>): Promise<string>;
  rollout(id: string): Promise<RolloutSummary>;
  /** An update on its own. @returns the command */
  update(n: number, version: string): Promise<string>;
  /** Lets time go on until it is so. */
  reached(id: string, what: string, holds: (rollout: RolloutSummary) => boolean): Promise<RolloutSummary>;
  /** Lets time go on. */
  passes(ms: number): Promise<void>;
  /** Each host's line: `1 healthy`, `2 failed status`. */
  lines(id: string): Promise<string[]>;
  list(id: string): Promise<readonly RolloutHost[]>;
  audited(): Promise<string[]>;
}

export async function testRollouts(
  hostsAtFirst: number,
  limits: { readonly maxUnfinishedHosts?: number } = {},
): Promise<TestRollouts> {
  const clock = new ManualClock();
  const directory = await tempDirectory('rollouts');
  const told: RolloutSummary[] = [];
  const hosts = testHosts();

  async function open(): Promise<Server> {
    const life = lifeOf(clock);
    const shared = { clock: life.clock, log: silentLog, random: systemRandom };
    const real = await openMainDatabase({ dataDir: directory.path, clock, log: silentLog });
    const database = mortal(real, life);
    const fleet = await loadedFleet(database, shared);
    const commands = createCommands({ ...shared, database, retentionDays: 30 });
    await commands.load();
    commands.start();
    const releases = createReleases({ ...shared, database, commands, fleet });
    await releases.load();
    const apps = createAppActions({
      ...shared,
      commands,
      releases,
      fleet,
      isConnected: (id) => fleet.link(id) !== undefined,
      audit: { record: async (entry) => void (await database.write({ statements: [], audit: [entry] })) },
    });
    const rollBack = createRollBack({ apps, commands, releases, fleet });
    const rollouts = createRollouts({
      ...shared,
      apps,
      commands,
      database,
      fleet,
      retentionDays: 30,
      ...limits,
    });
    rollouts.onChange((rollout) => told.push(rollout));
    await rollouts.load();
    hosts.serverIs({ fleet, commands });
    return { database: real, fleet, commands, releases, rollouts, apps, rollBack, life };
  }

  const reign = await reignOf(open, () => hosts.serverGone());
  const { running, kill } = reign;
  for (let n = 1; n <= hostsAtFirst; n++) hosts.connect(n);

  const time = timeBeside(clock, () => reign.server?.database);

  const test: TestRollouts = {
    get rollouts() {
      return running().rollouts;
    },
    get releases() {
      return running().releases;
    },
    get commands() {
      return running().commands;
    },
    get fleet() {
      return running().fleet;
    },
    get rollBack() {
      return running().rollBack;
    },
    get database() {
      return running().database;
    },
    get writes() {
      return running().life.writes;
    },
    get isDead() {
      return reign.server?.life.dead ?? true;
    },
    clock,
    hosts,
    told,
    ...mishapsOf(running),
    kill,
    async start(how) {
      await reign.start();
      if (!how) hosts.return();
    },
    request: (overrides = {}) => ({
      appName: APP,
      change: { kind: 'version', version: 'v2', restart: false },
      selection: { kind: 'all' },
      waves: ['1', 'rest'],
      maxFailures: 0,
      gate: { ...defaultGate({ kind: 'version', version: 'v2', restart: false }), soak_secs: 6 },
      statusOfAll: false,
      onFailure: 'hold',
      concurrency: 50,
      timeoutSecs: 600,
      ...overrides,
    }),
    create: (overrides) => running().rollouts.create(test.request(overrides), BY),
    async update(n, version) {
      const work = { kind: 'update', appName: APP, version } as const;
      const made = await running().apps.act({ clientId: idOf(n), work, timeoutSecs: 600 }, BY);
      return made.commandId;
    },
    async rollout(id) {
      const found = await running().rollouts.get(id);
      if (!found) throw new Error(`no rollout ${id}`);
      return found;
    },
    reached: (id, what, holds) => time.reached(what, () => test.rollout(id), holds),
    passes: (ms) => time.passes(ms),
    async list(id) {
      return (await running().rollouts.hosts(id, {}, { offset: 0, limit: 1000 }))!.hosts;
    },
    lines: async (id) => hostLines(await test.list(id)),
    audited: () => auditedAs(running().database, 'rollout'),
    async [Symbol.asyncDispose]() {
      if (reign.server) {
        const { rollouts, commands, releases, fleet, database } = reign.server;
        await rollouts.stopAll();
        await commands.stop();
        await releases.stop();
        await fleet.stop();
        await database.close();
      }
      await directory.remove();
    },
  };
  return test;
}

export { idOf };
