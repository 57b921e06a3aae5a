import { Readable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { readEvents } from './event-stream.ts';
import type { StreamEvent } from './event-stream.ts';

async function read(...chunks: (string | Uint8Array)[]): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of readEvents(Readable.from(chunks.map((chunk) => Buffer.from(chunk)))))
    events.push(event);
  return events;
}

describe('an event stream', () => {
  it('is read however it is cut', async () => {
    const text = ': ping\n\nid: 7\nevent: batch\ndata: {"a":"中"}\n\ndata: x\ndata: y\r\n\r\nevent: lost\n\n';
    const bytes = Buffer.from(text);
    const whole = await read(bytes);
    expect(whole).toEqual([
      { name: 'batch', data: '{"a":"中"}', id: '7' },
      { name: 'message', data: 'x\ny', id: '7' },
    ]);
    expect(await read(...[...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  it('ends when an event does not', async () => {
    await expect(read(...Array<string>(5).fill('x'.repeat(1024 * 1024)))).rejects.toThrow('does not end');
  });
});
