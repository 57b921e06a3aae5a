import { appendFile, chmod, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { TimedSample } from '@ops/protocol/domain/sample.ts';
import type { Disk } from '@ops/runtime/disk.ts';
import type { Log } from '@ops/runtime/log.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { systemDisk } from '@ops/runtime/system-disk.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { describe, expect, onTestFinished, test } from 'vitest';

import { MAX_SEGMENT_BYTES, MAX_SEGMENTS, MAX_SPOOL_BYTES, openSpool } from './spool.ts';
import type { Spool } from './spool.ts';

async function place(): Promise<string> {
  const directory = await tempDirectory('spool');
  onTestFinished(() => directory.remove());
  return join(directory.path, 'samples');
}

function open(
  directory: string,
  overrides: { disk?: Disk; log?: Log; resolutionSecs?: number } = {},
): Promise<Spool> {
  return openSpool({ disk: systemDisk, log: silentLog, resolutionSecs: 15, directory, ...overrides });
}

const at = (t: number): TimedSample => ({ t, process_count: t });
const times = (from: number, count: number): TimedSample[] =>
  Array.from({ length: count }, (_, i) => at(from + i));

/** Everything that waits, taken out segment by segment. */
async function takeAll(spool: Spool): Promise<number[]> {
  const found: number[] = [];
  for (let samples = await spool.oldest(); samples; samples = await spool.oldest()) {
    found.push(...samples.map(({ t }) => t));
    await spool.drop(samples.length);
  }
  return found;
}

describe('what is kept', () => {
  test('comes out oldest first and is gone when it was dropped', async () => {
    const directory = await place();
    const spool = await open(directory);
    expect(spool.backlog()).toBeUndefined();
    for (const sample of times(1, 5)) await spool.add([sample]);
    await spool.add(times(6, 3));
    expect(spool.backlog()).toEqual({ from: 1, to: 8, count: 8 });
    expect(await takeAll(spool)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(spool.backlog()).toBeUndefined();
    expect(await readdir(directory)).toEqual([]);
    expect(spool.lost).toBe(0);
  });

  test('is still there after a restart', async () => {
    const directory = await place();
    await (await open(directory)).add(times(1, 3));
    const again = await open(directory);
    expect(again.backlog()).toEqual({ from: 1, to: 3, count: 3 });
    await again.add(times(4, 2));
    expect(await takeAll(again)).toEqual([1, 2, 3, 4, 5]);
  });

  test('can be dropped in parts, and what is added meanwhile waits behind it', async () => {
    const spool = await open(await place());
    await spool.add(times(1, 4));
    expect(await spool.oldest()).toHaveLength(4);
    await spool.drop(3);
    await spool.add(times(5, 1));
    expect(spool.backlog()).toMatchObject({ count: 2 });
    expect((await spool.oldest())?.map(({ t }) => t)).toEqual([4]);
    await spool.drop(1);
    expect(await takeAll(spool)).toEqual([5]);
  });

  test('keeps its readings, and only those the protocol knows', async () => {
    const directory = await place();
    const spool = await open(directory);
    const sample: TimedSample = {
      t: 5,
      cpu_usage: 12.5,
      disks: [{ mount: '/数据', filesystem: 'xfs', total: 10, used: 5 }],
    };
    await spool.add([sample]);
    await appendFile(
      join(directory, 'samples-0000000001.jsonl'),
      '{"t":6,"cpu_usage":1000}\n{"t":7,"evil":true}\n',
    );
    expect(await spool.oldest()).toEqual([sample, { t: 7 }]);
  });
});

describe('a crash', () => {
  test.each([1, 5, 14, 20])('that left out the last %i bytes costs one sample', async (bytes) => {
    const directory = await place();
    await (await open(directory)).add(times(100, 3));
    const file = join(directory, 'samples-0000000001.jsonl');
    const { length } = await readFile(file);
    await truncate(file, length - bytes);
    const spool = await open(directory);
    await spool.add(times(200, 2));
    // Without its line end the last line is whole, but nothing may be written behind it.
    const kept = bytes === 1 ? [100, 101, 102] : [100, 101];
    expect(await takeAll(spool)).toEqual([...kept, 200, 201]);
  });

  test('that left garbage costs what it covers, and other files are let alone', async () => {
    const directory = await place();
    await (await open(directory)).add(times(1, 2));
    await appendFile(
      join(directory, 'samples-0000000001.jsonl'),
      '\u0000\u0000{"t":"x"}\n[]\nnull\n{"t":3}\n',
    );
    await writeFile(join(directory, 'samples-0000000002.jsonl'), '\u0000'.repeat(4096));
    await writeFile(join(directory, 'notes.txt'), 'mine');
    const spool = await open(directory);
    expect(await takeAll(spool)).toEqual([1, 2, 3]);
    expect(await readdir(directory)).toEqual(['notes.txt']);
  });
});

describe('limits', () => {
  test('24 hours are kept, the oldest hour goes first', async () => {
    const spool = await open(await place(), { resolutionSecs: 3600 });
    for (const sample of times(1, 24)) await spool.add([sample]);
    expect(spool.lost).toBe(0);
    await spool.add([at(25)]);
    expect(spool.lost).toBe(1);
    expect(await takeAll(spool)).toEqual(times(2, 24).map(({ t }) => t));
  });

  test('a long outage loses whole segments of an hour', async () => {
    const spool = await open(await place(), { resolutionSecs: 360 });
    for (let i = 0; i < 24; i++) await spool.add(times(i * 10, 10));
    expect(spool.backlog()?.count).toBe(240);
    await spool.add([at(240)]);
    expect(spool.backlog()).toEqual({ from: 10, to: 240, count: 231 });
  });

  test('the bytes on disk are bounded', async () => {
    const directory = await place();
    const spool = await open(directory, { resolutionSecs: 1 });
    const mount = 'm'.repeat(250);
    const big = (t: number): TimedSample => ({
      t,
      disks: Array.from({ length: 100 }, () => ({ mount, filesystem: 'ext4', total: 1, used: 1 })),
    });
    const each = Buffer.byteLength(JSON.stringify(big(1000))) + 1;
    const fits = Math.floor(MAX_SPOOL_BYTES / each);
    for (let i = 0; i < fits + 20; i++) await spool.add([big(1000 + i)]);
    const sizes = await Promise.all(
      (await readdir(directory)).map(async (name) => (await readFile(join(directory, name))).length),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_SPOOL_BYTES);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_SEGMENT_BYTES);
    expect(spool.lost).toBeGreaterThan(0);
    expect(spool.backlog()?.to).toBe(1000 + fits + 19);
  });

  test('so are the files of a link that comes and goes', async () => {
    const directory = await place();
    const spool = await open(directory);
    for (let i = 0; i < MAX_SEGMENTS + 10; i++) {
      await spool.add([at(i)]);
      await spool.oldest();
    }
    expect((await readdir(directory)).length).toBeLessThanOrEqual(MAX_SEGMENTS + 1);
  });
});

function failing(what: Partial<Disk>): { disk: Disk; log: Log; warnings: string[] } {
  const warnings: string[] = [];
  return {
    disk: { ...systemDisk, ...what },
    log: { ...silentLog, warn: (line) => warnings.push(line) },
    warnings,
  };
}

describe('a disk in trouble', () => {
  test('costs samples, is told once, and is over when it is over', async () => {
    let full = false;
    const directory = await place();
    const { disk, log, warnings } = failing({
      append: (path, data) => (full ? Promise.reject(new Error('ENOSPC')) : systemDisk.append(path, data)),
    });
    const spool = await open(directory, { disk, log });
    await spool.add([at(1)]);
    full = true;
    await spool.add([at(2)]);
    await spool.add([at(3)]);
    expect(spool.lost).toBe(2);
    expect(warnings).toEqual(['Samples cannot be kept']);
    full = false;
    await spool.add([at(4)]);
    expect(await takeAll(spool)).toEqual([1, 4]);
    full = true;
    await spool.add([at(5)]);
    expect(warnings).toHaveLength(2);
  });

  test('half a line written does not spoil the next one', async () => {
    const directory = await place();
    let short = true;
    const { disk, log } = failing({
      append: async (path, data) => {
        if (!short) return systemDisk.append(path, data);
        short = false;
        await systemDisk.append(path, String(data).slice(0, 5));
        throw new Error('ENOSPC');
      },
    });
    const spool = await open(directory, { disk, log });
    await spool.add([at(1)]);
    await spool.add([at(2)]);
    expect(await takeAll(spool)).toEqual([2]);
  });

  test('a directory that cannot be read does not keep the client from starting', async () => {
    const { disk, log, warnings } = failing({ list: () => Promise.reject(new Error('EIO')) });
    const spool = await open(await place(), { disk, log });
    expect(warnings).toEqual(['Samples cannot be read']);
    await spool.add([at(1)]);
    expect(await takeAll(spool)).toEqual([1]);
  });

  test('a file that vanished is passed over', async () => {
    const directory = await place();
    const spool = await open(directory);
    await spool.add([at(1)]);
    await systemDisk.remove(join(directory, 'samples-0000000001.jsonl'));
    expect(await spool.oldest()).toBeUndefined();
    await chmod(directory, 0o700);
  });
});
