/** P2: an accepted command runs at most once, whatever is killed or cut, wherever in its life. */
import { MAX_RUNNING_COMMANDS } from '@ops/protocol/domain/command.ts';
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import type { Random } from '@ops/runtime/random.ts';
import { CRASH_POINTS, crashAt } from '@ops/testkit/crash-point.ts';
import { within } from '@ops/testkit/until.ts';

import type { Host } from '../host.ts';
import { atLeast, atMost, between, none, scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { startStage } from '../stage.ts';
import type { Stage } from '../stage.ts';
import { startStorm } from '../storm.ts';
import { allFinal, describeEndings, tally, wrongOutputs } from '../tally.ts';

/** A client that has not reached its point by then is killed where it is. */
const CRASH_WITHIN_MS = 3_000;
const QUEUE_SECS = 3600;
const SETTLED_WITHIN_MS = 90_000;

/** Kills a client again and again: each crash point in turn, and between them wherever it happens to be. */
async function torment(host: Host, rounds: number, first: number, random: Random): Promise<number> {
  for (let round = 0; round < rounds; round++) {
    const point = CRASH_POINTS[(first + round) % CRASH_POINTS.length]!;
    if (round % 3 === 2) await sleep(systemClock, between(random, 50, 800));
    else {
      await host.kill();
      await host.start(crashAt(point, between(random, 1, 2))).catch(() => undefined);
      await within(host.client.program.exited, { within: CRASH_WITHIN_MS, what: point }).catch(
        () => undefined,
      );
    }
    await host.kill();
    await host.start();
  }
  return rounds;
}

async function killServer(stage: Stage, times: number, random: Random): Promise<void> {
  for (let time = 0; time < times; time++) {
    await sleep(systemClock, between(random, 500, 5_000));
    await stage.killServer();
    await stage.startServer();
  }
}

async function cutLinks(stage: Stage, times: number, random: Random): Promise<void> {
  for (let time = 0; time < times; time++) {
    await sleep(systemClock, between(random, 100, 4_000));
    for (const { proxy } of stage.hosts) proxy.cut();
  }
}

export const p2: Proof = {
  id: 'P2',
  promise: 'an accepted command runs at most once',
  async run({ scale, random, say }) {
    const hosts = scaled(scale, 3, 10);
    const rounds = scaled(scale, 9, 20);
    await using stage = await startStage({ hosts });
    const storm = startStorm({
      api: stage.api,
      random,
      clientIds: stage.hosts.map(({ clientId }) => clientId),
      command: () =>
        stage.truth.command({ sleepSecs: between(random, 0, 5) / 10, exitCode: between(random, 0, 1) }),
      writers: 2,
      perSecond: scaled(scale, 3, 8),
      send: { queueSecs: QUEUE_SECS },
    });
    const tormented = Promise.all(stage.hosts.map((host, index) => torment(host, rounds, index * 3, random)));
    const [kills] = await Promise.all([
      tormented.then((each) => each.reduce((sum, one) => sum + one, 0)),
      killServer(stage, scaled(scale, 3, 50), random),
      cutLinks(stage, scaled(scale, 4, 50), random),
    ]);
    await storm.stop();
    say(`${kills} client kills; requests: ${describeEndings(storm.endings)}`);
    await stage.allOnline();
    await allFinal(stage, SETTLED_WITHIN_MS);
    const result = await tally(stage);
    say(describeEndings(result.byEnding));
    const known = new Set(result.commands.map(({ id }) => id));
    return [
      ...result.findings,
      none(
        'acknowledged commands that are lost',
        [...storm.acknowledged].filter((id) => !known.has(id)).length,
      ),
      none('outputs that are not what was printed', await wrongOutputs(stage, result.commands)),
      atMost('interrupted', result.interrupted, '', kills * MAX_RUNNING_COMMANDS),
      atLeast('commands sent', result.commands.length, '', scaled(scale, 60, 2000), 20),
      atLeast('client kills', kills, '', scaled(scale, 20, 200), 1),
    ];
  },
};
