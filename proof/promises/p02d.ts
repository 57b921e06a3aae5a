/**
 * P2d: a command that the server tells twice runs once, on the same connection, on the next one, and after the client
 * was killed. The server is a scripted one here: ours does not do that.
 */
import { join } from 'node:path';

import { startFakeServer } from '@ops/testkit/fake-server.ts';
import type { FakeServerConnection } from '@ops/testkit/fake-server.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';

import { executionCounts, makeGroundTruth } from '../ground-truth.ts';
import { atLeast, exactly } from '../promise.ts';
import type { Proof } from '../promise.ts';

export const p2d: Proof = {
  id: 'P2d',
  promise: 'a command that is told twice runs once',
  async run({ random, say }) {
    await using folder = await tempDirectory('twice');
    const truth = await makeGroundTruth(folder.path);
    const server = await startFakeServer();
    const id = random.uuid();
    const tell = (connection: FakeServerConnection): void =>
      connection.send({
        type: 'command',
        command_id: id,
        seq: 1,
        command: truth.command(),
        timeout_secs: 30,
        sent_at: Date.now(),
        start_within_ms: 30_000,
      });
    let results = 0;
    const answered = async (connection: FakeServerConnection): Promise<void> => {
      await connection.waitFor('command_result', { where: (message) => message.command_id === id });
      results++;
    };
    try {
      await using client = await startClient({
        server: { port: server.port },
        directory: join(folder.path, 'host'),
        env: {
          OPS_ALLOWED_SCRIPT_DIRS: truth.scriptDir,
          OPS_RETRY_BASE_DELAY: '0.1',
          OPS_RETRY_MAX_DELAY: '0.2',
        },
        connected: false,
      });
      const first = await server.connection({ within: 20_000 });
      await first.admit();
      tell(first);
      tell(first);
      await answered(first);
      tell(first);
      await answered(first);
      first.destroy();
      const second = await server.connection();
      await second.admit();
      tell(second);
      await answered(second);
      second.send({ type: 'result_ack', command_id: id });
      tell(second);
      await client.program.kill9();
      await using again = await client.restart();
      const third = await server.connection({ within: 20_000 });
      await third.admit();
      tell(third);
      await third.waitFor('heartbeat', { within: 10_000 });
      await again.program.stop();
    } catch (cause) {
      // What was not answered is counted; how often it ran is what matters.
      say(String(cause));
    } finally {
      await server.close();
    }
    return [
      exactly('runs', (await executionCounts(truth)).get(id) ?? 0, 1),
      atLeast('times it was answered', results, '', 3),
    ];
  },
};
