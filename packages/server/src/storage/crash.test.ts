import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { startProgram, type RunningProgram } from '@ops/testkit/child-program.ts';
import { createSeededRandom } from '@ops/testkit/seeded-random.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';

import { verifyAudit } from '../audit/verify.ts';
import { openMainDatabase } from './open.ts';

const PROGRAM = join(import.meta.dirname, 'test-writing-program.ts');
const ROUNDS = 8;

/** A loaded machine takes long to start programs; nothing here waits for a time. */
const WITHIN = { within: 30_000 };
const TIMEOUT_MS = 90_000;

const start = (dataDir: string, ...mode: string[]): Promise<RunningProgram> =>
  startProgram({ file: PROGRAM, args: [dataDir, ...mode] });

describe('a program that is killed while it writes', () => {
  it(
    'finds every acknowledged change again, and an audit trail without a gap',
    async () => {
      const seed = systemClock.wall();
      const random = createSeededRandom(seed);
      await using directory = await tempDirectory('storage');
      const acknowledged: string[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const program = await start(directory.path);
        await program.line(/^open$/, WITHIN);
        await sleep(systemClock, random.unit() * 150);
        await program.kill9();
        acknowledged.push(...program.lines.filter((line) => line !== 'open'));
      }
      expect(acknowledged.length).toBeGreaterThan(50);

      expect(verifyAudit({ dataDir: directory.path })).toMatchObject({ ok: true });
      const database = await openMainDatabase({
        dataDir: directory.path,
        clock: systemClock,
        log: silentLog,
      });
      const there = new Set(
        (await database.query.selectFrom('meta').select('key').execute()).map(({ key }) => key),
      );
      const audited = new Set(
        (await database.query.selectFrom('audit').select('target').execute()).map((row) => row.target),
      );
      await database.close();
      expect(
        acknowledged.filter((key) => !there.has(key)),
        `seed ${seed}`,
      ).toEqual([]);
      // An entry and what it tells of are there together, or neither.
      expect(there.symmetricDifference(audited)).toEqual(new Set());
    },
    TIMEOUT_MS,
  );
});

describe('a data directory', () => {
  it(
    'belongs to one of twenty programs that start at once; the others say so and end with status 1',
    async () => {
      await using directory = await tempDirectory('storage');
      const programs = await Promise.all(Array.from({ length: 20 }, () => start(directory.path, 'hold')));
      const winner = await Promise.any(
        programs.map(async (program) => (await program.line(/^open$/, WITHIN), program)),
      );
      const losers = programs.filter((program) => program !== winner);
      for (const loser of losers) {
        expect((await loser.exited).code).toBe(1);
        expect(loser.lines).toHaveLength(1);
        expect(loser.lines[0]).toContain(
          `the data directory ${directory.path} is in use by another ops-server`,
        );
      }
      expect(winner.isRunning).toBe(true);
      await winner.kill9();
    },
    TIMEOUT_MS,
  );

  it('is refused while its owner lives, by name and pid, and free after the owner was killed', async () => {
    await using directory = await tempDirectory('storage');
    const owner = await start(directory.path, 'hold');
    await owner.line(/^open$/, WITHIN);
    const open = () => openMainDatabase({ dataDir: directory.path, clock: systemClock, log: silentLog });
    await expect(open()).rejects.toMatchObject({
      reason: 'in_use',
      message: `the data directory ${directory.path} is in use by another ops-server (pid ${owner.pid}): stop that one, or give this one its own data directory`,
    });
    await owner.kill9();
    const database = await open();
    expect(await readFile(join(directory.path, 'ops.db.pid'), 'utf8')).toBe(`${process.pid}\n`);
    await expect(open()).rejects.toMatchObject({ reason: 'in_use' });
    await database.close();
    await expect(stat(join(directory.path, 'ops.db.pid'))).rejects.toThrow('ENOENT');
  });
});
