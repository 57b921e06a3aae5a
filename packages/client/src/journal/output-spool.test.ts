import { silentLog } from '@ops/runtime/log.ts';
import { describe, expect, test } from 'vitest';

import { INLINE_BYTES, INLINE_CHUNKS, MAX_CHUNKS, MAX_SPOOL_BYTES, openOutputSpool } from './output-spool.ts';
import type { CommandOutput, OutputSpool } from './output-spool.ts';
import { testDisk } from './test-disk.ts';
import type { TestDisk } from './test-disk.ts';
import { idOf } from './test-journal.ts';

const RESULTS = '/data/results';

function open({ disk }: TestDisk, keep: readonly string[] = []): Promise<OutputSpool> {
  return openOutputSpool({ disk, directory: RESULTS, log: silentLog, keep: new Set(keep) });
}

const big = (fill: string): Buffer => Buffer.alloc(64 * 1024, fill);

async function texts(output: CommandOutput): Promise<string[]> {
  const found: string[] = [];
  for (let n = 0; ; n++) {
    const chunk = await output.read(n);
    if (!chunk) return found;
    found.push(`${chunk.stream} ${chunk.bytes.toString().slice(0, 3)} ${chunk.bytes.length}`);
  }
}

describe('a small output', () => {
  test('needs no file: it is handed to the journal', async () => {
    const on = testDisk();
    const output = (await open(on)).begin(idOf(1));
    output.append('stdout', Buffer.from('up\n'));
    output.append('stderr', Buffer.alloc(INLINE_BYTES - 3, 'e'));
    expect(await output.finish()).toEqual([
      { stream: 'stdout', bytes: Buffer.from('up\n') },
      { stream: 'stderr', bytes: Buffer.alloc(INLINE_BYTES - 3, 'e') },
    ]);
    expect(on.files.size).toBe(0);
    expect(await texts(output)).toEqual(['stdout up\n 3', `stderr eee ${INLINE_BYTES - 3}`]);
    expect([output.chunks, output.bytesOf('stdout'), output.bytesOf('stderr')]).toEqual([
      2,
      3,
      INLINE_BYTES - 3,
    ]);
  });

  test('is one of so many bytes and chunks; one more needs a file', async () => {
    const on = testDisk();
    const spool = await open(on);
    const long = spool.begin(idOf(1));
    long.append('stdout', Buffer.alloc(INLINE_BYTES));
    long.append('stdout', Buffer.alloc(1));
    expect(await long.finish()).toBeUndefined();
    const many = spool.begin(idOf(2));
    for (let n = 0; n < INLINE_CHUNKS; n++) many.append('stdout', Buffer.from('x'));
    expect(await many.finish()).toHaveLength(INLINE_CHUNKS);
    many.append('stdout', Buffer.from('x'));
    expect(await many.finish()).toBeUndefined();
    expect([...on.files.keys()]).toEqual([1, 2].map((n) => `${RESULTS}/${idOf(n)}`));
  });

  test('comes back from the journal, and none is an empty one', async () => {
    const on = testDisk();
    const spool = await open(on);
    const inline = [{ stream: 'stdout', bytes: Buffer.from('up\n') }] as const;
    expect(await texts(await spool.of(idOf(1), inline))).toEqual(['stdout up\n 3']);
    expect(await spool.begin(idOf(2)).finish()).toEqual([]);
    await spool.remove(idOf(1));
    expect(on.calls).not.toContain('remove');
  });
});

describe('a large output', () => {
  test('is read by number while it grows, and flushed at the end', async () => {
    const on = testDisk();
    const output = (await open(on)).begin(idOf(1));
    output.append('stdout', big('a'));
    expect(await texts(output)).toEqual(['stdout aaa 65536']);
    output.append('stderr', big('b'));
    output.append('stdout', big('c'));
    expect(await output.finish()).toBeUndefined();
    on.crash();
    expect(await texts(output)).toEqual(['stdout aaa 65536', 'stderr bbb 65536', 'stdout ccc 65536']);
    expect(on.calls.filter((name) => name === 'append sync')).toHaveLength(2);
  });

  test('is read after a restart, also one that was not finished', async () => {
    const on = testDisk();
    const output = (await open(on)).begin(idOf(1));
    output.append('stdout', big('a'));
    output.append('stderr', big('b'));
    await output.finish();
    const again = await (await open(on, [idOf(1)])).of(idOf(1));
    expect(await texts(again)).toEqual(['stdout aaa 65536', 'stderr bbb 65536']);
    expect([again.bytesOf('stdout'), again.bytesOf('stderr')]).toEqual([65_536, 65_536]);
  });

  test('that was damaged is read up to there and no further', async () => {
    const on = testDisk();
    const output = (await open(on)).begin(idOf(1));
    for (const fill of ['a', 'b', 'c']) output.append('stdout', big(fill));
    await output.finish();
    const [, data] = on.only(RESULTS);
    data[70_000] = data[70_000]! ^ 1;
    expect(await texts(output)).toEqual(['stdout aaa 65536']);
    expect(await texts(await (await open(on, [idOf(1)])).of(idOf(1)))).toEqual(['stdout aaa 65536']);
    expect(await texts(await (await open(on, [idOf(2)])).of(idOf(2)))).toEqual([]);
  });

  test('is gone when it was delivered, and so is what nobody wants any more', async () => {
    const on = testDisk();
    const spool = await open(on);
    for (const n of [1, 2, 3]) {
      const output = spool.begin(idOf(n));
      output.append('stdout', big('a'));
      await output.finish();
    }
    await spool.remove(idOf(1));
    await open(on, [idOf(3)]);
    expect([...on.files.keys()]).toEqual([`${RESULTS}/${idOf(3)}`]);
  });
});

describe('limits', () => {
  test('a full disk cuts the output, and nothing is kept behind the cut', async () => {
    const on = testDisk();
    const output = (await open(on)).begin(idOf(1));
    output.append('stdout', big('a'));
    await output.finish();
    on.isFull = true;
    output.append('stdout', big('b'));
    await output.finish();
    on.isFull = false;
    output.append('stdout', big('c'));
    await output.finish();
    expect(output).toMatchObject({ chunks: 1, isCut: true });
    expect(await texts(output)).toEqual(['stdout aaa 65536']);
  });

  test('chunks of one command, and bytes of all, are bounded', async () => {
    const on = testDisk();
    const spool = await open(on);
    const many = spool.begin(idOf(1));
    for (let n = 0; n < MAX_CHUNKS; n++) many.append('stdout', Buffer.from('x'));
    expect(many).toMatchObject({ chunks: MAX_CHUNKS, isCut: false });
    many.append('stdout', Buffer.from('x'));
    expect(many).toMatchObject({ chunks: MAX_CHUNKS, isCut: true });
    await many.finish();
    await spool.remove(idOf(1));

    const data = Buffer.alloc(64 * 1024);
    const fits = Math.floor(MAX_SPOOL_BYTES / (data.length + 21));
    const outputs = Array.from({ length: fits }, (_, n) => {
      const output = spool.begin(idOf(n + 2));
      output.append('stdout', data);
      return output;
    });
    expect(outputs.every(({ isCut }) => !isCut)).toBe(true);
    const next = spool.begin(idOf(99_999));
    next.append('stdout', data);
    expect(next).toMatchObject({ chunks: 0, isCut: true });
    await Promise.all(outputs.map((output) => output.finish()));
  });
});
