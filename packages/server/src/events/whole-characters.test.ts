import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { MAX_CHARACTER_BYTES, unfinishedBytes } from './whole-characters.ts';

it.each([
  ['', 0],
  ['plain', 0],
  ['é', 0],
  ['主机', 0],
  ['😀', 0],
])('leaves whole characters alone: %j', (text, unfinished) => {
  expect(unfinishedBytes(Buffer.from(text))).toBe(unfinished);
});

it.each([
  ['é', 1],
  ['主', 1],
  ['主', 2],
  ['😀', 1],
  ['😀', 2],
  ['😀', 3],
])('finds the beginning of %s, %i bytes of it', (text, bytes) => {
  const begun = Buffer.from(text).subarray(0, bytes);
  expect(unfinishedBytes(begun)).toBe(bytes);
  expect(unfinishedBytes(Buffer.concat([Buffer.from('ab主'), begun]))).toBe(bytes);
});

it.each([
  [[0x80]],
  [[0xbf, 0xbf, 0xbf]],
  [[0xc0]],
  [[0xc1]],
  [[0xf5]],
  [[0xff]],
  [[0xed, 0xa0]],
  [[0xe0, 0x80]],
  [[0xf0, 0x80]],
  [[0xf4, 0x90]],
])('does not wait for the rest of what is no character: %j', (bytes) => {
  expect(unfinishedBytes(Buffer.from(bytes))).toBe(0);
});

/** Beginnings and rests of characters. */
const PARTS = [0x41, 0x80, 0x90, 0xbf, 0xc3, 0xe0, 0xe1, 0xe4, 0xed, 0xf0, 0xf4, 0xff];

it('gives the same text for any bytes, however they are cut', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.uint8Array({ maxLength: 12 }),
          // What is random is hardly ever nearly right.
          fc.array(fc.constantFrom(...PARTS), { maxLength: 5 }).map((bytes) => Buffer.from(bytes)),
          fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
        ),
      ),
      (pieces) => {
        let shown = '';
        let kept = Buffer.alloc(0);
        for (const piece of pieces) {
          const bytes = Buffer.concat([kept, piece]);
          const cut = bytes.length - unfinishedBytes(bytes);
          shown += bytes.toString('utf8', 0, cut);
          kept = bytes.subarray(cut);
          expect(kept.length).toBeLessThan(MAX_CHARACTER_BYTES);
        }
        expect(shown + kept.toString('utf8')).toBe(Buffer.concat(pieces).toString('utf8'));
      },
    ),
    { numRuns: 2000 },
  );
});
