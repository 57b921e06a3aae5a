/**
 * The run with everything in it: callers of the API, real clients, a nemesis; then healing, then the nine rules. It is
 * also the proof of P4: every command reaches one final state.
 */
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { until } from '@ops/testkit/until.ts';

import { checkHistory } from './checker.ts';
import { addEvidence } from './evidence.ts';
import { createHistory } from './history.ts';
import { startNemesis } from './nemesis.ts';
import { commandProcesses } from './processes.ts';
import { atLeast, atMost, none, scaled } from './promise.ts';
import type { Proof } from './promise.ts';
import { startStage } from './stage.ts';
import { allFinal, describeEndings, tally } from './tally.ts';
import { startWorkload } from './workload.ts';

const PASSWORD = 'a password for the proofs 42';
/** Room for the database of a run, small enough to be filled at once. */
const DATA_SIZE = '64m';
const WARM_UP_MS = 5_000;
/** Runs from this length on are judged by memory as well: by what it is when all that happens has become hot. */
const LEAK_MINUTES = 3;
const LONG_WARM_UP_MS = 60_000;
const HEALED_WITHIN_MS = 60_000;
const ENDED_WITHIN_MS = 5_000;
const SHOWN = 20;

export interface RunOptions {
  readonly minutes: number;
  /** Keeps the history, a JSON line each. */
  readonly historyFile?: string | undefined;
}

export function proofOfRun({ minutes, historyFile }: RunOptions, id = 'run'): Proof {
  return {
    id,
    promise: 'every command reaches one final state, whatever goes wrong',
    async run({ scale, random, say }) {
      const hosts = scaled(scale, 3, 5);
      await using stage = await startStage({
        hosts,
        serverEnv: { OPS_ADMIN_PASSWORD: PASSWORD },
        dataSize: DATA_SIZE,
      });
      if (!stage.disk) say('no mount namespaces here: the disk is never full');
      const history = createHistory(() => systemClock.mono(), historyFile);
      const clientIds = stage.hosts.map(({ clientId }) => clientId);
      const { api, truth } = stage;
      const workload = startWorkload({ api, truth, history, random, clientIds, password: PASSWORD });
      await sleep(systemClock, minutes >= LEAK_MINUTES ? LONG_WARM_UP_MS : WARM_UP_MS);
      // As it is asked at the end, before its memory is looked at.
      await stage.api.allCommands();
      const rssBefore = (await stage.server.program.usage()).rssBytes;
      const longestSecs = minutes >= 3 ? 60 : 8;
      const nemesis = startNemesis({ stage, history, random, longestSecs });
      await sleep(systemClock, minutes * 60_000);
      await nemesis.stop();
      await workload.stop();
      say(`faults: ${describeEndings(nemesis.counts)}`);
      await heal();
      const { byEnding, executions } = await tally(stage);
      say(describeEndings(byEnding));
      const rssRatio = (await stage.server.program.usage()).rssBytes / rssBefore;
      await addEvidence(stage, history, minutes >= LEAK_MINUTES ? rssRatio : 1);
      const violations = checkHistory(history.events);
      for (const { rule, id: command, text } of violations.slice(0, SHOWN))
        say(`rule ${rule}: ${command} ${text}`);
      return [
        ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((rule) =>
          none(
            `violations of rule ${rule}`,
            violations.filter((violation) => violation.rule === rule).length,
          ),
        ),
        atMost('memory of the server, of before the faults', rssRatio, '×', 1.1, Infinity),
        atLeast('events in the history', history.events.length, '', 100, 1),
        atLeast('commands that were executed', executions.size, '', 10 * minutes, 1),
      ];

      async function heal(): Promise<void> {
        for (const host of stage.hosts) {
          host.proxy.refuse(false);
          host.proxy.set({ toServer: 'pass', toClient: 'pass' });
          await host.start({ connected: false });
        }
        await stage.disk?.free();
        await stage.startServer();
        await stage.allOnline(HEALED_WITHIN_MS);
        await allFinal(stage, HEALED_WITHIN_MS).catch((cause: unknown) => say(String(cause)));
        // TERM, two seconds, KILL: who is told of an orphan at the last moment needs that long.
        const ids = new Set((await stage.api.allCommands()).map((command) => command.id));
        const isQuiet = async (): Promise<boolean> => (await commandProcesses(ids)).length === 0;
        await until(isQuiet, { within: ENDED_WITHIN_MS, what: 'orphans to end' }).catch(() => undefined);
      }
    },
  };
}
