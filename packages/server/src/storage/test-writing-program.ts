/**
 * A program for tests that kill it: opens the main database of the directory it is given, says `open`, and writes until
 * it is killed. Each line it prints is the key of a row that was acknowledged. With `hold` it only keeps it open.
 */
import { writeSync } from 'node:fs';

import { systemClock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';

import { openMainDatabase, type OpenDatabase } from './open.ts';
import type { Tables } from './tables.ts';

const WRITERS = 4;

const [dataDir = '', mode = 'write'] = process.argv.slice(2);

/** At once, so that nothing is said that a kill could take back; a pipe that is full is tried again. */
function say(line: string): void {
  let rest = Buffer.from(`${line}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
  }
}

async function writeForEver(database: OpenDatabase<Tables>, writer: number): Promise<never> {
  const { query } = database;
  for (let n = 0; ; n++) {
    const key = `${process.pid}-${writer}-${n}`;
    await database.write({
      statements: [query.insertInto('meta').values({ key, value: 'x'.repeat(n % 5_000) })],
      audit: [
        {
          atMs: systemClock.wall(),
          actor: 'system',
          role: '',
          address: '',
          action: 'write',
          target: key,
          detail: { n },
          outcome: 'ok',
        },
      ],
    });
    say(key);
  }
}

try {
  const database = await openMainDatabase({ dataDir, clock: systemClock, log: silentLog });
  say('open');
  // Long enough for any test; a program whose test was killed ends by itself.
  if (mode === 'hold') setTimeout(() => {}, 60_000);
  else await Promise.all(Array.from({ length: WRITERS }, (_, writer) => writeForEver(database, writer)));
} catch (cause) {
  say(cause instanceof Error ? cause.message : String(cause));
  process.exitCode = 1;
}
