/** P9b: a flush that failed is never retried into a lie: what could not be journalled is refused and not spawned. */
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { failureWord } from '@ops/protocol/domain/command.ts';
import { watchDisk } from '@ops/testkit/disk-order.ts';

import { executionCounts } from '../ground-truth.ts';
import { atLeast, none, scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { startStage } from '../stage.ts';

/** Commands after which the one whose flush failed must have come. */
const COMMANDS = 4;

export const p9b: Proof = {
  id: 'P9b',
  promise: 'a failed flush of the journal is never retried into a lie',
  async run({ scale, say }) {
    const rounds = scaled(scale, 4, 50);
    await using stage = await startStage({ hosts: 1 });
    const { api, truth, hosts } = stage;
    const host = hosts[0]!;
    let failed = 0;
    let lies = 0;
    let ranUnjournalled = 0;
    for (let time = 1; time <= rounds; time++) {
      const file = join(stage.directory, `order-${time}`);
      await appendFile(file, '');
      await host.stop();
      await host.start({ ...watchDisk({ file, failing: { time, path: 'journal' } }), connected: false });
      await stage.allOnline();
      for (let i = 0; i < COMMANDS; i++) {
        const id = await api.mustSend(host.clientId, truth.command(), { queueSecs: 60 });
        // A client whose journal is broken may end rather than go on.
        const over = await api.final(id, { within: 15_000 }).catch(() => undefined);
        if (!host.isRunning) await host.start({ connected: false });
        const { state, body } = over ?? (await api.final(id, { within: 90_000 }));
        const runs = (await executionCounts(truth)).get(id) ?? 0;
        if (runs > 1) lies++;
        if (state === 'Completed' && runs !== 1) lies++;
        if (failureWord(body.error) === 'rejected' && runs > 0) lies++;
      }
      const lines = (await readFile(file, 'utf8')).split('\n');
      const at = lines.findIndex((line) => line.startsWith('failed'));
      if (at < 0) continue;
      failed++;
      // The flush of a start that failed: nothing may be spawned for it.
      const before = lines.slice(0, at).findLast((line) => line === 'command' || line === 'spawn');
      const behind = lines.slice(at + 1).find((line) => line === 'command' || line === 'spawn');
      if (before === 'command' && behind === 'spawn') ranUnjournalled++;
    }
    say(`${failed} flushes were made to fail`);
    return [
      none('spawned although the flush of its start had failed', ranUnjournalled),
      none('commands whose state is not what happened', lies),
      atLeast('flushes that failed', failed, '', Math.ceil(rounds / 2), 1),
    ];
  },
};
