/**
 * A fleet of simulated clients in one process, over real TCP: authentication, frame MACs, `register`, a sample in
 * each interval, and the protocol's rule of reconnection. Ten thousand of them are to cost less than one core.
 *
 *   const fleet = startFleet({ port, clients: 1000, secret });
 *   await fleet.allReady({ within: 30_000 });
 *   fleet.report().roundTrips.p99Ms
 *   fleet.stop();
 */
import { secretBytes } from '@ops/protocol/wire/handshake.ts';
import { writeMessage } from '@ops/protocol/wire/messages.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import type { Random } from '@ops/runtime/random.ts';

import { createFleetCounters } from './fleet-counters.ts';
import type { FleetReport } from './fleet-counters.ts';
import { createHeartbeatTemplates } from './heartbeat-templates.ts';
import { SimulatedClient } from './simulated-client.ts';
import type { SharedParts } from './simulated-client.ts';
import { createCommandCounters, createSimulatedCommands } from './simulated-commands.ts';
import type { Answering, CommandCounters } from './simulated-commands.ts';
import { createTimerWheel } from './timer-wheel.ts';
import { until } from './until.ts';

/** How finely heartbeats are spread. */
const TICK_MS = 2;
const READ_BUFFER_BYTES = 64 * 1024;

export interface FleetOptions {
  readonly host?: string;
  readonly port: number;
  readonly clients: number;
  /** Without it the clients expect `hello`. */
  readonly secret?: string;
  /**
   * `ops` is the real conversation. `bare` only sends frames of the same size, from the moment of connection, to a
   * server that counts them; `bare-silent` says that it does not answer.
   */
  readonly conversation?: 'ops' | 'bare' | 'bare-silent';
  /** Between two samples of a client. Default 3000. */
  readonly intervalMs?: number;
  /**
   * Source addresses, taken in turn. More than 512 clients at once need several, as the server bounds how many
   * sockets of one address may be unauthenticated. Default: 127.0.0.1, 127.0.0.2 … one for each 400 clients.
   */
  readonly localAddresses?: readonly string[];
  /** First attempts are spread evenly by chance over this long. Default 2000. */
  readonly startWithinMs?: number;
  readonly backoff?: { readonly baseMs: number; readonly maxMs: number };
  /**
   * Commands are answered, at once or one for one when `answer` is called, each with this output (default: a line of
   * `uptime`). Bare clients answer every frame with frames of the same sizes. Without it commands are left undone.
   */
  readonly commands?: { readonly answering: Answering; readonly output?: string };
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface Fleet {
  report(): FleetReport;
  /** In the order the clients were made. */
  readonly clientIds: readonly string[];
  commands(): Readonly<CommandCounters>;
  /** Commands whose result the server has acknowledged. */
  acknowledgedIds(): ReadonlySet<string>;
  /** Monotonic milliseconds at which each command was answered. */
  answeredAt(): ReadonlyMap<string, number>;
  /** Each client answers the oldest command it holds. @returns how many did */
  answer(): number;
  /** Forgets the round trips measured so far. */
  resetRoundTrips(): void;
  /** Resolves when every client is registered. @throws Error with the report when they are not in time */
  allReady(wait: { within: number }): Promise<void>;
  /** Closes every connection. */
  stop(): void;
}

const CLIENTS_OF_ONE_ADDRESS = 400;
const MAX_LOOPBACK_ADDRESSES = 250;
const UPTIME = ' 12:00:01 up 41 days,  3:14,  2 users,  load average: 0.52, 0.48, 0.41\n';
const EXAMPLE_ID = '11111111-2222-4333-8444-555555555555';

/** The bodies a client answers a command with at once. */
function answersTo(output: string, clock: Clock): Buffer[] {
  const bodies: Buffer[] = [];
  createSimulatedCommands({
    answering: 'at-once',
    output,
    counters: createCommandCounters(),
    clock,
    send: (messages) => void bodies.push(...messages.map(writeMessage)),
  }).handle({
    type: 'command',
    command_id: EXAMPLE_ID,
    seq: 1,
    command: 'uptime',
    timeout_secs: 30,
    sent_at: 0,
    start_within_ms: 0,
  });
  return bodies;
}

/** 127.0.0.1, 127.0.0.2 …: all of them are this machine on Linux. */
export function loopbackAddresses(clients: number): string[] {
  const count = Math.min(MAX_LOOPBACK_ADDRESSES, Math.max(1, Math.ceil(clients / CLIENTS_OF_ONE_ADDRESS)));
  return Array.from({ length: count }, (_, i) => `127.0.0.${i + 1}`);
}

export function startFleet(options: FleetOptions): Fleet {
  const { clients: count, conversation = 'ops', intervalMs = 3000, startWithinMs = 2000 } = options;
  const { clock = systemClock, random = systemRandom } = options;
  const addresses = options.localAddresses ?? loopbackAddresses(count);
  const counters = createFleetCounters();
  const wheel = createTimerWheel(clock, TICK_MS);
  const acknowledged = new Set<string>();
  const answeredAt = new Map<string, number>();
  const bare = conversation !== 'ops';
  const output = options.commands?.output ?? UPTIME;
  const shared: SharedParts = {
    host: options.host ?? '127.0.0.1',
    port: options.port,
    secret: options.secret === undefined ? undefined : secretBytes(options.secret),
    bare,
    commands: options.commands && { answering: options.commands.answering, output },
    commandCounters: createCommandCounters(),
    commandWatch: {
      answered: (id) => void answeredAt.set(id, clock.mono()),
      acknowledged: (id) => void acknowledged.add(id),
    },
    bareAnswers: bare && options.commands ? answersTo(output, clock) : [],
    answered: conversation !== 'bare-silent',
    intervalMs,
    backoff: options.backoff ?? { baseMs: 2000, maxMs: 60_000 },
    readBuffer: Buffer.alloc(READ_BUFFER_BYTES),
    templates: createHeartbeatTemplates(random),
    counters,
    wheel,
    clock,
    random,
  };
  const clients = Array.from(
    { length: count },
    (_, index) =>
      new SimulatedClient(shared, {
        index,
        phaseMs: (index / count) * intervalMs,
        localAddress: addresses[index % addresses.length]!,
      }),
  );
  for (const client of clients) client.start(random.unit() * startWithinMs);

  const report = (): FleetReport => counters.report(count);
  return {
    report,
    clientIds: clients.map((client) => client.clientId),
    commands: () => ({ ...shared.commandCounters }),
    acknowledgedIds: () => acknowledged,
    answeredAt: () => answeredAt,
    answer: () => clients.filter((client) => client.answerOne()).length,
    resetRoundTrips: () => counters.resetRoundTrips(),
    async allReady({ within }) {
      try {
        await until(() => counters.ready === count, { within, what: `${count} clients to be registered` });
      } catch (cause) {
        throw new Error(`not all are in: ${JSON.stringify(report())}`, { cause });
      }
    },
    stop() {
      wheel.stop();
      for (const client of clients) client.stop();
    },
  };
}
