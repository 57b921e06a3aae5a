/** Databases in a directory of their own, for tests of stores. */
import { systemClock, type Clock } from '@ops/runtime/clock.ts';
import { silentLog, type Log } from '@ops/runtime/log.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';

import { openMainDatabase, openSampleDatabase, type OpenDatabase, type OpenOptions } from './open.ts';
import type { SampleTables, Tables } from './tables.ts';

export interface TestDatabase<Schema> extends AsyncDisposable {
  readonly database: OpenDatabase<Schema>;
  readonly dataDir: string;
}

export interface TestDatabaseOptions extends Partial<Omit<OpenOptions, 'dataDir' | 'clock' | 'log'>> {
  readonly clock?: Clock;
  readonly log?: Log;
}

/** A fresh `ops.db`; closed and removed by `await using`. */
export function testMainDatabase(options?: TestDatabaseOptions): Promise<TestDatabase<Tables>> {
  return fresh(openMainDatabase, options);
}

/** A fresh `samples.db`; closed and removed by `await using`. */
export function testSampleDatabase(options?: TestDatabaseOptions): Promise<TestDatabase<SampleTables>> {
  return fresh(openSampleDatabase, options);
}

async function fresh<Schema>(
  open: (options: OpenOptions) => Promise<OpenDatabase<Schema>>,
  options: TestDatabaseOptions = {},
): Promise<TestDatabase<Schema>> {
  const directory = await tempDirectory('storage');
  try {
    const database = await open({ clock: systemClock, log: silentLog, ...options, dataDir: directory.path });
    return {
      database,
      dataDir: directory.path,
      async [Symbol.asyncDispose]() {
        await database.close();
        await directory.remove();
      },
    };
  } catch (cause) {
    await directory.remove();
    throw cause;
  }
}
