/** Commands of a host whose processes, disk and time are in the hands of a test. */
import type { ClientMessage, MessageOf } from '@ops/protocol/wire/messages.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { createSeededRandom } from '@ops/testkit/seeded-random.ts';
import { until } from '@ops/testkit/until.ts';
import { onTestFinished } from 'vitest';

import type { Executor, Outcome, OutputSink, Prepared, Refused } from '../executor/executor.ts';
import { testDisk } from '../journal/test-disk.ts';
import type { TestDisk } from '../journal/test-disk.ts';
import { idOf } from '../journal/test-journal.ts';
import { createServerClock } from '../link/server-clock.ts';
import { openCommands } from './commands.ts';
import type { Commands } from './commands.ts';

export interface FakeProcess {
  readonly commandId: string;
  readonly text: string;
  readonly output: OutputSink;
  wasCancelled: boolean;
  end(outcome?: Partial<Outcome>): void;
}

export interface Host {
  readonly commands: Commands;
  readonly clock: ManualClock;
  readonly on: TestDisk;
  /** Everything that was started, oldest first. */
  readonly processes: FakeProcess[];
  /** Commands whose leftovers were looked for. */
  readonly swept: string[];
  /** What the link took. */
  readonly sent: ClientMessage[];
  /** False: bulk is taken when `drain` is called. */
  drains: boolean;
  drain(): void;
  isUp: boolean;
  /** How often the last of what ran had ended. */
  idles: number;
  /** Set it to refuse, or to wait before anything is prepared. */
  prepare: (text: string) => Promise<Refused | undefined>;
  command(n: number, overrides?: Partial<MessageOf<'command'>>): void;
  up(told?: MessageOf<'registered'>['commands']): void;
  down(): void;
  result(n: number): Promise<MessageOf<'command_result'>>;
  started(n: number): Promise<FakeProcess>;
  of<T extends ClientMessage['type']>(type: T): Extract<ClientMessage, { type: T }>[];
}

const COMPLETED: Outcome = { outcome: 'completed', exitCode: 0, signal: null, error: null, durationMs: 5 };
const CANCELLED: Outcome = {
  outcome: 'cancelled',
  exitCode: null,
  signal: 'SIGTERM',
  error: null,
  durationMs: 5,
};

function fakeExecutor(
  { processes, swept }: Pick<Host, 'processes' | 'swept'>,
  prepare: (text: string) => Promise<Refused | undefined>,
): Executor {
  const texts = new WeakMap<Prepared, string>();
  return {
    async prepare(text) {
      const refused = await prepare(text);
      if (refused) return refused;
      const prepared: Prepared = { normalised: text, maxMs: undefined, release: () => Promise.resolve() };
      texts.set(prepared, text);
      return prepared;
    },
    run(prepared, options) {
      const { commandId, output } = options;
      const outcome = Promise.withResolvers<Outcome>();
      const process: FakeProcess = {
        commandId,
        text: texts.get(prepared) ?? '',
        output,
        wasCancelled: false,
        end: (how = {}) => outcome.resolve({ ...COMPLETED, ...how }),
      };
      processes.push(process);
      options.onSpawned({ pid: 4711, startTime: '1' });
      return {
        outcome: outcome.promise,
        cancel() {
          process.wasCancelled = true;
          outcome.resolve(CANCELLED);
        },
      };
    },
    sweep(commandId) {
      swept.push(commandId);
      return Promise.resolve(1);
    },
  };
}

export async function hostFor(
  options: { on?: TestDisk; clock?: ManualClock; up?: boolean } = {},
): Promise<Host> {
  const { on = testDisk(), clock = new ManualClock() } = options;
  const serverClock = createServerClock(clock);
  serverClock.told(clock.wall(), clock.mono());
  const seen: Pick<Host, 'processes' | 'swept'> = { processes: [], swept: [] };
  const sent: ClientMessage[] = [];
  let waiting: (() => void)[] = [];
  const take = (message: ClientMessage): boolean => {
    if (host.isUp) sent.push(message);
    return host.isUp;
  };
  const commands = await openCommands({
    executor: fakeExecutor(seen, (text) => host.prepare(text)),
    commandLog: { note() {}, flush: () => Promise.resolve() },
    disk: on.disk,
    directory: '/data',
    clock,
    random: createSeededRandom(1),
    log: silentLog,
    serverClock,
    send: take,
    sendBulk(message, taken) {
      if (!take(message)) return false;
      if (host.drains) taken();
      else waiting.push(taken);
      return true;
    },
    onIdle: () => void host.idles++,
  });
  const of = <T extends ClientMessage['type']>(type: T) =>
    sent.filter((message): message is Extract<ClientMessage, { type: T }> => message.type === type);
  const host: Host = {
    commands,
    clock,
    on,
    ...seen,
    sent,
    drains: true,
    drain() {
      const taken = waiting;
      waiting = [];
      for (const call of taken) call();
    },
    isUp: false,
    idles: 0,
    prepare: () => Promise.resolve(undefined),
    command(n, overrides = {}) {
      commands.take({
        type: 'command',
        command_id: idOf(n),
        seq: n,
        command: `uptime ${n}`,
        timeout_secs: 30,
        sent_at: clock.wall(),
        start_within_ms: 30_000,
        ...overrides,
      });
    },
    up(told = []) {
      host.isUp = true;
      waiting = [];
      commands.ready({
        type: 'registered',
        session: idOf(0),
        server_time: clock.wall(),
        heartbeat_interval: 3,
        limits: { max_frame_bytes: 1024 * 1024, max_heartbeats_per_sec: 20 },
        commands: told,
      });
    },
    down() {
      host.isUp = false;
      commands.down();
    },
    result: (n) =>
      until(() => of('command_result').findLast(({ command_id }) => command_id === idOf(n)), {
        what: `the result of ${n}`,
      }),
    started: (n) =>
      until(() => host.processes.find(({ commandId }) => commandId === idOf(n)), {
        what: `the start of ${n}`,
      }),
    of,
  };
  if (options.up ?? true) host.up();
  onTestFinished(async () => {
    await commands.stop();
    await commands.close();
  });
  return host;
}
