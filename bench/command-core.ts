/**
 * What the server's commands cost without sockets: one batch for many hosts is made, sent to links that answer at once,
 * and every answer stored durably with its audit entry. The rest of a real batch is frames.
 *
 *   node bench/command-core.ts [hosts]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ServerMessage } from '@ops/protocol/wire/messages.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';

import { createCommands } from '../packages/server/src/commands/create-commands.ts';
import type { CommandInbox } from '../packages/server/src/commands/commands.ts';
import { openMainDatabase } from '../packages/server/src/storage/open.ts';

const HOSTS = Number(process.argv[2] ?? 10_000);
const ROUNDS = 5;
const BY = { actor: 'bench', role: 'operator', address: '' };

interface Round {
  readonly made: number;
  readonly sent: number;
  readonly shown: number;
  readonly longestTurn: number;
}

function answering(inbox: CommandInbox, clientId: string, onAck: () => void) {
  return {
    instanceId: clientId,
    lastFrameAt: 0,
    close() {},
    tell(message: ServerMessage) {
      if (message.type === 'result_ack') return onAck();
      if (message.type !== 'command') return undefined;
      const { command_id } = message;
      // Each host answers in a turn of its own, as frames do.
      setImmediate(() => {
        inbox.accepted(clientId, { type: 'command_accepted', command_id, started_at: 1 });
        void inbox.output(clientId, {
          type: 'command_output',
          command_id,
          seq: 0,
          stream: 'stdout',
          data: ' 12:00:00 up 3 days,  1 user,  load average: 0.10, 0.20, 0.30\n',
          encoding: 'utf8',
        });
        inbox.result(clientId, {
          type: 'command_result',
          command_id,
          outcome: 'completed',
          exit_code: 0,
          signal: null,
          error: null,
          chunks: 1,
          stdout_bytes: 62,
          stderr_bytes: 0,
          truncated: false,
          started_at: 1,
          duration_ms: 3,
        });
      });
      return undefined;
    },
  };
}

const dataDir = await mkdtemp(join(tmpdir(), 'ops-command-core-'));
const database = await openMainDatabase({ dataDir, clock: systemClock, log: silentLog });
try {
  const commands = createCommands({
    database,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    retentionDays: 30,
  });
  await commands.load();
  commands.start();
  const ids = Array.from({ length: HOSTS }, () => systemRandom.uuid());
  let acks = 0;
  let allAcked = Promise.withResolvers<void>();
  for (const clientId of ids) {
    const link = answering(commands.inbox, clientId, () => {
      acks++;
      if (acks === HOSTS) allAcked.resolve();
    });
    commands.inbox.registered(link, {
      clientId,
      journalEpoch: systemRandom.uuid(),
      lastSeq: 0,
      commands: [],
    });
    commands.inbox.ready(clientId, link);
  }

  async function round(): Promise<Round> {
    acks = 0;
    allAcked = Promise.withResolvers<void>();
    let longestTurn = 0;
    let last = performance.now();
    const probe = setInterval(() => {
      const now = performance.now();
      longestTurn = Math.max(longestTurn, now - last);
      last = now;
    }, 1);
    const commits = database.counts.commits;
    const start = performance.now();
    const before = process.cpuUsage();
    await commands.create(
      {
        work: { kind: 'command', command: 'uptime' },
        ran: 'uptime',
        targets: ids.map((clientId, n) => ({ clientId, hostname: `host-${n}` })),
        timeoutSecs: 30,
        batch: {
          id: systemRandom.uuid(),
          command: 'uptime',
          selection: { kind: 'all' },
          concurrency: HOSTS,
          stopAfterFailures: null,
          rerunOf: null,
        },
      },
      BY,
    );
    const made = performance.now() - start;
    await allAcked.promise;
    const shown = performance.now() - start;
    clearInterval(probe);
    const { user, system } = process.cpuUsage(before);
    console.log({
      made: Math.round(made),
      shown: Math.round(shown),
      perSecond: Math.round((HOSTS / (shown - made)) * 1000),
      cpu: Math.round((user + system) / 1000),
      commits: database.counts.commits - commits,
      longestTurn: Math.round(longestTurn),
    });
    return { made, sent: made, shown, longestTurn };
  }
  for (let n = 0; n < ROUNDS; n++) await round();

  // One command at a time to one host.
  const times: number[] = [];
  for (let n = 0; n < 300; n++) {
    acks = HOSTS - 1;
    allAcked = Promise.withResolvers<void>();
    const start = performance.now();
    await commands.create(
      {
        work: { kind: 'command', command: 'uptime' },
        ran: 'uptime',
        targets: [{ clientId: ids[0]!, hostname: 'host-0' }],
        timeoutSecs: 30,
      },
      BY,
    );
    await allAcked.promise;
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  console.log({ one: { p50: times[150]!.toFixed(2), p95: times[285]!.toFixed(2) } });
  await commands.stop();
} finally {
  await database.close();
  await rm(dataDir, { recursive: true });
}
