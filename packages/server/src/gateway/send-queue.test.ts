import { FrameReader } from '@ops/protocol/wire/frame.ts';
import { LENGTH_BYTES, MAX_FRAME, MAX_QUEUED_BYTES, MAX_QUEUED_FRAMES } from '@ops/protocol/wire/limits.ts';
import { describe, expect, it } from 'vitest';

import { SendQueue } from './send-queue.ts';
import type { Outlet } from './send-queue.ts';

/** A socket whose kernel takes bytes when told to, whole writes at a time, as node:net reports it. */
function outlet(): Outlet & { take(writes: number): void; readonly written: Buffer[]; open: boolean } {
  const written: Buffer[] = [];
  let taken = 0;
  return {
    written,
    open: false,
    get writableLength() {
      return this.open ? 0 : written.slice(taken).reduce((sum, bytes) => sum + bytes.length, 0);
    },
    write(bytes) {
      written.push(bytes);
      if (this.open) taken = written.length;
    },
    take(writes) {
      taken += writes;
    },
  };
}

const body = (size: number): Buffer => Buffer.alloc(size - LENGTH_BYTES, 'x');

describe('what waits for one client', () => {
  it('is nothing while the kernel takes all', () => {
    const socket = outlet();
    socket.open = true;
    const queue = new SendQueue(socket);
    for (let i = 0; i < 2 * MAX_QUEUED_FRAMES; i++) expect(queue.send(body(100))).toBe(100);
    expect(queue.frames).toBe(0);
  });

  it(`is at most ${MAX_QUEUED_FRAMES} frames`, () => {
    const socket = outlet();
    const queue = new SendQueue(socket);
    for (let i = 0; i < MAX_QUEUED_FRAMES; i++) expect(queue.send(body(10))).toBe(10);
    expect(queue.send(body(10))).toBe(0);
    socket.take(1);
    expect(queue.send(body(10))).toBe(10);
    expect(queue.send(body(10))).toBe(0);
  });

  it('is at most 1 MiB', () => {
    const socket = outlet();
    const queue = new SendQueue(socket);
    const sizes = [MAX_QUEUED_BYTES / 2, MAX_QUEUED_BYTES / 2];
    expect(sizes.map((size) => queue.send(body(size)))).toEqual(sizes);
    expect(queue.send(body(5))).toBe(0);
    socket.take(1);
    expect(queue.send(body(MAX_QUEUED_BYTES / 2 + 1))).toBe(0);
    expect(queue.send(body(MAX_QUEUED_BYTES / 2))).toBe(MAX_QUEUED_BYTES / 2);
  });

  it('is counted by what the socket still holds, whatever was sent before', () => {
    const socket = outlet();
    const queue = new SendQueue(socket);
    for (let round = 0; round < 50; round++) {
      for (let i = 0; i < 100; i++) queue.send(body(20 + i));
      expect(queue.frames).toBe(100);
      socket.take(60);
      expect(queue.frames).toBe(40);
      socket.take(40);
      expect(queue.frames).toBe(0);
    }
  });

  it('is not limited for a single frame while nothing else waits', () => {
    const socket = outlet();
    const queue = new SendQueue(socket);
    expect(queue.send(Buffer.alloc(MAX_FRAME))).toBe(MAX_FRAME + LENGTH_BYTES);
    expect(queue.send(body(5))).toBe(0);
  });
});

it('frames leave in the order they were sent, as the peer reads them', () => {
  const socket = outlet();
  const queue = new SendQueue(socket);
  for (const text of ['one', 'two', 'three']) queue.send(Buffer.from(text));
  const reader = new FrameReader(MAX_FRAME);
  reader.push(Buffer.concat(socket.written));
  expect([reader.next(), reader.next(), reader.next()].map(String)).toEqual(['one', 'two', 'three']);
});
