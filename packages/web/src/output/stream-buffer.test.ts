import { assert, array, integer, property, shuffledSubarray } from 'fast-check';
import { expect, test } from 'vitest';

import { createStreamBuffer } from './stream-buffer.ts';
import type { Piece } from './stream-buffer.ts';

const TEXT = 'the quick brown fox jumps over the lazy dog';
const piece = (offset: number, next_offset: number): Piece => ({
  offset,
  next_offset,
  text: TEXT.slice(offset, next_offset),
});

function shown(buffer: ReturnType<typeof createStreamBuffer>): string {
  return buffer.transcript().shown((bytes) => `[${bytes}]`);
}

test('pieces that join are added, repeats are known, holes and halves are missing', () => {
  const buffer = createStreamBuffer(80);
  expect(buffer.take(piece(0, 4))).toBe('added');
  expect(buffer.take(piece(0, 4))).toBe('known');
  expect(buffer.take(piece(2, 4))).toBe('known');
  expect(buffer.take(piece(6, 9))).toBe('missing');
  expect(buffer.take(piece(2, 9))).toBe('missing');
  expect(buffer.take(piece(4, 9))).toBe('added');
  expect(shown(buffer)).toBe('the quick');
  expect(buffer.next()).toBe(9);
});

test('whatever comes in whatever order, what is shown is a beginning of what was written', () => {
  const cuts = array(integer({ min: 0, max: TEXT.length }), { minLength: 2, maxLength: 8 });
  assert(
    property(
      cuts.chain((places) => {
        const sorted = [...new Set([0, ...places, TEXT.length])].toSorted((a, b) => a - b);
        const pieces = sorted.slice(1).map((to, index) => piece(sorted[index]!, to));
        return shuffledSubarray([...pieces, ...pieces], { minLength: 0 });
      }),
      (pieces) => {
        const buffer = createStreamBuffer(80);
        for (const each of pieces) buffer.take(each);
        expect(shown(buffer)).toBe(TEXT.slice(0, buffer.next()));
      },
    ),
  );
});

test('a gap known in time stands where it is', () => {
  const buffer = createStreamBuffer(80);
  buffer.setGap({ at: 9, bytes: 5000 });
  buffer.take(piece(0, 9));
  buffer.take(piece(9, 15));
  expect(shown(buffer)).toBe('the quick\n[5000]\n brown');
});

test('a gap that becomes known later is put in', () => {
  const buffer = createStreamBuffer(80);
  buffer.take(piece(0, 9));
  buffer.take(piece(9, 15));
  buffer.setGap({ at: 9, bytes: 5000 });
  expect(shown(buffer)).toBe('the quick\n[5000]\n brown');
  buffer.setGap({ at: 9, bytes: 5000 });
  expect(shown(buffer)).toBe('the quick\n[5000]\n brown');
});

test('what reaches across a gap is asked for again', () => {
  const buffer = createStreamBuffer(80);
  buffer.take(piece(0, 4));
  buffer.take(piece(4, 40));
  buffer.setGap({ at: 20, bytes: 7 });
  expect([buffer.next(), shown(buffer)]).toEqual([4, 'the ']);
  buffer.take(piece(4, 20));
  buffer.take(piece(20, 40));
  expect(shown(buffer)).toBe(`${TEXT.slice(0, 20)}\n[7]\n${TEXT.slice(20, 40)}`);
});
