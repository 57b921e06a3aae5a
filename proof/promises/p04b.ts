/** P4b: a client that is offline is answered at once; one that only seems to be there shows it soon. */
import { isFinal } from '@ops/protocol/domain/command.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { until } from '@ops/testkit/until.ts';

import { atMost, exactly, none, scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { startStage } from '../stage.ts';

const ANSWER_MS = 100;
/** Commands to a client that is known to be offline. */
const TRIES = 20;
const TIMEOUT_SECS = 1;
const GRACE_SECS = 30;
const START_WITHIN_SECS = 30;

export const p4b: Proof = {
  id: 'P4b',
  promise: 'an offline client answers at once',
  async run({ scale, say }) {
    await using stage = await startStage({ hosts: 2 });
    const { api, truth } = stage;
    const [gone, deaf] = stage.hosts;

    // Just dead: the kernel tells the server.
    await gone!.kill();
    const killedAt = systemClock.mono();
    await until(async () => (await api.clients()).get(gone!.clientId)?.status === 'offline', {
      what: 'the dead client to be offline',
    });
    const noticedMs = systemClock.mono() - killedAt;
    let slowest = 0;
    let wrong = 0;
    for (let i = 0; i < TRIES; i++) {
      const start = systemClock.mono();
      const reply = await api.send(gone!.clientId, truth.command());
      slowest = Math.max(slowest, systemClock.mono() - start);
      if (!(reply.type === 'fail' && reply.status === 409 && reply.code === 'client_offline')) wrong++;
    }

    // A black hole: nobody tells anybody.
    deaf!.proxy.set({ toServer: 'silent', toClient: 'silent' });
    const start = systemClock.mono();
    const id = await api.mustSend(deaf!.clientId, truth.command(), { timeoutSecs: TIMEOUT_SECS });
    const first = await api.result(id);
    await until(
      async () => {
        const client = (await api.clients()).get(deaf!.clientId);
        return client?.late || client?.status === 'offline';
      },
      { within: 30_000, every: 50, what: 'the deaf client to be late' },
    );
    const lateMs = systemClock.mono() - start;
    if (scale === 'quick') deaf!.proxy.set({ toServer: 'pass', toClient: 'pass' });
    const limitSecs = START_WITHIN_SECS + TIMEOUT_SECS + GRACE_SECS;
    const { state } = await api.final(id, { within: (limitSecs + 60) * 1000 });
    const finalSecs = (systemClock.mono() - start) / 1000;
    deaf!.proxy.set({ toServer: 'pass', toClient: 'pass' });
    say(`the command to the deaf client ended as ${state} after ${finalSecs.toFixed(1)} s`);
    return [
      none('commands to an offline client not answered 409', wrong),
      atMost('slowest 409', slowest, 'ms', ANSWER_MS, 2_000),
      atMost('until a dead client was offline', noticedMs, 'ms', 1_000, 5_000),
      exactly(
        'the black-holed one is Pending',
        first.type === 'ok' && first.value.state === 'Pending' ? 1 : 0,
        1,
      ),
      atMost('until it shows no answer', lateMs / 1000, 's', 10, scaled(scale, 20, 12)),
      exactly('it is final', isFinal(state) ? 1 : 0, 1),
      atMost('until it was final', finalSecs, 's', limitSecs, limitSecs + 10),
    ];
  },
};
