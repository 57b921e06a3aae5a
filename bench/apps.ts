/** What it costs the client to look at its applications: everything anew, and nothing changed. */
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createApps, LOOK_EVERY_MS } from '@ops/client/apps/apps.ts';
import { createProcessLooks } from '@ops/client/apps/pid.ts';
import { createScanner } from '@ops/client/apps/scan.ts';
import type { Scanner } from '@ops/client/apps/scan.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';

import type { Benchmark, Figure } from './benchmark.ts';
import { percentile } from './health.ts';

const MAX_SCAN_MS = 20;
/** Of one processor, while nothing changes. */
const MAX_IDLE_PERCENT = 1;
const LONG_AGO = 1_756_548_000;

async function fill(base: string, count: number): Promise<void> {
  await mkdir(base, { mode: 0o755 });
  for (let n = 0; n < count; n++) {
    const name = `app-${n}`;
    const path = join(base, name);
    await mkdir(path, { mode: 0o755 });
    const files = {
      VERSION: `v1.0.${n}\n`,
      BRANCH: 'main\n',
      COMMIT: `${'abc123'.repeat(6)}${n}\n`,
      [`${name}.sh`]: '#!/bin/bash\n',
      [`${name}.pid`]: `${process.ppid}\n`,
    };
    for (const [file, text] of Object.entries(files)) {
      await writeFile(join(path, file), text, { mode: 0o755 });
      await utimes(join(path, file), LONG_AGO, LONG_AGO);
    }
  }
}

/** Processor time of this process, in milliseconds. */
function cpuMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const each = (times: number, run: () => void): number[] => Array.from({ length: times }, () => cpuMs(run));

function figure(name: string, label: string, values: readonly number[]): Figure {
  return { name, label, value: percentile(values, 0.5), unit: 'ms' };
}

export const appsBenchmark: Benchmark<'apps' | 'rounds'> = {
  summary: 'processor time of looking at the applications of a host',
  options: {
    apps: { default: 200, min: 1, max: 1000, meaning: 'applications' },
    rounds: { default: 50, min: 5, max: 10_000, meaning: 'times each is measured' },
  },
  async run({ apps: count, rounds }, { lifecycle }) {
    const temp = await tempDirectory('bench-apps');
    lifecycle.onRelease('directory', () => temp.remove());
    const base = join(temp.path, 'apps');
    await fill(base, count);
    // A minute later nothing of it is fresh any more.
    const clock = new ManualClock(systemClock.wall() + 60_000);
    const anew = (): Scanner => {
      const scanner = createScanner(base, clock);
      scanner.look();
      return scanner;
    };
    each(5, anew);
    const first = each(rounds, anew);
    const known = anew();
    const again = each(rounds, () => known.look());
    const looks = createProcessLooks(clock);
    const processes = each(rounds, () => {
      for (let n = 0; n < count; n++) looks.look(process.ppid);
    });
    const apps = createApps({ baseDir: base, readonly: false, clock, log: silentLog, send: () => true });
    apps.start();
    lifecycle.onRelease('apps', () => apps.stop());
    clock.advance(10 * LOOK_EVERY_MS);
    const beats = each(rounds, () => clock.advance(LOOK_EVERY_MS));
    const mean = beats.reduce((sum, one) => sum + one, 0) / beats.length;
    const idlePercent = (mean / LOOK_EVERY_MS) * 100;
    return {
      sections: [
        {
          title: `${count} applications, median of ${rounds}`,
          figures: [
            figure('scan_ms', 'first scan, every file read', first),
            figure('rescan_ms', 'scan of an unchanged directory', again),
            figure('processes_ms', 'one look at each process', processes),
            figure('beat_ms', `all that is done each ${LOOK_EVERY_MS / 1000} s while nothing changes`, beats),
            { name: 'idle_percent', label: 'of one processor', value: idlePercent, unit: '%' },
          ],
        },
      ],
      goals: [
        {
          name: 'scan_ms',
          label: 'first scan',
          value: percentile(first, 0.5),
          unit: 'ms',
          limit: MAX_SCAN_MS,
        },
        {
          name: 'idle_percent',
          label: 'unchanged, of one processor',
          value: idlePercent,
          unit: '%',
          limit: MAX_IDLE_PERCENT,
        },
      ],
    };
  },
};
