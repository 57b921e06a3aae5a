import { createSeededRandom } from '@ops/testkit/seeded-random.ts';
import { describe, expect, test } from 'vitest';

import { crc32c } from './crc32c.ts';
import { MAX_RECORD_BYTES, readRecords, RECORD_HEAD_BYTES, writeRecord } from './record.ts';

const bodies = ['first', '', '{"k":"start"}', 'OPSJ OPSJ OPSJ', 'ü'.repeat(300)].map((text) =>
  Buffer.from(text),
);
const file = Buffer.concat(bodies.map((body, number) => writeRecord(number, body)));
const whole = (read: ReturnType<typeof readRecords>): string[] =>
  read.records.map(({ number, body }) => `${number} ${body.toString('hex')}`);
const written = whole(readRecords(file));

describe('the sum', () => {
  test('is CRC-32C', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.from('6789'), crc32c(Buffer.from('12345')))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(0))).toBe(0);
  });
});

describe('records', () => {
  test('come back as they were written', () => {
    const read = readRecords(file);
    expect(read.damaged).toBe(0);
    expect(read.records.map(({ body }) => body)).toEqual(bodies);
    expect(readRecords(Buffer.alloc(0))).toEqual({ records: [], damaged: 0 });
  });

  test('are laid down as the head of record.ts says', () => {
    const record = writeRecord(0x0102030405, Buffer.from('abc'));
    expect(record.toString('hex')).toMatch(/^4f50534a000000030000000102030405.{8}616263$/);
  });

  test('take a body of the longest length and not one byte more', () => {
    const longest = writeRecord(0, Buffer.alloc(MAX_RECORD_BYTES, 7));
    expect(readRecords(longest).records).toHaveLength(1);
    expect(() => writeRecord(0, Buffer.alloc(MAX_RECORD_BYTES + 1))).toThrow('too long');
  });

  test('cut at any byte lose what is behind the cut, and it is noticed', () => {
    const ends = readRecords(file).records.map(
      ({ offset, body }) => offset + RECORD_HEAD_BYTES + body.length,
    );
    for (let at = 0; at <= file.length; at++) {
      const read = readRecords(file.subarray(0, at));
      expect(whole(read)).toEqual(written.slice(0, read.records.length));
      expect(read.damaged > 0).toBe(at !== 0 && !ends.includes(at));
    }
  });

  test('with flipped bits, 2,000 times: nothing is read that was not written, and it is noticed', () => {
    const random = createSeededRandom(20);
    for (let round = 0; round < 2_000; round++) {
      const damaged = Buffer.from(file);
      const at = Math.floor(random.unit() * file.length);
      damaged[at] = damaged[at]! ^ (1 << Math.floor(random.unit() * 8));
      const read = readRecords(damaged);
      expect(read.damaged).toBeGreaterThan(0);
      expect(read.records.length).toBeGreaterThanOrEqual(bodies.length - 1);
      for (const one of whole(read)) expect(written).toContain(one);
    }
  });

  test('a missing one is noticed by the numbers', () => {
    const gap = Buffer.concat([writeRecord(0, bodies[0]!), writeRecord(2, bodies[2]!)]);
    expect(readRecords(gap)).toMatchObject({ damaged: 1, records: [{ number: 0 }, { number: 2 }] });
  });
});
