import { createHash } from 'node:crypto';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { OutputStream } from '@ops/protocol/domain/command.ts';

import { createCollector, MAX_KEPT_BYTES } from './output.ts';

interface Chunk {
  readonly seq: number;
  readonly stream: OutputStream;
  readonly bytes: Buffer;
}

const chunks = fc
  .array(
    fc.record({
      stream: fc.constantFrom<OutputStream>('stdout', 'stderr'),
      bytes: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    }),
    { maxLength: 30 },
  )
  .map((all) => all.map((each, seq): Chunk => ({ ...each, seq })));

/** What a link makes of them: some are lost, some come twice, some out of order. */
const journeys = chunks.chain((sent) =>
  fc.record({
    sent: fc.constant(sent),
    arrivals: fc.array(fc.nat({ max: Math.max(0, sent.length - 1) }), { maxLength: 90 }),
    flushes: fc.array(fc.boolean(), { minLength: 200, maxLength: 200 }),
  }),
);

const bytesOf = (sent: readonly Chunk[], stream: OutputStream): Buffer =>
  Buffer.concat(sent.filter((each) => each.stream === stream).map(({ bytes }) => bytes));

describe('output', () => {
  it('is exact whatever order chunks come in, as long as the client fills gaps when it is asked', () => {
    fc.assert(
      fc.property(journeys, ({ sent, arrivals, flushes }) => {
        const collector = createCollector();
        const stored = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
        let step = 0;
        const take = ({ seq, stream, bytes }: Chunk): void => {
          const next = collector.chunks;
          const taken = collector.take(seq, stream, bytes);
          expect(taken).toBe(seq < next ? 'repeated' : seq > next ? 'gap' : 'taken');
          if (!flushes[step++]) return;
          const flush = collector.flush();
          for (const part of flush.parts) {
            expect(part.start).toBe(stored[part.stream].length);
            stored[part.stream] = Buffer.concat([stored[part.stream], part.data]);
          }
          collector.stored(flush);
        };
        for (const n of arrivals) if (sent[n]) take(sent[n]);
        // `output_missing`: again from the first that is not here.
        for (const chunk of sent.slice(collector.chunks)) take(chunk);
        for (const stream of ['stdout', 'stderr'] as const) {
          const whole = bytesOf(sent, stream);
          expect(Buffer.concat([stored[stream], collector.inMemory(stream)])).toEqual(whole);
          expect(collector.keptOf(stream)).toBe(whole.length);
          expect(collector.digest(stream)).toBe(createHash('sha256').update(whole).digest('hex'));
        }
      }),
    );
  });

  it('goes on at every chunk after the server was killed, from what is stored', () => {
    const sent: Chunk[] = Array.from({ length: 12 }, (_, seq) => ({
      seq,
      stream: seq % 3 === 0 ? 'stderr' : 'stdout',
      bytes: Buffer.from(`chunk ${seq};`),
    }));
    for (let cut = 0; cut <= sent.length; cut++) {
      const before = createCollector();
      for (const { seq, stream, bytes } of sent.slice(0, cut)) before.take(seq, stream, bytes);
      const flush = before.flush();
      const after = createCollector(flush);
      expect(after.chunks).toBe(cut);
      // The client begins earlier than it would have to.
      for (const { seq, stream, bytes } of sent.slice(Math.max(0, cut - 2))) after.take(seq, stream, bytes);
      for (const stream of ['stdout', 'stderr'] as const) {
        const stored = flush.parts.filter((part) => part.stream === stream).map(({ data }) => data);
        expect(Buffer.concat([...stored, after.inMemory(stream)])).toEqual(bytesOf(sent, stream));
      }
    }
  });

  it('of more than is kept of a stream is cut, one byte at the limit is not', () => {
    const collector = createCollector();
    const piece = Buffer.alloc(64 * 1024);
    let seq = 0;
    while (collector.keptOf('stdout') < MAX_KEPT_BYTES - piece.length) collector.take(seq++, 'stdout', piece);
    expect(collector.take(seq++, 'stdout', piece.subarray(1))).toBe('taken');
    expect(collector.take(seq++, 'stdout', piece.subarray(0, 2))).toBe('over_limit');
    expect(collector.take(seq++, 'stdout', piece.subarray(0, 1))).toBe('taken');
    expect(collector.keptOf('stdout')).toBe(MAX_KEPT_BYTES);
    expect(collector.take(seq++, 'stdout', piece.subarray(0, 1))).toBe('over_limit');
    expect(collector.take(seq++, 'stderr', piece)).toBe('taken');
  });
});
