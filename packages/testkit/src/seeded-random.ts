/**
 * Chance that repeats itself: the same seed gives the same values. For tests and simulations only; nothing that is
 * to be secret may come from here.
 */
import type { Random } from '@ops/runtime/random.ts';

/** sfc32 (PractRand), a small generator of good quality with 128 bits of state. */
function sfc32(seed: number): () => number {
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, seed | 0];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round++) next();
  return next;
}

/** @param seed whole number; its lower 32 bits count */
export function createSeededRandom(seed: number): Random {
  const next = sfc32(seed);
  const bytes = (count: number): Buffer => {
    const out = Buffer.alloc(count);
    for (let i = 0; i < count; i++) out[i] = next() >>> 24;
    return out;
  };
  return {
    bytes,
    uuid() {
      const raw = bytes(16);
      raw[6] = (raw[6]! & 0x0f) | 0x40;
      raw[8] = (raw[8]! & 0x3f) | 0x80;
      const hex = raw.toString('hex');
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
        '-',
      );
    },
    unit: () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53,
  };
}
