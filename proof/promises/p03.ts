/** P3: a result stored on the client reaches the server byte for byte, and stays once it was acknowledged. */
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { until } from '@ops/testkit/until.ts';

import { executionCounts } from '../ground-truth.ts';
import { atMost, between, exactly, none, scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { startStage } from '../stage.ts';
import { allFinal, describeEndings, tally, wrongOutputs } from '../tally.ts';

/** A command's time; at most four run at once on a client. */
const SLEEP_SECS = 1;
const MAX_LINES = 2000;
/** What a stopped server asks its clients to wait; one that was killed cannot, and 2 s is theirs. */
const RECONNECT_WINDOW_MS = 2_000;
const STORED_WITHIN_MS = 10_000;

export const p3: Proof = {
  id: 'P3',
  promise: 'a result stored on the client reaches the server, byte for byte, and stays',
  async run({ scale, random, say }) {
    const hosts = scaled(scale, 4, 50);
    const each = scaled(scale, 6, 20);
    const killed = scaled(scale, 2, 10);
    await using stage = await startStage({ hosts });
    const { api, truth } = stage;
    const ids: string[] = [];
    for (const { clientId } of stage.hosts) {
      for (let i = 0; i < each; i++) {
        const work = { sleepSecs: SLEEP_SECS, lines: between(random, 1, MAX_LINES) };
        ids.push(await api.mustSend(clientId, truth.command(work), { timeoutSecs: 60 }));
      }
    }
    // They are all on the clients; from here on the server knows nothing.
    await until(
      async () => (await api.allCommands('status=active')).every(({ sent_at_ms: sent }) => sent !== null),
      { within: 20_000, every: 50, what: 'every command to be sent' },
    );
    await sleep(systemClock, 100);
    const stopped = systemClock.mono();
    await stage.killServer();
    const all = async (): Promise<boolean> =>
      (await executionCounts(truth)).size === ids.length &&
      systemClock.mono() - stopped > scaled(scale, 4_000, 60_000);
    await until(all, { within: scaled(scale, 30_000, 120_000), every: 200, what: 'every command to run' });
    // The last ones sleep and are journalled.
    await sleep(systemClock, SLEEP_SECS * 1000 + 1500);
    for (const host of stage.hosts.slice(0, killed)) {
      await host.kill();
      await host.start({ connected: false });
    }
    await stage.startServer();
    const back = systemClock.mono();
    await allFinal(stage, 60_000);
    const tookMs = systemClock.mono() - back;
    const { findings, commands, byEnding } = await tally(stage);
    say(describeEndings(byEnding));
    // Once more: what was acknowledged survives the server's next crash.
    await stage.killServer();
    await stage.startServer();
    const again = await tally(stage);
    return [
      ...findings,
      exactly('results stored', byEnding.get('Completed') ?? 0, ids.length),
      none('outputs that are not what was printed', await wrongOutputs(stage, commands)),
      exactly('results stored after another kill', again.byEnding.get('Completed') ?? 0, ids.length),
      atMost(
        'until all were stored, from the return of the server',
        tookMs / 1000,
        's',
        (STORED_WITHIN_MS + RECONNECT_WINDOW_MS) / 1000,
        60,
      ),
    ];
  },
};
