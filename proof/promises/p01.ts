/** P1: HTTP 200 with a command id means that the command is on disk; and a result that was acknowledged as well. */
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { startFleet } from '@ops/testkit/fleet.ts';
import type { Fleet } from '@ops/testkit/fleet.ts';

import { flushesBeforeAnswers } from '../flush-order.ts';
import { atLeast, between, exactly, none, scaled } from '../promise.ts';
import type { Finding, Proof, ProofContext } from '../promise.ts';
import { SECRET, startStage } from '../stage.ts';
import type { Stage } from '../stage.ts';
import { startStorm } from '../storm.ts';

const WRITERS = 4;
const PER_SECOND = 50;
const CLIENTS = 5;
/** Commands wait for clients that are still coming back. */
const QUEUE_SECS = 600;
const TRACED_REQUESTS = 100;

export const p1: Proof = {
  id: 'P1',
  promise: 'HTTP 200 with a command id means the command is on disk',
  async run(context) {
    const { scale, random, say, lifecycle } = context;
    const rounds = scaled(scale, 15, 200);
    await using stage = await startStage({ hosts: 0, serverEnv: { OPS_LOG_LEVEL: 'error' } });
    const fleet = startFleet({
      port: stage.server.tcpPort,
      clients: CLIENTS,
      secret: SECRET,
      startWithinMs: 0,
      backoff: { baseMs: 100, maxMs: 300 },
      commands: { answering: 'at-once' },
      random,
    });
    lifecycle.onRelease('simulated clients', () => fleet.stop());
    await fleet.allReady({ within: 10_000 });
    const acknowledged = new Set<string>();
    for (let round = 1; round <= rounds; round++) {
      const storm = startStorm({
        api: stage.api,
        random,
        clientIds: fleet.clientIds,
        command: () => 'uptime',
        writers: WRITERS,
        perSecond: PER_SECOND,
        send: { queueSecs: QUEUE_SECS },
      });
      await sleep(systemClock, between(random, 50, 1500));
      await stage.killServer();
      await storm.stop();
      for (const id of storm.acknowledged) acknowledged.add(id);
      await stage.startServer();
      if (round % 10 === 0) say(`${round} kills, ${acknowledged.size} commands acknowledged`);
    }
    const findings = await lost(stage, acknowledged, fleet, scaled(scale, 200, 10_000));
    fleet.stop();
    return [...findings, ...(await traced(context))];
  },
};

async function lost(
  stage: Stage,
  acknowledged: ReadonlySet<string>,
  fleet: Fleet,
  atLeastSo: number,
): Promise<Finding[]> {
  const rows = new Map(
    (await stage.query('SELECT id, state FROM commands')).map((row) => [
      String(row['id']),
      String(row['state']),
    ]),
  );
  const results = fleet.acknowledgedIds();
  return [
    none('acknowledged commands that are lost', [...acknowledged].filter((id) => !rows.has(id)).length),
    atLeast('commands acknowledged', acknowledged.size, '', atLeastSo, 1),
    none(
      'acknowledged results that are lost',
      [...results].filter((id) => rows.get(id) !== 'Completed').length,
    ),
    atLeast('results acknowledged', results.size, '', atLeastSo / 2, 1),
    exactly('the audit chain verifies', (await stage.verifyAudit()).ok ? 1 : 0, 1),
  ];
}

/** The order of system calls, where strace is there to tell. */
async function traced({ scale, say, random }: ProofContext): Promise<Finding[]> {
  const requests = scaled(scale, 20, TRACED_REQUESTS);
  await using stage = await startStage({ hosts: 0 });
  const fleet = startFleet({
    port: stage.server.tcpPort,
    clients: 1,
    secret: SECRET,
    startWithinMs: 0,
    commands: { answering: 'at-once' },
    random,
  });
  try {
    await fleet.allReady({ within: 10_000 });
    const { flushed, answered } = await flushesBeforeAnswers(stage.server.program.pid, async () => {
      for (let i = 0; i < requests; i++) await stage.api.mustSend(fleet.clientIds[0]!, 'uptime');
    });
    return [
      exactly('requests answered 200 under strace', answered, requests),
      exactly('of them with the log flushed before', flushed, requests),
    ];
  } catch (cause) {
    if (!(cause instanceof Error && cause.message.startsWith('strace'))) throw cause;
    say(`${cause.message}: the order of system calls is not looked at`);
    return [];
  } finally {
    fleet.stop();
  }
}
