/**
 * Batches over a real database, real commands and a real fleet, for tests. Hosts are links that note what they are told
 * and answer when the test, or their habit, says so. `restart` closes everything and opens it again from the disk.
 */
import { createPolicy } from '@ops/policy/policy.ts';
import type { ServerMessage } from '@ops/protocol/wire/messages.ts';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';

import type { Actor, OutputPiece } from '../commands/commands.ts';
import { createCommands, type RunningCommands } from '../commands/create-commands.ts';
import { createClientStore } from '../fleet/client-store.ts';
import type { ClientLink, Registration } from '../fleet/fleet.ts';
import { createFleet, type FleetRegistry } from '../fleet/registry.ts';
import { idOf, recordedSamples, registrationOf } from '../fleet/test-fleet.ts';
import { openMainDatabase, type OpenDatabase } from '../storage/open.ts';
import type { Tables } from '../storage/tables.ts';
import type { BatchRequest, Selection } from './batches.ts';
import { createBatches, type BatchService } from './batch-service.ts';

export const BY: Actor = { actor: 'alice', role: 'operator', address: '192.0.2.9' };
const EPOCH = 'eeeeeeee-0000-4000-8000-000000000001';

/** How a command ends on a host. */
export interface Ending {
  readonly outcome?: 'completed' | 'timeout' | 'failed' | 'cancelled';
  readonly exitCode?: number | null;
  readonly error?: string;
  readonly stdout?: string | Buffer;
  readonly stderr?: string | Buffer;
}

type Habit = (n: number) => Ending | undefined;

export interface TestHosts {
  /** Commands that were started, in their order, over restarts: what a host really did. */
  readonly started: { readonly host: number; readonly commandId: string }[];
  /** Running now, by command id. */
  readonly running: ReadonlyMap<string, number>;
  /** Most that ran at one time. */
  readonly mostAtOnce: number;
  /** Commands that hosts were told to end. */
  readonly cancels: readonly string[];
  /** What a host does with a command as soon as it has started; undefined: it runs on. */
  habit: Habit;
  finish(commandId: string, ending?: Ending): void;
  /** Ends all that run. */
  finishAll(ending?: Ending): void;
}

export interface TestBatches extends AsyncDisposable {
  readonly batches: BatchService;
  readonly commands: RunningCommands;
  readonly fleet: FleetRegistry;
  readonly database: OpenDatabase<Tables>;
  readonly clock: Clock;
  readonly hosts: TestHosts;
  /** Everything told of batches by this process. */
  readonly told: readonly BatchSummary[];
  /** The n-th host comes; with what runs on it, when it was there before. */
  connect(n: number, overrides?: Partial<Registration>): void;
  disconnect(n: number): void;
  /** The server is closed, and started again on the same data. No host is connected then. */
  restart(): Promise<void>;
  request(overrides?: Partial<BatchRequest>): BatchRequest;
  batch(id: string): Promise<BatchSummary>;
  reached(id: string, what: string, holds: (batch: BatchSummary) => boolean): Promise<BatchSummary>;
  finished(id: string): Promise<BatchSummary>;
  audited(): Promise<
    { readonly actor: string; readonly action: string; readonly target: string; readonly detail: string }[]
  >;
}

export const POLICY = createPolicy({
  platform: 'linux',
  custom: [],
  scriptDirs: ['/opt/ops-scripts'],
  scriptExtensions: ['sh'],
});
export const HOST_POLICY = {
  readonly: false,
  commands: [...POLICY.names],
  script_dirs: ['/opt/ops-scripts'],
  script_extensions: ['sh'],
};

export const ids = (...clients: number[]): Selection => ({ kind: 'ids', ids: clients.map(idOf) });
export const ALL: Selection = { kind: 'all' };

interface Server {
  readonly database: OpenDatabase<Tables>;
  readonly fleet: FleetRegistry;
  readonly commands: RunningCommands;
  readonly batches: BatchService;
}

async function close({ batches, commands, fleet, database }: Server): Promise<void> {
  await batches.stopAll();
  await commands.stop();
  await fleet.stop();
  await database.close();
}

export async function testBatches(
  options: { readonly clock?: Clock; readonly maxUnfinishedTargets?: number } = {},
): Promise<TestBatches> {
  const { clock = new ManualClock() } = options;
  const directory = await tempDirectory('batches');
  const told: BatchSummary[] = [];
  const started: TestHosts['started'] = [];
  const running = new Map<string, number>();
  const cancels: string[] = [];
  const links = new Map<number, ClientLink>();
  const sequences = new Map<number, number>();
  let mostAtOnce = 0;

  async function open(): Promise<Server> {
    const database = await openMainDatabase({ dataDir: directory.path, clock, log: silentLog });
    const fleet = createFleet({
      store: createClientStore(database, silentLog),
      samples: recordedSamples(),
      clock,
      log: silentLog,
      cleanupIntervalMs: 60_000,
      clientTimeoutMs: 300_000,
    });
    await fleet.load();
    const commands = createCommands({
      database,
      clock,
      random: systemRandom,
      log: silentLog,
      retentionDays: 30,
    });
    await commands.load();
    commands.start();
    const batches = createBatches({
      commands,
      database,
      fleet,
      clock,
      log: silentLog,
      random: systemRandom,
      policy: POLICY,
      ...(options.maxUnfinishedTargets !== undefined && {
        maxUnfinishedTargets: options.maxUnfinishedTargets,
      }),
    });
    batches.onChange((batch) => told.push(batch));
    await batches.load();
    return { database, fleet, commands, batches };
  }

  let server = await open();

  function begin(n: number, message: Extract<ServerMessage, { type: 'command' }>): void {
    const { command_id: commandId, seq } = message;
    sequences.set(n, seq);
    started.push({ host: n, commandId });
    running.set(commandId, n);
    mostAtOnce = Math.max(mostAtOnce, running.size);
    server.commands.inbox.accepted(idOf(n), {
      type: 'command_accepted',
      command_id: commandId,
      started_at: 1,
    });
    const ending = hosts.habit(n);
    if (ending) queueMicrotask(() => hosts.finish(commandId, ending));
  }

  const hosts: TestHosts & { habit: Habit } = {
    started,
    running,
    get mostAtOnce() {
      return mostAtOnce;
    },
    cancels,
    habit: () => undefined,
    finish(commandId, { outcome = 'completed', exitCode, error, stdout = '', stderr = '' } = {}) {
      const n = running.get(commandId);
      if (n === undefined || !links.has(n)) throw new Error(`${commandId} runs nowhere`);
      running.delete(commandId);
      const { inbox } = server.commands;
      let chunks = 0;
      const bytes = { stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
      for (const stream of ['stdout', 'stderr'] as const satisfies OutputPiece['stream'][]) {
        if (bytes[stream].length === 0) continue;
        const data = bytes[stream].toString('base64');
        void inbox.output(idOf(n), {
          type: 'command_output',
          command_id: commandId,
          seq: chunks++,
          stream,
          data,
          encoding: 'base64',
        });
      }
      inbox.result(idOf(n), {
        type: 'command_result',
        command_id: commandId,
        outcome,
        exit_code: exitCode === undefined ? (outcome === 'completed' ? 0 : null) : exitCode,
        signal: null,
        error: error ?? (outcome === 'failed' ? 'spawn_failed: no such program' : null),
        chunks,
        stdout_bytes: bytes.stdout.length,
        stderr_bytes: bytes.stderr.length,
        truncated: false,
        started_at: 1,
        duration_ms: 5,
      });
    },
    finishAll(ending) {
      for (const commandId of running.keys()) hosts.finish(commandId, ending);
    },
  };

  const test: TestBatches = {
    get batches() {
      return server.batches;
    },
    get commands() {
      return server.commands;
    },
    get fleet() {
      return server.fleet;
    },
    get database() {
      return server.database;
    },
    clock,
    hosts,
    told,
    connect(n, overrides = {}) {
      const link: ClientLink = {
        instanceId: `instance ${n}`,
        lastFrameAt: clock.mono(),
        close: () => {},
        tell(message) {
          if (message.type === 'command') begin(n, message);
          if (message.type !== 'cancel') return;
          cancels.push(message.command_id);
          if (running.has(message.command_id)) hosts.finish(message.command_id, { outcome: 'cancelled' });
        },
      };
      links.set(n, link);
      server.fleet.online(registrationOf(n, { policy: HOST_POLICY, ...overrides }), link);
      const { inbox } = server.commands;
      const answers = inbox.registered(link, {
        clientId: idOf(n),
        journalEpoch: EPOCH,
        lastSeq: sequences.get(n) ?? 0,
        commands: [...running]
          .filter(([, host]) => host === n)
          .map(([command_id]) => ({ command_id, state: 'running' as const, chunks: 0 })),
      });
      inbox.ready(idOf(n), link);
      for (const { command_id, cancel } of answers) if (cancel) link.tell({ type: 'cancel', command_id });
    },
    disconnect(n) {
      const link = links.get(n);
      links.delete(n);
      if (!link) return;
      server.commands.inbox.gone(idOf(n), link);
      server.fleet.offline(idOf(n), link);
    },
    async restart() {
      links.clear();
      await close(server);
      server = await open();
    },
    request: (overrides = {}) => ({
      selection: ALL,
      command: 'uptime',
      timeoutSecs: 30,
      concurrency: 1000,
      ...overrides,
    }),
    async batch(id) {
      const found = await server.batches.get(id);
      if (!found) throw new Error(`no batch ${id}`);
      return found.batch;
    },
    async reached(id, what, holds) {
      // Ten thousand hosts on a machine that does other things as well.
      await until(async () => holds(await test.batch(id)), { what, within: 60_000 });
      return test.batch(id);
    },
    finished: (id) => test.reached(id, 'the end of the batch', ({ state }) => state === 'finished'),
    audited: () =>
      server.database.query
        .selectFrom('audit')
        .select(['actor', 'action', 'target', 'detail'])
        .orderBy('seq')
        .execute(),
    async [Symbol.asyncDispose]() {
      await close(server);
      await directory.remove();
    },
  };
  return test;
}
