import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import type { OutputPiece } from '../commands/commands.ts';
import { createOutputText, MAX_EVENT_OUTPUT } from './output-text.ts';

const COMMAND = '11111111-2222-4333-8444-555555555555';

function piece(offset: number, bytes: Buffer, stream: OutputPiece['stream'] = 'stdout'): OutputPiece {
  return { commandId: COMMAND, clientId: 'c', stream, offset, bytes };
}

it('shows a piece as it comes', () => {
  expect(createOutputText().add(piece(0, Buffer.from('主机\n')))).toEqual([
    { command_id: COMMAND, stream: 'stdout', offset: 0, text: '主机\n', next_offset: 7 },
  ]);
});

it('keeps a split character for the next piece of its stream', () => {
  const text = createOutputText();
  const bytes = Buffer.from('a主b');
  expect(text.add(piece(0, bytes.subarray(0, 2)))).toMatchObject([{ text: 'a', next_offset: 1 }]);
  expect(text.add(piece(0, Buffer.from('error'), 'stderr'))).toMatchObject([{ text: 'error' }]);
  expect(text.add(piece(2, bytes.subarray(2)))).toMatchObject([{ offset: 1, text: '主b', next_offset: 5 }]);
});

it('shows what was kept when nothing follows', () => {
  const text = createOutputText();
  expect(text.add(piece(0, Buffer.from([0xe4, 0xb8])))).toEqual([]);
  expect(text.finish(COMMAND)).toMatchObject([{ offset: 0, text: '\u{fffd}', next_offset: 2 }]);
  expect(text.finish(COMMAND)).toEqual([]);
});

it('joins nothing that does not follow', () => {
  const text = createOutputText();
  text.add(piece(0, Buffer.from([0xe4, 0xb8])));
  expect(text.add(piece(10, Buffer.from('x')))).toMatchObject([{ offset: 10, text: 'x' }]);
});

it('makes small events of a large piece, none of which ends inside a character', () => {
  const bytes = Buffer.from('主'.repeat(MAX_EVENT_OUTPUT));
  const events = createOutputText().add(piece(100, bytes));
  expect(events.length).toBeGreaterThan(3);
  expect(events.map(({ text }) => text).join('')).toBe(bytes.toString());
  for (const { offset, next_offset } of events) {
    expect((offset - 100) % 3).toBe(0);
    expect(next_offset - offset).toBeLessThanOrEqual(MAX_EVENT_OUTPUT);
  }
});

it('shows the same text however the bytes were cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 })), (pieces) => {
      const text = createOutputText();
      let offset = 0;
      const events = pieces.flatMap((bytes) => {
        const made = text.add(piece(offset, Buffer.from(bytes)));
        offset += bytes.length;
        return made;
      });
      const all = [...events, ...text.finish(COMMAND)];
      expect(all.map((event) => event.text).join('')).toBe(Buffer.concat(pieces).toString('utf8'));
      let at = 0;
      for (const event of all) {
        expect(event.offset).toBe(at);
        at = event.next_offset;
      }
      expect(at).toBe(offset);
    }),
  );
});
