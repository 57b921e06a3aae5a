/** P2c: whoever repeats a request with the same Idempotency-Key gets the same command, which runs once. */
import { executionCounts } from '../ground-truth.ts';
import { atLeast, exactly } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { startStage } from '../stage.ts';

const REQUESTS = 100;

export const p2c: Proof = {
  id: 'P2c',
  promise: 'a repeated request is one command and one run',
  async run({ random, say }) {
    await using stage = await startStage({ hosts: 1 });
    const { api, truth, hosts } = stage;
    const { clientId } = hosts[0]!;
    const command = truth.command();
    const idempotencyKey = random.uuid();
    const ask = () => api.send(clientId, command, { idempotencyKey, queueSecs: 60 });
    const asking = Array.from({ length: REQUESTS }, ask);
    // As soon as one of them has its answer, and the others do not.
    await Promise.race(asking);
    await stage.killServer();
    const first = await Promise.all(asking);
    await stage.startServer();
    const second = await Promise.all(Array.from({ length: REQUESTS }, ask));
    const replies = [...first, ...second];
    const ids = new Set(replies.flatMap((reply) => (reply.type === 'ok' ? [reply.value] : [])));
    say(`${first.filter(({ type }) => type === 'ok').length} of ${REQUESTS} were answered before the kill`);
    const [id] = ids;
    if (id !== undefined) await api.final(id);
    const runs = [...(await executionCounts(truth)).values()];
    return [
      exactly('ids given to 200 requests with one key', ids.size, 1),
      exactly(
        'runs',
        runs.reduce((sum, count) => sum + count, 0),
        1,
      ),
      exactly('rows', (await api.allCommands()).length, 1),
      atLeast('answers after the restart', second.filter(({ type }) => type === 'ok').length, '', REQUESTS),
    ];
  },
};
