/** Commands over a real database, clients that are a list of what they were told, and a clock that stands still. */
import { OpsError } from '@ops/protocol/errors.ts';
import type { MessageOf, ServerMessage } from '@ops/protocol/wire/messages.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { until } from '@ops/testkit/until.ts';

import type { ClientLink } from '../fleet/fleet.ts';
import { idOf, recordedLog, type RecordedLog } from '../fleet/test-fleet.ts';
import { testMainDatabase, type TestDatabase, type TestDatabaseOptions } from '../storage/test-database.ts';
import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import type { Actor, CommandChange, CreateRequest } from './commands.ts';
import { createCommands, type RunningCommands } from './create-commands.ts';

export const BY: Actor = { actor: 'alice', role: 'operator', address: '192.0.2.9' };

export interface TestLink extends ClientLink {
  readonly told: ServerMessage[];
  readonly closedWith: string[];
  /** What it was told of one type. */
  all<T extends ServerMessage['type']>(type: T): Extract<ServerMessage, { type: T }>[];
}

export function testLink(): TestLink {
  const told: ServerMessage[] = [];
  const closedWith: string[] = [];
  return {
    instanceId: 'instance',
    lastFrameAt: 0,
    told,
    closedWith,
    tell: (message) => void told.push(message),
    close: (code) => void closedWith.push(code),
    all: <T extends ServerMessage['type']>(type: T) =>
      told.filter((message): message is Extract<ServerMessage, { type: T }> => message.type === type),
  };
}

export type Reported = MessageOf<'register'>['commands'][number];

export interface ConnectOptions {
  readonly epoch?: string;
  readonly lastSeq?: number;
  readonly commands?: readonly Reported[];
}

export const EPOCH = 'eeeeeeee-0000-4000-8000-000000000001';
export const OTHER_EPOCH = 'eeeeeeee-0000-4000-8000-000000000002';

export interface TestCommands extends AsyncDisposable {
  readonly commands: RunningCommands;
  readonly clock: ManualClock;
  readonly log: RecordedLog;
  readonly main: TestDatabase<Tables>;
  readonly changes: CommandChange[];
  /** While it is full nothing can be written. */
  readonly disk: { full: boolean };
  /** The n-th client comes, registers and is ready. */
  connect(n: number, options?: ConnectOptions): TestLink;
  /** Stops nothing: the process was killed. Another one begins on the same database. */
  restarted(): Promise<RunningCommands>;
}

/** A command for the n-th client. */
export function uptimeOn(n: number, overrides: Partial<CreateRequest> = {}): CreateRequest {
  return {
    work: { kind: 'command', command: 'uptime' },
    ran: 'uptime',
    targets: [{ clientId: idOf(n), hostname: `host-${n}` }],
    timeoutSecs: 30,
    ...overrides,
  };
}

export function batchOf(clients: readonly number[], overrides: Partial<CreateRequest> = {}): CreateRequest {
  return uptimeOn(0, {
    targets: clients.map((n) => ({ clientId: idOf(n), hostname: `host-${n}` })),
    batch: {
      id: systemRandom.uuid(),
      command: 'uptime',
      selection: { kind: 'all' },
      concurrency: 1000,
      stopAfterFailures: null,
      rerunOf: null,
    },
    ...overrides,
  });
}

export function accepted(commandId: string): MessageOf<'command_accepted'> {
  return { type: 'command_accepted', command_id: commandId, started_at: 1 };
}

export function outputOf(
  commandId: string,
  seq: number,
  data: string,
  stream: 'stdout' | 'stderr' = 'stdout',
): MessageOf<'command_output'> {
  return { type: 'command_output', command_id: commandId, seq, stream, data, encoding: 'utf8' };
}

export function resultOf(
  commandId: string,
  overrides: Partial<MessageOf<'command_result'>> = {},
): MessageOf<'command_result'> {
  return {
    type: 'command_result',
    command_id: commandId,
    outcome: 'completed',
    exit_code: 0,
    signal: null,
    error: null,
    chunks: 0,
    stdout_bytes: 0,
    stderr_bytes: 0,
    truncated: false,
    started_at: 1,
    duration_ms: 5,
    ...overrides,
  };
}

/** Waits for the writer's thread. */
export async function eventually(what: string, holds: () => unknown): Promise<void> {
  await until(async () => Boolean(await holds()), { what });
}

export async function testCommands(
  options: { readonly database?: TestDatabaseOptions; readonly maxUnfinished?: number } = {},
): Promise<TestCommands> {
  const clock = new ManualClock();
  const main = await testMainDatabase(options.database);
  const log = recordedLog();
  const changes: CommandChange[] = [];
  const running: RunningCommands[] = [];
  const disk = { full: false };
  const database: Database<Tables> = {
    query: main.database.query,
    fault: undefined,
    write: (change) =>
      disk.full ? Promise.reject(new OpsError('storage_unavailable')) : main.database.write(change),
    close: () => main.database.close(),
  };

  async function begin(): Promise<RunningCommands> {
    const commands = createCommands({
      database,
      clock,
      random: systemRandom,
      log,
      retentionDays: 30,
      ...(options.maxUnfinished !== undefined && { maxUnfinished: options.maxUnfinished }),
    });
    await commands.load();
    commands.start();
    running.push(commands);
    return commands;
  }

  const commands = await begin();
  commands.onChange((change) => changes.push(change));
  return {
    commands,
    clock,
    log,
    main,
    changes,
    disk,
    connect: (n, at) => connectTo(commands, n, at).link,
    restarted: begin,
    async [Symbol.asyncDispose]() {
      for (const each of running) await each.stop();
      await main[Symbol.asyncDispose]();
    },
  };
}

/** @returns the link, and what `registered` says of the reported commands */
export function connectTo(
  commands: RunningCommands,
  n: number,
  { epoch = EPOCH, lastSeq = 0, commands: reported = [] }: ConnectOptions = {},
): { readonly link: TestLink; readonly known: MessageOf<'registered'>['commands'] } {
  const link = testLink();
  const report = { clientId: idOf(n), journalEpoch: epoch, lastSeq, commands: [...reported] };
  const known = commands.inbox.registered(link, report);
  commands.inbox.ready(idOf(n), link);
  return { link, known };
}
