import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { KeptOutput } from '../commands/commands.ts';
import { outputPage, READ_BEYOND, wholeOutput } from './output-page.ts';

function read(all: Buffer, offset: number, limit: number, gap: KeptOutput['gap'] = null): KeptOutput {
  return { bytes: all.subarray(offset, offset + limit + READ_BEYOND), keptBytes: all.length, gap };
}

/** Every page from the first to the last. */
function pages(all: Buffer, limit: number, complete: boolean, gap: KeptOutput['gap'] = null): string[] {
  const texts: string[] = [];
  for (let offset = 0; ;) {
    const { text, nextOffset } = outputPage(read(all, offset, limit, gap), offset, limit, complete);
    if (nextOffset === offset) return texts;
    texts.push(text);
    offset = nextOffset;
  }
}

describe('a page of output', () => {
  it('ends before a character that does not fit', () => {
    const all = Buffer.from('ab主机');
    expect(outputPage(read(all, 0, 4), 0, 4, true)).toEqual({ text: 'ab', nextOffset: 2 });
    expect(outputPage(read(all, 2, 4), 2, 4, true)).toEqual({ text: '主', nextOffset: 5 });
  });

  it('holds a whole character even when its limit is smaller', () => {
    const all = Buffer.from('😀x');
    expect(outputPage(read(all, 0, 1), 0, 1, true)).toEqual({ text: '😀', nextOffset: 4 });
  });

  it('ends with bytes that are no character, not inside the one behind them', () => {
    const all = Buffer.concat([Buffer.from([0xf0, 0x90]), Buffer.from('主')]);
    expect(pages(all, 1, true).join('')).toBe('\u{fffd}主');
  });

  it('waits for the rest of a character while the command runs, and not when it is over', () => {
    const all = Buffer.from('a主').subarray(0, 3);
    expect(outputPage(read(all, 0, 100), 0, 100, false)).toEqual({ text: 'a', nextOffset: 1 });
    expect(outputPage(read(all, 1, 100), 1, 100, false)).toEqual({ text: '', nextOffset: 1 });
    expect(outputPage(read(all, 1, 100), 1, 100, true)).toEqual({ text: '\u{fffd}', nextOffset: 3 });
  });

  it('joins no character across the gap', () => {
    const all = Buffer.concat([
      Buffer.from('a'),
      Buffer.from('主').subarray(0, 2),
      Buffer.from('主').subarray(2),
    ]);
    const gap = { at: 3, bytes: 1000 };
    expect(pages(all, 100, true, gap).join('')).toBe('a\u{fffd}\u{fffd}');
    expect(pages(all, 3, true, gap).join('')).toBe('a\u{fffd}\u{fffd}');
  });

  it('is empty behind the end', () => {
    expect(outputPage(read(Buffer.from('abc'), 5, 10), 5, 10, true)).toEqual({ text: '', nextOffset: 5 });
  });

  it('after page gives the whole text, whatever the bytes and the limit', () => {
    // Mostly the beginnings and the rests of characters: what is random is hardly ever nearly right.
    const parts = [0x41, 0x80, 0x90, 0xbf, 0xc3, 0xe0, 0xe1, 0xe4, 0xed, 0xf0, 0xf4, 0xff];
    const bytes = fc.oneof(
      fc.array(fc.constantFrom(...parts), { maxLength: 20 }),
      fc.uint8Array({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 9 }), (some, limit) => {
        const all = Buffer.from(some);
        expect(pages(all, limit, true).join('')).toBe(all.toString('utf8'));
      }),
      { numRuns: 5000 },
    );
  });
});

it('the whole output says where and how much is left out', () => {
  const kept = { bytes: Buffer.from('headtail'), keptBytes: 8, gap: { at: 4, bytes: 12_345 } };
  expect(wholeOutput(kept, 'zh')).toBe('head\n…… 此处省略 12345 字节 ……\ntail');
  expect(wholeOutput(kept, 'en')).toBe('head\n… 12345 bytes are left out here …\ntail');
  expect(wholeOutput({ ...kept, gap: null }, 'en')).toBe('headtail');
});
