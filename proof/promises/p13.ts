/** P13: an orderly stop, with commands running, streams open and clients connected; and stops at awkward moments. */
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { startProgram } from '@ops/testkit/child-program.ts';
import { startFleet } from '@ops/testkit/fleet.ts';
import { openEvents } from '../event-reader.ts';
import { until } from '@ops/testkit/until.ts';
import { join } from 'node:path';

import { atMost, exactly, none, scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { SECRET, startStage, TOKEN } from '../stage.ts';
import { allFinal, describeEndings, tally, wrongOutputs } from '../tally.ts';

const RUNNING_EACH = 4;
const SLEEP_SECS = 4;
const STOP_WITHIN_SECS = 10;

export const p13: Proof = {
  id: 'P13',
  promise: 'orderly stop',
  async run({ scale, random, lifecycle, say }) {
    const hosts = scaled(scale, 3, 13);
    const others = scaled(scale, 50, 200);
    await using stage = await startStage({ hosts });
    const { api, truth, server } = stage;
    const fleet = startFleet({ port: server.tcpPort, clients: others, secret: SECRET, random });
    lifecycle.onRelease('simulated clients', () => fleet.stop());
    await fleet.allReady({ within: 20_000 });
    const streams = await Promise.all(
      Array.from({ length: scaled(scale, 10, 20) }, () => openEvents(server.url, TOKEN)),
    );
    const ids: string[] = [];
    for (const { clientId } of stage.hosts) {
      for (let i = 0; i < RUNNING_EACH; i++) {
        const command = truth.command({ sleepSecs: SLEEP_SECS });
        ids.push(await api.mustSend(clientId, command, { queueSecs: 600 }));
      }
    }
    await until(async () => (await truth.executions()).length === ids.length, {
      within: 20_000,
      what: 'every command to run',
    });
    const before = fleet.report().endings;
    const start = systemClock.mono();
    server.program.signal('SIGTERM');
    const { code } = await server.program.exited;
    const stopSecs = (systemClock.mono() - start) / 1000;
    await until(() => fleet.report().ready === 0, { what: 'every client to be gone' });
    const goodbyes = (fleet.report().endings['goodbye restart'] ?? 0) - (before['goodbye restart'] ?? 0);
    const open = streams.filter((stream) => !stream.isClosed).length;
    // The clients end what runs while nobody listens.
    await sleep(systemClock, SLEEP_SECS * 1000);
    fleet.stop();
    await stage.startServer();
    await stage.allOnline();
    await allFinal(stage, 60_000);
    const { findings, commands, byEnding } = await tally(stage);
    say(describeEndings(byEnding));

    // Twice is not worse than once.
    stage.server.program.signal('SIGTERM');
    await sleep(systemClock, 20);
    stage.server.program.signal('SIGTERM');
    const twice = await stage.server.program.exited;

    return [
      ...findings,
      exactly('exit status after SIGTERM', code ?? -1, 0),
      atMost('until it had ended', stopSecs, 's', STOP_WITHIN_SECS),
      exactly('clients that were told goodbye restart', goodbyes, others),
      none('streams left open', open),
      exactly('commands completed', byEnding.get('Completed') ?? 0, ids.length),
      none('outputs that are not what was printed', await outputsAfterStop()),
      none('second SIGTERM: a hang or a wrong status', twice.code === 0 || twice.code === 1 ? 0 : 1),
      none('SIGTERM during start: a hang or a wrong status', await stopWhileStarting()),
    ];

    async function outputsAfterStop(): Promise<number> {
      await stage.startServer();
      return wrongOutputs(stage, commands);
    }

    async function stopWhileStarting(): Promise<number> {
      let wrong = 0;
      for (const afterMs of [50, 150, 300, 450, 600]) {
        const directory = join(stage.directory, `start-${afterMs}`);
        const program = await startProgram({
          file: 'packages/server/src/main.ts',
          cwd: stage.directory,
          env: {
            OPS_TCP_PORT: '0',
            OPS_HTTP_PORT: '0',
            OPS_DATA_DIR: join(directory, 'data'),
            OPS_LOG_DIR: join(directory, 'logs'),
          },
        });
        await sleep(systemClock, afterMs);
        const begun = systemClock.mono();
        const exit = await program.stop();
        // Before Node has read the program a signal is the system's own.
        const inOrder = exit.code === 0 || exit.signal === 'SIGTERM';
        if (!inOrder || systemClock.mono() - begun > STOP_WITHIN_SECS * 1000) wrong++;
      }
      return wrong;
    }
  },
};
