/** A batch to a simulated fleet that answers at once, and the floor under it: a bare server with the same frames. */
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { startProgram } from '@ops/testkit/child-program.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import { until } from '@ops/testkit/until.ts';

import type { Context } from './benchmark.ts';
import { createCommandsApi, TOKEN } from './commands-api.ts';
import { openFilesPrefix } from './open-files.ts';
import { startRemoteFleet } from './remote-fleet.ts';
import { watchBatches } from './watch.ts';

/** Accepted, output, result. */
const ANSWER_FRAMES = 3;
const ALL_IN_WITHIN_MS = 120_000;
const ANSWERED_WITHIN_MS = 60_000;
/** The first ones pay for code that is not hot yet. */
const WARM_UP = 3;
const PAUSE_MS = 500;
/** Bare clients only speak when they are spoken to. */
const NEVER_MS = 3_600_000;

export interface BatchReading {
  readonly clients: number;
  /** From POST until the answer to it, and until a reader of the events is told that all results are there. */
  readonly acceptedMs: readonly number[];
  readonly visibleMs: readonly number[];
  readonly floorMs: readonly number[];
}

export async function measureBatch(clients: number, rounds: number, context: Context): Promise<BatchReading> {
  const prefix = await openFilesPrefix(clients);
  const floorMs = await measureBareBatch(clients, rounds, prefix, context);
  const secret = systemRandom.bytes(32).toString('hex');
  context.say(`batch: ${clients} simulated clients come in`);
  const server = await startServer({
    secret,
    prefix,
    file: 'bin/ops-server',
    env: {
      OPS_MAX_CONNECTIONS: String(clients + 100),
      OPS_LOG_LEVEL: 'warn',
      OPS_AUTH_TOKEN: TOKEN,
    },
  });
  context.lifecycle.onRelease('server', () => server[Symbol.asyncDispose]());
  const fleet = await startRemoteFleet(
    { port: server.tcpPort, clients, secret, commands: { answering: 'at-once' } },
    context,
    prefix,
  );
  await fleet.allReady(ALL_IN_WITHIN_MS);
  const api = createCommandsApi(server.url);
  const endOf = await watchBatches(server.url, context.lifecycle);
  const acceptedMs: number[] = [];
  const visibleMs: number[] = [];
  for (let round = 0; round < WARM_UP + rounds; round++) {
    await sleep(systemClock, PAUSE_MS);
    const start = systemClock.mono();
    const id = await api.batch({ all: true, command: 'uptime', concurrency: clients });
    const accepted = systemClock.mono() - start;
    const visible = (await endOf(id)) - start;
    const { counts } = await api.newestBatch();
    if (counts.succeeded !== clients) throw new Error(`not all hosts answered: ${JSON.stringify(counts)}`);
    if (round < WARM_UP) continue;
    acceptedMs.push(accepted);
    visibleMs.push(visible);
  }
  await fleet.stop();
  await server.program.stop();
  return { clients, acceptedMs, visibleMs, floorMs };
}

/** The same frames from and to as many connections, with nothing behind them. */
async function measureBareBatch(
  clients: number,
  rounds: number,
  prefix: readonly string[],
  context: Context,
): Promise<number[]> {
  context.say(`floor: ${clients} bare connections`);
  const floor = await startProgram({
    file: 'bench/commands-floor.mjs',
    args: [String(ANSWER_FRAMES)],
    prefix,
  });
  context.lifecycle.onRelease('floor', async () => {
    if (floor.isRunning) await floor.kill9();
  });
  const [, port, http] = await floor.line(/^floor listening tcp=(\d+) http=(\d+)$/);
  const url = `http://127.0.0.1:${http}`;
  const fleet = await startRemoteFleet(
    {
      port: Number(port),
      clients,
      conversation: 'bare-silent',
      intervalMs: NEVER_MS,
      commands: { answering: 'at-once' },
    },
    context,
    prefix,
  );
  await fleet.allReady(ALL_IN_WITHIN_MS);
  await until(async () => Number(await (await fetch(`${url}/connections`)).text()) === clients, {
    what: 'the floor to have every connection',
  });
  const times: number[] = [];
  for (let round = 0; round < WARM_UP + rounds; round++) {
    await sleep(systemClock, PAUSE_MS);
    const start = systemClock.mono();
    await (await fetch(`${url}/go`, { signal: AbortSignal.timeout(ANSWERED_WITHIN_MS) })).text();
    if (round >= WARM_UP) times.push(systemClock.mono() - start);
  }
  await fleet.stop();
  await floor.stop();
  return times;
}
