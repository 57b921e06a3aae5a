/** P16: a time limit and a cancel end the whole tree, whatever its processes do to stay, and nobody else's. */
import { systemClock } from '@ops/runtime/clock.ts';
import { startProgram } from '@ops/testkit/child-program.ts';
import { until } from '@ops/testkit/until.ts';

import { commandProcesses, isAlive } from '../processes.ts';
import { atLeast, atMost, exactly, none, scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { startStage } from '../stage.ts';

const TREE = 50;
const TIMEOUT_SECS = 3;
const LEFT_AFTER_MS = 3_000;
const CANCEL_WITHIN_MS = 1_000;
/** Some plain, some deaf to TERM, some in sessions of their own, some with a parent that has gone, one stopped. */
const FOREST = `
for ((i = 0; i < ${TREE / 5}; i++)); do
  sleep 300 &
  bash -c 'trap "" TERM; while :; do sleep 1; done' &
  setsid sleep 300 &
  (setsid sleep 300 &)
  (bash -c 'trap "" TERM HUP; exec sleep 300' & exit) &
done
sleep 300 & kill -STOP $!
wait
`;

export const p16: Proof = {
  id: 'P16',
  promise: 'time-out and cancel end the whole tree',
  async run({ scale, say }) {
    const rounds = scaled(scale, 1, 5);
    await using stage = await startStage({ hosts: 1 });
    const { api, truth, hosts } = stage;
    const { clientId } = hosts[0]!;
    const script = await truth.addScript('forest', FOREST);
    const foreign = await startProgram({ file: '/usr/bin/sleep', args: ['300'] });
    const otherId = await api.mustSend(clientId, truth.command({ sleepSecs: 120 }), { timeoutSecs: 300 });
    let smallest = Infinity;
    let slowestTimeout = 0;
    let slowestCancel = 0;
    let left = 0;
    const states: string[] = [];

    const grown = async (id: string): Promise<number> => {
      const own = new Set([id]);
      await until(async () => (await commandProcesses(own)).length > TREE, {
        within: TIMEOUT_SECS * 1000,
        every: 50,
        what: 'the tree to grow',
      }).catch(() => undefined);
      return (await commandProcesses(own)).length;
    };
    const gone = async (id: string, since: number): Promise<number> => {
      const own = new Set([id]);
      await until(async () => (await commandProcesses(own)).length === 0, {
        within: LEFT_AFTER_MS + 10_000,
        what: 'the tree to be gone',
      }).catch(() => undefined);
      left += (await commandProcesses(own)).length;
      return systemClock.mono() - since;
    };

    for (let round = 0; round < rounds; round++) {
      const sentAt = systemClock.mono();
      const limited = await api.mustSend(clientId, script, { timeoutSecs: TIMEOUT_SECS });
      smallest = Math.min(smallest, await grown(limited));
      const limitAt = Math.max(sentAt + TIMEOUT_SECS * 1000, systemClock.mono());
      slowestTimeout = Math.max(slowestTimeout, await gone(limited, limitAt));
      states.push((await api.final(limited)).state);

      const cancelled = await api.mustSend(clientId, script, { timeoutSecs: 300 });
      smallest = Math.min(smallest, await grown(cancelled));
      const cancelAt = systemClock.mono();
      const reply = await api.cancel(cancelled);
      slowestCancel = Math.max(slowestCancel, systemClock.mono() - cancelAt);
      if (reply.type !== 'ok') throw new Error(`not cancelled: ${JSON.stringify(reply)}`);
      slowestTimeout = Math.max(slowestTimeout, await gone(cancelled, cancelAt));
      states.push((await api.final(cancelled)).state);
    }
    say(`endings: ${states.join(', ')}; the smallest tree had ${smallest} processes`);
    const other = await api.result(otherId);
    const untouched =
      (await isAlive(foreign.pid)) && other.type === 'ok' && other.value.state === 'Executing' ? 1 : 0;
    await foreign.kill9();
    await api.cancel(otherId);
    await api.final(otherId);
    return [
      none('processes left', left),
      atLeast('processes in a tree', smallest, '', TREE),
      atMost('until all were gone, from the limit or the cancel', slowestTimeout / 1000, 's', 3, 10),
      atMost('until a cancel was answered', slowestCancel, 'ms', CANCEL_WITHIN_MS, 5_000),
      exactly('Timeout', states.filter((state) => state === 'Timeout').length, rounds),
      exactly('Cancelled', states.filter((state) => state === 'Cancelled').length, rounds),
      exactly("nobody else's process was signalled", untouched, 1),
    ];
  },
};
