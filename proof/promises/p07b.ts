/** P7b: a host that was stopped does not run old commands when it goes on. */
import { sleep, systemClock } from '@ops/runtime/clock.ts';

import { executionCounts } from '../ground-truth.ts';
import { exactly, none, scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { startStage } from '../stage.ts';
import { allFinal, describeEndings, tally } from '../tally.ts';

const COMMANDS = 5;
const SETTLED_WITHIN_MS = 60_000;

export const p7b: Proof = {
  id: 'P7b',
  promise: 'nothing runs late',
  async run({ scale, say }) {
    await using stage = await startStage({ hosts: 1 });
    const { api, truth, hosts } = stage;
    const host = hosts[0]!;
    // A time of one's own to start in makes the wait short; at full scale it is the default of 30 s.
    const options = scale === 'quick' ? { queueSecs: 2 } : {};
    host.freeze();
    const ids: string[] = [];
    for (let i = 0; i < COMMANDS; i++) ids.push(await api.mustSend(host.clientId, truth.command(), options));
    await sleep(systemClock, scaled(scale, 4_000, 60_000));
    host.thaw();
    await allFinal(stage, SETTLED_WITHIN_MS);
    const { byEnding } = await tally(stage);
    say(describeEndings(byEnding));
    return [
      none('commands that ran', (await executionCounts(truth)).size),
      exactly('expired', byEnding.get('expired') ?? 0, ids.length),
    ];
  },
};
