/** Shows the progress of a batch until it is over. Ctrl-C stops looking; the batch goes on. */
import type { BatchSummary } from '@ops/protocol/http/batches.ts';

import { createProgress, stepOf } from './progress.ts';
import type { Server } from './server/server.ts';
import { watchBatch } from './server/watch-batch.ts';
import { say } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** @returns undefined when it was interrupted */
export async function followBatch(
  terminal: Terminal,
  server: Server,
  id: string,
): Promise<BatchSummary | undefined> {
  const progress = createProgress(terminal);
  try {
    const batch = await watchBatch(id, {
      server,
      clock: terminal.clock,
      signal: terminal.interrupted,
      onChange: (changed) => progress.show(stepOf(changed, terminal.language)),
    });
    if (batch !== undefined) return batch;
  } finally {
    progress.end();
  }
  terminal.err(
    say(terminal, {
      zh: `批量任务仍在执行。继续查看：opsctl result --follow ${id}\n停止：opsctl cancel ${id}\n`,
      en: `The batch goes on. Follow it: opsctl result --follow ${id}\nStop it: opsctl cancel ${id}\n`,
    }),
  );
  return undefined;
}
