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
import { until } from '@ops/testkit/until.ts';

import type { Actor } from '../commands/commands.ts';
import { createCommands } from '../commands/create-commands.ts';
import type { RunningCommands } from '../commands/create-commands.ts';
import { createClientStore } from '../fleet/client-store.ts';
import { createFleet, type FleetRegistry } from '../fleet/registry.ts';
import { idOf, recordedSamples } from '../fleet/test-fleet.ts';
import { openMainDatabase, type OpenDatabase } from '../storage/open.ts';
import { lifeOf, mortal, type Life } from '../storage/test-life.ts';
import type { Tables } from '../storage/tables.ts';
import { createShelf } from './shelf.ts';
import { testHosts, type TestHosts } from './test-hosts.ts';
import { createUpgrades, type UpgradeService } from './upgrade-service.ts';
import type { UpgradeRequest } from './upgrades.ts';

export const BY: Actor = { actor: 'alice', role: 'admin', address: '192.0.2.9' };
/** Of the clock, in each look. */
const LOOK_MS = 250;

interface Server {
  readonly database: OpenDatabase<Tables>;
  readonly fleet: FleetRegistry;
  readonly commands: RunningCommands;
  readonly upgrades: UpgradeService;
  readonly life: Life;
}

export interface TestUpgrades extends AsyncDisposable {
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
  killAt(n: number, when: 'before' | 'after'): void;
  losesAnswerAt(n: number): void;
  fillDisk(isFull: boolean): void;
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
    const fleet = createFleet({
      ...shared,
      // What hosts' coming writes is not counted: every write is the upgrade's.
      store: createClientStore(real, silentLog),
      samples: recordedSamples(),
      cleanupIntervalMs: 60_000,
      clientTimeoutMs: 3_600_000,
    });
    await fleet.load();
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

  let server: Server | undefined = await open();
  const running = (): Server => {
    if (!server) throw new Error('the server is not running');
    return server;
  };
  for (let n = 1; n <= hostsAtFirst; n++) hosts.connect(n);

  const isIdle = (): boolean => (server?.database.counts.waiting ?? 0) === 0;

  /** The disk is a real one: time stands still while it works. */
  async function goesOn(ms: number): Promise<void> {
    if (!isIdle()) await until(isIdle, { within: 20_000, every: 1, what: 'the disk to answer' });
    await clock.advanceAsync(ms);
  }

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
      return server?.life.dead ?? true;
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
    killAt(n, when) {
      const { life } = running();
      life.killAt = life.writes + n;
      life.when = when;
    },
    losesAnswerAt(n) {
      const { life } = running();
      life.lostAt = life.writes + n;
    },
    fillDisk(isFull) {
      running().life.full = isFull;
    },
    async kill() {
      if (!server) return;
      const { life, database } = server;
      server = undefined;
      life.dead = true;
      hosts.serverGone();
      for (const timer of life.timers) timer.cancel();
      await database.close();
    },
    async start() {
      server = await open();
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
    async reached(id, what, holds) {
      await until(
        async () => {
          if (holds(await test.upgrade(id))) return true;
          await goesOn(LOOK_MS);
          return false;
        },
        { what, within: 60_000, every: 1 },
      );
      return test.upgrade(id);
    },
    async passes(ms) {
      for (let left = ms; left > 0; left -= LOOK_MS) await goesOn(Math.min(left, LOOK_MS));
    },
    async list(id) {
      return (await running().upgrades.hosts(id, {}, { offset: 0, limit: 1000 }))!.hosts;
    },
    async lines(id) {
      const list = await test.list(id);
      return list.map(({ client_id, state, reason }) =>
        [numberOf(client_id), state, reason].filter((part) => part !== null).join(' '),
      );
    },
    async audited() {
      const rows = await running()
        .database.query.selectFrom('audit')
        .select(['actor', 'action'])
        .where('action', 'like', 'upgrade%')
        .orderBy('seq')
        .execute();
      return rows.map(({ actor, action }) => `${actor} ${action}`);
    },
    async [Symbol.asyncDispose]() {
      if (server) {
        const { upgrades, commands, fleet, database } = server;
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

const numberOf = (clientId: string): number => Number.parseInt(clientId.slice(-12), 16);

export { idOf };
