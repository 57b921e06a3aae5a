/** What a connection may cost, and how it ends. */
import { connect } from 'node:net';

import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { within } from '@ops/testkit/until.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { LISTENER_LIMITS } from './listener.ts';
import { startTrial } from './test-server.ts';
import type { Trial } from './test-server.ts';

let trial: Trial;

beforeAll(async () => {
  trial = await startTrial();
});
afterAll(() => trial.close());

const statusOf = (response: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(response)?.[1]);

/** A request whose only long header has so many bytes. */
function withHeader(bytes: number): Promise<string> {
  const long = `X-Long: ${'x'.repeat(bytes)}`;
  return trial.wire(`GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${long}\r\n\r\n`);
}

it('the limits are those of the security rules', () => {
  expect(LISTENER_LIMITS).toMatchObject({
    maxHeaderBytes: 16_384,
    headersWithinMs: 10_000,
    requestWithinMs: 30_000,
    keepAliveMs: 65_000,
    maxSockets: 1000,
  });
});

describe('a connection', () => {
  it('may send 16 KiB of headers and not much more', async () => {
    expect(statusOf(await withHeader(15 * 1024))).toBe(200);
    const refused = await withHeader(17 * 1024);
    expect(statusOf(refused)).toBe(431);
    expect(refused).toContain('X-Content-Type-Options: nosniff');
  });

  it('that speaks no HTTP is told so and closed', async () => {
    expect(statusOf(await trial.wire('SSH-2.0-OpenSSH_9.2\r\n\r\n'))).toBe(400);
  });

  it('must finish its headers and its request in time', async () => {
    await using own = await startTrial({ needs: { limits: { headersWithinMs: 200, requestWithinMs: 400 } } });
    const slowHead = connect(own.port, '127.0.0.1', () =>
      slowHead.write('GET /health HTTP/1.1\r\nHost: x\r\n'),
    );
    const slowBody = connect(own.port, '127.0.0.1', () =>
      slowBody.write(
        'POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
      ),
    );
    const answers = [slowHead, slowBody].map(async (socket) => {
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      await within(new Promise((resolve) => socket.on('close', resolve)), {
        what: 'a slow connection to be closed',
      });
      return text;
    });
    const [head, body] = await Promise.all(answers);
    expect(head).toMatch(/^HTTP\/1\.1 408 /);
    expect(body).toBe('');
    expect(own.server.counters.malformed.count).toBeGreaterThan(0);
  });

  it('too many is closed and counted, and the others go on', async () => {
    await using own = await startTrial({ needs: { limits: { maxSockets: 2 } } });
    const held = await Promise.all(
      Array.from({ length: 2 }, async () => {
        const socket = connect(own.port, '127.0.0.1');
        await new Promise((resolve) => socket.on('connect', resolve));
        return socket;
      }),
    );
    const third = connect(own.port, '127.0.0.1');
    third.on('error', () => {});
    await within(new Promise((resolve) => third.on('close', resolve)), {
      what: 'the third connection to be closed',
    });
    expect(own.server.counters.socketsDropped.count).toBe(1);
    const answered = new Promise((resolve) => held[0]!.once('data', (chunk) => resolve(chunk.toString())));
    held[0]!.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await answered).toMatch(/^HTTP\/1\.1 200/);
    for (const socket of held) socket.destroy();
  });
});

it('stopping ends what is open, also a connection that sends nothing, and stopping twice is harmless', async () => {
  const clock = new ManualClock();
  const own = await startTrial({ clock });
  const idle = connect(own.port, '127.0.0.1');
  await new Promise((resolve) => idle.on('connect', resolve));
  const closing = Promise.all([own.server.close(), own.server.close()]);
  await clock.advanceAsync(10_000);
  await within(closing, { what: 'the server to close' });
  await own.close();
  expect(clock.pending).toBe(0);
  idle.destroy();
});
