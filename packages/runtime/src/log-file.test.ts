import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createLogFile } from './log-file.ts';
import type { LogFile } from './log-file.ts';
import type { LogLine } from './log-queue.ts';

const DAY = '2026-11-23';
const line = (text: string): LogLine => ({ day: DAY, bytes: Buffer.from(`${text}\n`) });

let directory: string;
let remove: () => Promise<void>;
let file: LogFile;
/** Bytes the disk still takes. */
let space: number;

beforeEach(async () => {
  const temp = await tempDirectory('log-file');
  directory = temp.path;
  remove = () => temp.remove();
  space = Infinity;
  const openWithLimit = async (path: string, flags: number, mode: number): Promise<FileHandle> => {
    const handle = await open(path, flags, mode);
    const write = handle.write.bind(handle);
    return Object.assign(handle, {
      async write(bytes: Buffer, at: number) {
        const length = Math.min(bytes.length - at, space);
        if (length === 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
        space -= length;
        return write(bytes, at, length);
      },
    });
  };
  const clock = new ManualClock();
  file = createLogFile({
    directory,
    name: 'n',
    retentionDays: 30,
    maxFileBytes: 1e6,
    clock,
    open: openWithLimit,
  });
});
afterEach(async () => {
  await file.close();
  await remove();
});

describe('a disk that fills in the middle of a write', () => {
  it('takes the lines that are whole; the next one begins on a line of its own, none is lost', async () => {
    space = 'one\ntwo\nth'.length;
    const lines = ['one', 'two', 'three', 'four'].map(line);
    const first = await file.write(lines);
    expect(first).toMatchObject({ lines: 2, fault: { code: 'ENOSPC' } });
    space = Infinity;
    expect(await file.write(lines.slice(first.lines))).toEqual({ lines: 2 });
    expect(await readFile(join(directory, `n.log.${DAY}`), 'utf8')).toBe('one\ntwo\nth\nthree\nfour\n');
  });

  it('loses no line and repeats at most the cut one, at whichever byte it fills', async () => {
    const texts = ['alpha', 'beta', 'gamma'];
    for (let taken = 0; taken <= 'alpha\nbeta\ngamma\n'.length; taken++) {
      const day = `2026-01-${String(taken + 1).padStart(2, '0')}`;
      const lines = texts.map((text) => ({ ...line(text), day }));
      space = taken;
      const { lines: whole } = await file.write(lines);
      space = Infinity;
      await file.write(lines.slice(whole));
      const written = (await readFile(join(directory, `n.log.${day}`), 'utf8')).trimEnd().split('\n');
      // A cut line stays as it is: another process may have written behind it, so nothing is taken back.
      const cut = written.filter((entry, at) => !texts.includes(entry) || written.indexOf(entry) !== at);
      expect(cut.length).toBeLessThanOrEqual(1);
      expect(written.filter((entry, at) => texts.includes(entry) && written.indexOf(entry) === at)).toEqual(
        texts,
      );
    }
  });
});
