/** P10: clock jumps change labels, not behaviour: commands run, and end by their own time limits. */
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { wallJumps } from '@ops/testkit/wall-jumps.ts';

import { exactly, none, scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { startStage } from '../stage.ts';
import { describeEndings, tally } from '../tally.ts';

const HOUR_MS = 3_600_000;
/** Between two jumps: longer than a start, and commands run across them. */
const EVERY_MS = 3_000;
const SLEEP_SECS = 2;

export const p10: Proof = {
  id: 'P10',
  promise: 'clock jumps change labels, not behaviour',
  async run({ scale, say }) {
    const rounds = scaled(scale, 4, 20);
    await using stage = await startStage({ hosts: 2 });
    const { api, truth, hosts } = stage;
    const jumps = [HOUR_MS, -24 * HOUR_MS];
    await Promise.all(
      hosts.map(async (host, i) => {
        await host.stop();
        await host.start(wallJumps(EVERY_MS, jumps[i]!));
      }),
    );
    await stage.allOnline();
    const ids: string[] = [];
    const limited: string[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const { clientId } of hosts) {
        ids.push(await api.mustSend(clientId, truth.command({ sleepSecs: SLEEP_SECS })));
        limited.push(await api.mustSend(clientId, truth.command({ sleepSecs: 60 }), { timeoutSecs: 1 }));
      }
      await sleep(systemClock, EVERY_MS / 2);
    }
    for (const id of [...ids, ...limited]) await api.final(id, { within: 60_000 });
    const { byEnding, findings } = await tally(stage);
    say(describeEndings(byEnding));
    let slowest = 0;
    for (const id of limited) {
      const reply = await api.result(id);
      if (reply.type === 'ok') slowest = Math.max(slowest, reply.value.body.duration_ms ?? Infinity);
    }
    const left = hosts.filter(({ proxy }) => proxy.accepted !== 2).length;
    return [
      ...findings,
      exactly('completed in their time', byEnding.get('Completed') ?? 0, ids.length),
      exactly('ended at their time limit', byEnding.get('Timeout') ?? 0, limited.length),
      none('time limits that came late', slowest > 10_000 ? 1 : 0),
      none('clients that were disconnected', left),
    ];
  },
};
