/** P2e: on the client a command is in the journal, flushed, before its process exists, and its result before it leaves. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { watchDisk } from '@ops/testkit/disk-order.ts';

import { atLeast, exactly, scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { startStage } from '../stage.ts';

export interface JournalOrder {
  readonly spawned: number;
  /** Spawned with a flush of the journal since the command came. */
  readonly spawnedFlushed: number;
  readonly results: number;
  /** Results with a flush of the journal since the spawn. */
  readonly resultsFlushed: number;
}

/** Pure: the lines of testkit/disk-order.ts. Commands must have come one after the other. */
export function judgeOrder(lines: Iterable<string>): JournalOrder {
  const order = { spawned: 0, spawnedFlushed: 0, results: 0, resultsFlushed: 0 };
  let flushed = false;
  let running = false;
  for (const line of lines) {
    if (line === 'command') flushed = running = false;
    else if (line.startsWith('flush') && line.includes('journal')) flushed = true;
    else if (line === 'spawn') {
      order.spawned++;
      if (flushed) order.spawnedFlushed++;
      flushed = false;
      running = true;
    } else if (line === 'result' && running) {
      order.results++;
      if (flushed) order.resultsFlushed++;
      running = false;
    }
  }
  return order;
}

export const p2e: Proof = {
  id: 'P2e',
  promise: 'journalled and flushed before it is spawned, and before its result leaves',
  async run({ scale }) {
    const count = scaled(scale, 20, 200);
    await using stage = await startStage({ hosts: 1 });
    const { api, truth, hosts } = stage;
    const host = hosts[0]!;
    const file = join(stage.directory, 'order');
    await host.stop();
    await host.start(watchDisk({ file }));
    await stage.allOnline();
    for (let i = 0; i < count; i++) await api.final(await api.mustSend(host.clientId, truth.command()));
    const order = judgeOrder((await readFile(file, 'utf8')).split('\n'));
    return [
      atLeast('commands spawned', order.spawned, '', count),
      exactly('of them flushed to the journal before', order.spawnedFlushed, order.spawned),
      atLeast('results sent', order.results, '', count),
      exactly('of them flushed to the journal before', order.resultsFlushed, order.results),
    ];
  },
};
