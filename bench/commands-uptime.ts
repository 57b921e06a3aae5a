/** `uptime` on many real clients of this machine, interleaved with spawning it as often from the same processes. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { repositoryRoot, startProgram } from '@ops/testkit/child-program.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';

import { ask } from './ask.ts';
import type { Context } from './benchmark.ts';
import { createCommandsApi, SECRET_FILE, TOKEN } from './commands-api.ts';
import { watchBatches } from './watch.ts';

/** The clients share so many processes; the floor spawns from the very same ones. */
const PROCESSES = 4;
const ALL_IN_WITHIN_MS = 60_000;
const WARM_UP = 3;
/** So that neither waits for what the other left, the lines of the log of commands included. */
const PAUSE_MS = 400;

export interface UptimeReading {
  readonly hosts: number;
  readonly productMs: readonly number[];
  readonly spawnMs: readonly number[];
}

/** As the launcher starts a client. */
async function clientFlags(): Promise<string[]> {
  const launcher = await readFile(join(repositoryRoot, 'bin/ops-client'), 'utf8');
  return /^flags='(.*)'$/m.exec(launcher)?.[1]?.split(' ') ?? [];
}

export async function measureUptime(hosts: number, rounds: number, context: Context): Promise<UptimeReading> {
  context.say(`uptime: ${hosts} real clients in ${PROCESSES} processes`);
  const { lifecycle } = context;
  const secret = systemRandom.bytes(32).toString('hex');
  const folder = await tempDirectory('clients');
  lifecycle.onRelease('directories of the clients', () => folder.remove());
  await writeFile(join(folder.path, SECRET_FILE), secret, { mode: 0o600 });
  const server = await startServer({
    secret,
    file: 'bin/ops-server',
    env: { OPS_AUTH_TOKEN: TOKEN, OPS_LOG_LEVEL: 'warn' },
  });
  lifecycle.onRelease('server', () => server[Symbol.asyncDispose]());
  const nodeArgs = await clientFlags();
  const shares = Array.from({ length: PROCESSES }, (_, i) => Math.floor((hosts + i) / PROCESSES));
  const processes = await Promise.all(
    shares.map(async (count, index) => {
      const program = await startProgram({
        file: 'bench/clients-process.ts',
        args: [folder.path, String(index), String(count), String(server.tcpPort)],
        env: { HOME: folder.path },
        nodeArgs,
        ipc: true,
      });
      lifecycle.onRelease('clients', async () => {
        if (program.isRunning) await program.kill9();
      });
      return program;
    }),
  );
  const api = createCommandsApi(server.url);
  await until(async () => (await api.onlineIds()).length === hosts, {
    within: ALL_IN_WITHIN_MS,
    every: 100,
    what: `${hosts} clients to be online`,
  });

  const endOf = await watchBatches(server.url, lifecycle);
  const product = async (): Promise<number> => {
    const start = systemClock.mono();
    const id = await api.batch({ all: true, command: 'uptime', concurrency: hosts });
    const took = (await endOf(id)) - start;
    const { counts } = await api.newestBatch();
    if (counts.succeeded !== hosts) throw new Error(`not all hosts answered: ${JSON.stringify(counts)}`);
    return took;
  };
  const spawn = async (): Promise<number> => {
    const start = systemClock.mono();
    await Promise.all(
      processes.map(({ child }, i) => ask(child, { ask: 'spawn-uptime', about: { times: shares[i]! } })),
    );
    return systemClock.mono() - start;
  };

  const productMs: number[] = [];
  const spawnMs: number[] = [];
  for (let round = 0; round < WARM_UP + rounds; round++) {
    for (const [measure, times] of [
      [product, productMs],
      [spawn, spawnMs],
    ] as const) {
      await sleep(systemClock, PAUSE_MS);
      const took = await measure();
      if (round >= WARM_UP) times.push(took);
    }
  }
  await Promise.all(processes.map((program) => program.kill9()));
  await server.program.stop();
  return { hosts, productMs, spawnMs };
}
