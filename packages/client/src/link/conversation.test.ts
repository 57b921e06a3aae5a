import type { FakeServerConnection } from '@ops/testkit/fake-server.ts';
import { describe, expect, test } from 'vitest';

import { clientOf, isReady, SECRET, serverFor } from './test-link.ts';

describe('nonsense from the server costs one connection', () => {
  test.each<[string, (c: FakeServerConnection) => void]>([
    ['no JSON', (c) => c.sendBody('{')],
    ['no UTF-8', (c) => c.sendBody(Buffer.from([0xff, 0xfe]))],
    ['an unknown type', (c) => c.sendBody('{"type":"run_anything"}')],
    ['a message of the client', (c) => c.sendBody('{"type":"heartbeat"}')],
    [
      'a message of another phase',
      (c) => c.sendBody('{"type":"auth_failed","code":"AUTH_FAILED","message":""}'),
    ],
    ['a wrong field', (c) => c.sendBody('{"type":"heartbeat_ack","server_time":"now"}')],
    ['a prototype', (c) => c.sendBody('{"type":"heartbeat_ack","server_time":1,"__proto__":{}}')],
    ['a frame announced larger than any', (c) => c.sendRaw(Buffer.from([0x7f, 0xff, 0xff, 0xff]))],
    [
      'a frame without a MAC',
      (c) => c.sendRaw(Buffer.concat([Buffer.from([0, 0, 0, 2]), Buffer.from('{}')])),
    ],
    [
      'a frame sent twice',
      (c) => {
        const frame = c.frame({ type: 'heartbeat_ack', server_time: 1 });
        c.sendRaw(Buffer.concat([frame, frame]));
      },
    ],
    [
      'a frame left out',
      (c) => {
        c.frame({ type: 'heartbeat_ack', server_time: 1 });
        c.send({ type: 'heartbeat_ack', server_time: 2 });
      },
    ],
    ['a reset', (c) => c.reset()],
    ['an end', (c) => void c.close()],
  ])('%s', async (_, misbehave) => {
    const server = await serverFor({ secret: SECRET });
    const under = clientOf(server, { secrets: [SECRET] });
    const connection = await server.connection();
    await connection.admit();
    await isReady(under);
    misbehave(connection);
    await connection.expectClosed();
    const next = await server.connection();
    await next.admit();
    await isReady(under);
    expect(under.downs).toBe(1);
    expect(under.lines.some((line) => line.startsWith('ERROR Client connection error: '))).toBe(true);
  });

  test('a handler that throws costs that connection too', async () => {
    const server = await serverFor();
    const under = clientOf(server);
    const connection = await server.connection();
    await connection.admit();
    await isReady(under);
    under.messages.push = () => {
      throw new TypeError('boom');
    };
    connection.ack();
    await connection.expectClosed();
    await (await server.connection()).admit();
    expect(under.lines.some((line) => line.includes('could not be handled'))).toBe(true);
  });
});
