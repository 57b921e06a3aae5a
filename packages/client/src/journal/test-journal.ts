/** A journal on a disk in memory, and entries for it. */
import { silentLog } from '@ops/runtime/log.ts';
import type { Log } from '@ops/runtime/log.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { createSeededRandom } from '@ops/testkit/seeded-random.ts';

import type { Journal, JournalResult, JournalStart } from './journal.ts';
import { openJournal } from './open-journal.ts';
import type { TestDisk } from './test-disk.ts';

export const DIRECTORY = '/data';

/** The n-th command. */
export const idOf = (n: number): string => `6f1d3a52-9a0e-4c55-8d3e-${String(n).padStart(12, '0')}`;

export const startOf = (n: number): JournalStart => ({
  commandId: idOf(n),
  seq: n,
  text: `uptime ${n}`,
  startedAtMs: 1_000 + n,
});

export const resultFor = (n: number, overrides: Partial<JournalResult> = {}): JournalResult => ({
  commandId: idOf(n),
  outcome: 'completed',
  exitCode: 0,
  signal: null,
  error: null,
  durationMs: 12,
  startedAtMs: 1_000 + n,
  chunks: 1,
  stdoutBytes: 3,
  stderrBytes: 0,
  truncated: false,
  ...overrides,
});

let seed = 1;

/** Each has a chance of its own, as each process has. */
export function open(
  { disk }: Pick<TestDisk, 'disk'>,
  options: { clock?: ManualClock; log?: Log } = {},
): Promise<Journal> {
  return openJournal({
    disk,
    directory: DIRECTORY,
    clock: options.clock ?? new ManualClock(),
    random: createSeededRandom(seed++),
    log: options.log ?? silentLog,
  });
}
