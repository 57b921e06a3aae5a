/**
 * Upgrades over a real database and a real fleet, with a signed release on a real disk, for tests. `kill` drops the server
 * as it is: nothing of it is stopped, nothing it does reaches the disk or a host any more.
 */
import type { UpgradeHost, UpgradeSummary } from '@ops/protocol/http/upgrades.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { putRelease, type ReleaseOptions, type PutRelease } from '@ops/testkit/signed-release.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';

import type { Actor } from '../commands/commands.ts';
import { createCommands } from '../commands/create-commands.ts';
import type { RunningCommands } from '../commands/create-commands.ts';
import type { FleetRegistry } from '../fleet/registry.ts';
import { hostLines, idOf, loadedFleet } from '../fleet/test-fleet.ts';
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
import { createShelf } from './shelf.ts';
import { testHosts, type TestHosts } from './test-hosts.ts';
import { createUpgrades, type UpgradeService } from './upgrade-service.ts';
import type { UpgradeRequest } from './upgrades.ts';

export const BY: Actor = { actor: 'alice', role: 'admin', address: '192.0.2.9' };
interface Server {
  readonly database: OpenDatabase<Tables>;
  readonly fleet: FleetRegistry;
  readonly commands: RunningCommands;
  readonly upgrades: UpgradeService;
  readonly life: Life;
}

export interface TestUpgrades extends AsyncDisposable, Mishaps {
  readonly upgrades: UpgradeService;
  readonly fleet: FleetRegistry;
  readonly clock: ManualClock;
  readonly hosts: TestHosts;
  /** Where archives, manifest and signature lie. */
  readonly shelf: string;
  readonly release: PutRelease;
  /** Puts another release there. */
  offer(options: ReleaseOptions): Promise<PutRelease>;
  /** Everything told of upgrades, by all servers. */
  readonly told: readonly UpgradeSummary[];
  readonly writes: number;
  readonly isDead: boolean;
  kill(): Promise<void>;
  /** On the same disk; all hosts that were there come back. */
  start(): Promise<void>;
  request(overrides?: Partial<UpgradeRequest>): UpgradeRequest;
  create(overrides?: Partial<UpgradeRequest>): Promise<string>;
  upgrade(id: string): Promise<UpgradeSummary>;
  /** Lets time go on until it is so. */
  reached(id: string, what: string, holds: (upgrade: UpgradeSummary) => boolean): Promise<UpgradeSummary>;
  passes(ms: number): Promise<void>;
  list(id: string): Promise<readonly UpgradeHost[]>;
  /** Each host's line: `1 done`, `2 failed disk`. */
  lines(id: string): Promise<string[]>;
  audited(): Promise<string[]>;
}

export async function testUpgrades(hostsAtFirst: number): Promise<TestUpgrades> {
  const clock = new ManualClock();
  const directory = await tempDirectory('upgrades');
  const shelf = await tempDirectory('shelf');
  const told: UpgradeSummary[] = [];
  let release = await putRelease(shelf.path);
  const hosts = testHosts(
    clock,
    () => release.key,
    () => release.name,
  );

  async function open(): Promise<Server> {
    const life = lifeOf(clock);
    const shared = { clock: life.clock, log: silentLog, random: systemRandom };
    const real = await openMainDatabase({ dataDir: directory.path, clock, log: silentLog });
    const database = mortal(real, life);
    // What hosts' coming writes is not counted: every write is the upgrade's.
    const fleet = await loadedFleet(real, shared);
    const commands = createCommands({ ...shared, database, retentionDays: 30 });
    await commands.load();
    const upgrades = createUpgrades({
      ...shared,
      shelf: createShelf(shelf.path),
      commands,
      database,
      fleet,
      retentionDays: 30,
    });
    upgrades.onChange((upgrade) => told.push(upgrade));
    await upgrades.load();
    hosts.serverIs({ fleet, inbox: upgrades.inbox });
    return { database: real, fleet, commands, upgrades, life };
  }

  const reign = await reignOf(open, () => hosts.serverGone());
  const { running, kill } = reign;
  for (let n = 1; n <= hostsAtFirst; n++) hosts.connect(n);

  const time = timeBeside(clock, () => reign.server?.database);

  const test: TestUpgrades = {
    get upgrades() {
      return running().upgrades;
    },
    get fleet() {
      return running().fleet;
    },
    get writes() {
      return running().life.writes;
    },
    get isDead() {
      return reign.server?.life.dead ?? true;
    },
    get release() {
      return release;
    },
    clock,
    hosts,
    shelf: shelf.path,
    told,
    async offer(options) {
      release = await putRelease(shelf.path, options);
      return release;
    },
    ...mishapsOf(running),
    kill,
    async start() {
      await reign.start();
      hosts.return();
    },
    request: (overrides = {}) => ({
      selection: { kind: 'all' },
      canary: 1,
      releasedAt: undefined,
      concurrency: 10,
      maxFailures: 0,
      expiresInSecs: 24 * 3600,
      ...overrides,
    }),
    create: (overrides) => running().upgrades.create(test.request(overrides), BY),
    async upgrade(id) {
      const found = await running().upgrades.get(id);
      if (!found) throw new Error(`no upgrade ${id}`);
      return found;
    },
    reached: (id, what, holds) => time.reached(what, () => test.upgrade(id), holds),
    passes: (ms) => time.passes(ms),
    async list(id) {
      return (await running().upgrades.hosts(id, {}, { offset: 0, limit: 1000 }))!.hosts;
    },
    lines: async (id) => hostLines(await test.list(id)),
    audited: () => auditedAs(running().database, 'upgrade'),
    async [Symbol.asyncDispose]() {
      if (reign.server) {
        const { upgrades, commands, fleet, database } = reign.server;
        await upgrades.stopAll();
        await commands.stop();
        await fleet.stop();
        await database.close();
      }
      await directory.remove();
      await shelf.remove();
    },
  };
  return test;
}

export { idOf };
