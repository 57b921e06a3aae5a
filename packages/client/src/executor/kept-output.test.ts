import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { KEPT_HEAD_BYTES, KEPT_TAIL_BYTES, MAX_OUTPUT_CHUNK } from '@ops/protocol/domain/command.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';

import { createKeptOutput, GATHER_MS, unfinishedCharacter } from './kept-output.ts';
import type { OutputChunk } from './kept-output.ts';

function stage() {
  const clock = new ManualClock();
  const chunks: OutputChunk[] = [];
  const kept = createKeptOutput({ clock, emit: (chunk) => void chunks.push(chunk) });
  const of = (stream: string): Buffer =>
    Buffer.concat(chunks.filter((chunk) => chunk.stream === stream).map(({ bytes }) => bytes));
  return { clock, chunks, kept, of };
}

/** Bytes whose value tells their place. */
const pattern = (length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 7) % 251));

describe('what is kept', () => {
  it('is everything up to the bound, and beyond it the first and the last bytes', () => {
    const most = KEPT_HEAD_BYTES + KEPT_TAIL_BYTES;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.constantFrom(0, 1, KEPT_HEAD_BYTES, KEPT_HEAD_BYTES + 1, most - 1, most, most + 1),
          fc.integer({ min: 0, max: 2 * most }),
        ),
        fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 20 }),
        (length, sizes) => {
          const { kept, of, chunks } = stage();
          const all = pattern(length);
          for (let at = 0, turn = 0; at < length; turn++) {
            const size = sizes[turn % sizes.length]!;
            kept.write('stdout', all.subarray(at, at + size));
            at += size;
          }
          const totals = kept.finish();
          const expected =
            length <= most
              ? all
              : Buffer.concat([all.subarray(0, KEPT_HEAD_BYTES), all.subarray(length - KEPT_TAIL_BYTES)]);
          expect(of('stdout').equals(expected)).toBe(true);
          expect(totals).toEqual({ stdoutBytes: length, stderrBytes: 0, truncated: length > most });
          expect(chunks.every(({ bytes }) => bytes.length > 0 && bytes.length <= MAX_OUTPUT_CHUNK)).toBe(
            true,
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gathers small writes into one chunk', () => {
    const { kept, chunks, clock } = stage();
    for (const text of ['a', 'b', 'c']) kept.write('stdout', Buffer.from(text));
    expect(chunks).toEqual([]);
    clock.advance(GATHER_MS);
    expect(chunks.map(({ bytes }) => bytes.toString())).toEqual(['abc']);
  });

  it('does not split a character between chunks while more may come', () => {
    const { kept, chunks, clock } = stage();
    const bytes = Buffer.from('是');
    kept.write('stdout', Buffer.concat([Buffer.from('x'), bytes.subarray(0, 2)]));
    clock.advance(GATHER_MS);
    kept.write('stdout', bytes.subarray(2));
    clock.advance(GATHER_MS);
    expect(chunks.map((chunk) => chunk.bytes.toString())).toEqual(['x', '是']);
  });

  it('gives out half a character at the end, as the bytes they are', () => {
    const { kept, of } = stage();
    kept.write('stderr', Buffer.from([0x61, 0xe6, 0x98]));
    kept.finish();
    expect([...of('stderr')]).toEqual([0x61, 0xe6, 0x98]);
  });

  it('does not keep the bytes it was given', () => {
    const { kept, of } = stage();
    const bytes = Buffer.from('abc');
    kept.write('stdout', bytes);
    bytes.fill(0);
    kept.finish();
    expect(of('stdout').toString()).toBe('abc');
  });
});

it.each([
  ['abc', 0],
  ['é', 0],
])('%s ends with a whole character', (text, left) => {
  expect(unfinishedCharacter(Buffer.from(text))).toBe(left);
});

it('the beginning of a character is found at the end', () => {
  const four = Buffer.from('😀');
  expect([1, 2, 3, 4].map((length) => unfinishedCharacter(four.subarray(0, length)))).toEqual([1, 2, 3, 0]);
});
