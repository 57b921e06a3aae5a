import { createSecretKey, randomBytes } from 'node:crypto';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FrameMac } from './frame-mac.ts';
import { FrameReader, FrameWriter } from './frame.ts';
import { frameMac } from './handshake.ts';
import { MAC_BYTES, MAX_FRAME } from './limits.ts';
import { WireError } from './wire-error.ts';

const KEY = createSecretKey(Buffer.alloc(32, 7));
const OTHER_KEY = createSecretKey(Buffer.alloc(32, 8));

function announce(length: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(length);
  return head;
}

/** Everything a reader can take out now, as text. @param chunk that came just now */
function drain(reader: FrameReader, chunk?: Buffer): string[] {
  const bodies: string[] = [];
  for (let body = reader.next(chunk); body; body = reader.next()) bodies.push(body.toString('latin1'));
  return bodies;
}

function refusal(reader: FrameReader, call: (reader: FrameReader) => unknown = drain): string {
  try {
    call(reader);
  } catch (error) {
    if (error instanceof WireError) return error.code;
    throw error;
  }
  return 'accepted';
}

function pair(key?: typeof KEY): { reader: FrameReader; writer: FrameWriter } {
  const reader = new FrameReader(MAX_FRAME);
  const writer = new FrameWriter();
  if (key) {
    reader.protect(key);
    writer.protect(key);
  }
  return { reader, writer };
}

const BODIES = ['{"type":"a"}', 'x', '{"type":"b","text":"中文"}'];
const BODIES_READ = BODIES.map((body) => Buffer.from(body, 'latin1').toString('latin1'));

/** All of BODIES as one stream. */
function stream(writer: FrameWriter): Buffer {
  return Buffer.concat(BODIES.map((body) => writer.frame(Buffer.from(body, 'latin1'))));
}

describe.each([
  ['without a MAC', undefined],
  ['with a MAC', KEY],
])('frames %s', (_name, key) => {
  it('are whole wherever the stream is cut', () => {
    const whole = stream(pair(key).writer);
    for (let cut = 0; cut <= whole.length; cut++) {
      const { reader } = pair(key);
      reader.push(whole.subarray(0, cut));
      const first = drain(reader);
      reader.push(whole.subarray(cut));
      expect([...first, ...drain(reader)]).toEqual(BODIES_READ);
      expect(reader.pending).toBe(0);
    }
  });

  it('are whole wherever the stream is cut, when each chunk is read as it comes', () => {
    const whole = stream(pair(key).writer);
    for (let cut = 1; cut < whole.length; cut++) {
      for (let second = cut; second < whole.length; second += 7) {
        const { reader } = pair(key);
        const chunks = [whole.subarray(0, cut), whole.subarray(cut, second), whole.subarray(second)];
        expect(chunks.flatMap((chunk) => drain(reader, chunk))).toEqual(BODIES_READ);
        expect(reader.pending).toBe(0);
      }
    }
  });

  it('that are a chunk of their own are judged as all others', () => {
    const judged = (chunk: Buffer, limit = MAX_FRAME): [alone: string, kept: string] => {
      const refused = (call: (reader: FrameReader) => void): string => {
        const { reader } = pair(key);
        reader.limit = limit;
        return refusal(reader, call);
      };
      return [
        refused((reader) => reader.next(chunk)),
        refused((reader) => {
          reader.push(chunk);
          reader.next();
        }),
      ];
    };
    const overhead = key ? MAC_BYTES : 0;
    const frame = pair(key).writer.frame(Buffer.from('{"type":"a"}'));
    expect(judged(frame, 12)).toEqual(['accepted', 'accepted']);
    expect(judged(frame, 11)).toEqual(['frame_size', 'frame_size']);
    const empty = Buffer.concat([announce(overhead), Buffer.alloc(overhead)]);
    expect(judged(empty)).toEqual(['frame_size', 'frame_size']);
    const altered = Buffer.from(frame);
    altered[6]! ^= 1;
    expect(judged(altered)).toEqual(key ? ['mac', 'mac'] : ['accepted', 'accepted']);
  });

  it('are whole when glued, and when they come byte by byte', () => {
    const glued = pair(key);
    glued.reader.push(stream(glued.writer));
    expect(drain(glued.reader)).toHaveLength(3);

    const slow = pair(key);
    const seen: string[] = [];
    for (const byte of stream(slow.writer)) {
      slow.reader.push(Buffer.from([byte]));
      seen.push(...drain(slow.reader));
    }
    expect(seen).toHaveLength(3);
  });

  it('are whole in any pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 400 })),
        (bodies, sizes) => {
          const { reader, writer } = pair(key);
          const whole = Buffer.concat(bodies.map((body) => writer.frame(Buffer.from(body))));
          const seen: string[] = [];
          let at = 0;
          for (const size of [...sizes, whole.length]) {
            reader.push(Buffer.from(whole.subarray(at, at + size)));
            seen.push(...drain(reader));
            at += size;
          }
          expect(seen).toEqual(bodies.map((body) => Buffer.from(body).toString('latin1')));
        },
      ),
    );
  });

  it('at the end of the stream an unfinished one is not given out', () => {
    const { reader, writer } = pair(key);
    const whole = stream(writer);
    reader.push(whole.subarray(0, -1));
    expect(drain(reader)).toHaveLength(2);
    expect(reader.pending).toBeGreaterThan(0);
  });

  it('of the limit are taken, one byte more is refused from its length alone', () => {
    const limit = 100;
    for (const [size, outcome] of [
      [limit, 'accepted'],
      [limit + 1, 'frame_size'],
    ] as const) {
      const reader = new FrameReader(limit);
      const writer = new FrameWriter();
      if (key) {
        reader.protect(key);
        writer.protect(key);
      }
      reader.push(writer.frame(Buffer.alloc(size)).subarray(0, outcome === 'accepted' ? undefined : 4));
      expect(refusal(reader)).toBe(outcome);
    }
  });

  it('of one byte are taken, empty ones and the largest number are refused', () => {
    const one = pair(key);
    one.reader.push(one.writer.frame(Buffer.from('x')));
    expect(drain(one.reader)).toEqual(['x']);
    for (const length of key ? [0, 1, MAC_BYTES, 0xffff_ffff] : [0, 0x8000_0000, 0xffff_ffff]) {
      const { reader } = pair(key);
      reader.push(announce(length));
      expect(refusal(reader)).toBe('frame_size');
    }
  });

  it('announced and not sent take no memory', () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 200 }, () => {
      const { reader } = pair(key);
      reader.push(announce(MAX_FRAME));
      expect(reader.next()).toBeUndefined();
      return reader;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MAX_FRAME);
    for (const reader of readers) expect(reader.pending).toBe(4);
  });

  it('of 1 MiB that come byte by byte are copied a bounded number of times', () => {
    const { reader, writer } = pair(key);
    const whole = writer.frame(Buffer.alloc(MAX_FRAME, 'x'));
    // What a reader may copy: each byte once on arrival, and the doublings, which add up to twice the whole.
    let copied = 0;
    const original = Buffer.prototype.copy;
    Buffer.prototype.copy = function count(this: Buffer, ...args: Parameters<Buffer['copy']>): number {
      const bytes = original.apply(this, args);
      copied += bytes;
      return bytes;
    };
    try {
      for (let at = 0; at < whole.length - 1; at++) {
        reader.push(whole.subarray(at, at + 1));
      }
    } finally {
      Buffer.prototype.copy = original;
    }
    expect(copied).toBeGreaterThan(MAX_FRAME / 2);
    expect(copied).toBeLessThan(4 * MAX_FRAME);
    reader.push(whole.subarray(-1));
    expect(reader.next()?.length).toBe(MAX_FRAME);
  });
});

/** Three frames of one connection. */
function frames(): [one: Buffer, two: Buffer, three: Buffer] {
  const { writer } = pair(KEY);
  return [
    writer.frame(Buffer.from('one')),
    writer.frame(Buffer.from('two')),
    writer.frame(Buffer.from('three')),
  ];
}

/** What a reader makes of frames that come in this order. */
function read(...sent: Buffer[]): { bodies: string[]; outcome: string } {
  const { reader } = pair(KEY);
  const bodies: string[] = [];
  for (const frame of sent) {
    reader.push(frame);
    try {
      bodies.push(...drain(reader));
    } catch (error) {
      return { bodies, outcome: error instanceof WireError ? error.code : 'other' };
    }
  }
  return { bodies, outcome: 'accepted' };
}

describe('the MAC', () => {
  it.each([0, 1, 63, 64, 500, 8192, 8193, 100_000])(
    'is that of the protocol, for a body of %i bytes',
    (size) => {
      const body = randomBytes(size);
      const mac = new FrameMac(KEY);
      const check = new FrameMac(KEY);
      for (const seq of [0, 1, 2]) {
        const expected = frameMac(KEY, seq, body);
        const written = Buffer.alloc(MAC_BYTES + 3);
        mac.write(body, written, 3);
        expect(written.subarray(3)).toEqual(expected);
        expect(check.check(body, written, 3)).toBe(true);
      }
    },
  );

  it('is refused when it lies past the end of the buffer', () => {
    const body = Buffer.from('x');
    const written = Buffer.alloc(MAC_BYTES);
    new FrameMac(KEY).write(body, written, 0);
    expect(new FrameMac(KEY).check(body, written.subarray(0, 31), 0)).toBe(false);
  });

  it('lets frames through in their order', () => {
    expect(read(...frames())).toEqual({ bodies: ['one', 'two', 'three'], outcome: 'accepted' });
  });

  it('S-9: a repeated, skipped or reordered frame is refused', () => {
    const [one, two, three] = frames();
    expect(read(one, one)).toEqual({ bodies: ['one'], outcome: 'mac' });
    expect(read(one, three)).toEqual({ bodies: ['one'], outcome: 'mac' });
    expect(read(two, one)).toEqual({ bodies: [], outcome: 'mac' });
    expect(read(one, two, one)).toEqual({ bodies: ['one', 'two'], outcome: 'mac' });
  });

  it('any bit changed in body or MAC is refused; so is a frame without one or by another key', () => {
    const [one] = frames();
    for (let at = 4; at < one.length; at++) {
      for (const bit of [1, 0x80]) {
        const altered = Buffer.from(one);
        altered[at] = altered[at]! ^ bit;
        expect(read(altered).outcome).toBe('mac');
      }
    }
    const naked = new FrameWriter().frame(Buffer.alloc(40, 'x'));
    expect(read(naked).outcome).toBe('mac');
    const { writer } = pair(OTHER_KEY);
    expect(read(writer.frame(Buffer.from('one'))).outcome).toBe('mac');
  });

  it('after a refusal the reader gives out nothing more', () => {
    const [one, two] = frames();
    const { reader } = pair(KEY);
    const altered = Buffer.from(one);
    altered[6] = altered[6]! ^ 1;
    reader.push(Buffer.concat([altered, two]));
    expect(refusal(reader)).toBe('mac');
    expect(refusal(reader)).toBe('mac');
  });
});

describe('a change between glued frames', () => {
  it('of the key applies to the very next frame', () => {
    const writer = new FrameWriter();
    const first = writer.frame(Buffer.from('auth_ok'));
    writer.protect(KEY);
    const reader = new FrameReader(MAX_FRAME);
    reader.push(
      Buffer.concat([first, writer.frame(Buffer.from('registered')), writer.frame(Buffer.from('ack'))]),
    );
    expect(reader.next()?.toString()).toBe('auth_ok');
    reader.protect(KEY);
    expect(drain(reader)).toEqual(['registered', 'ack']);
  });

  it('of the limit too', () => {
    const writer = new FrameWriter();
    const reader = new FrameReader(10);
    reader.push(
      Buffer.concat([
        writer.frame(Buffer.alloc(10)),
        writer.frame(Buffer.alloc(20)),
        writer.frame(Buffer.alloc(10)),
      ]),
    );
    expect(reader.next()).toHaveLength(10);
    reader.limit = 20;
    expect(reader.next()).toHaveLength(20);
    reader.limit = 9;
    expect(refusal(reader)).toBe('frame_size');
  });
});
