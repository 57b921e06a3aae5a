import type { FakeServer } from '@ops/testkit/fake-server.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, test } from 'vitest';

import { clientOf, isReady, NOBODY, ONCE, serverFor, waits } from './test-link.ts';

describe('goodbye', () => {
  test.each([
    ['restart', /^WARN The server is restarting/],
    ['stop', /^WARN The server is stopping/],
    ['too_many_connections', /^WARN .*OPS_MAX_CONNECTIONS/],
    ['conflict', /^ERROR .*same client id.*ops-client new-identity/],
    ['replaced', /^ERROR .*copied/],
    ['protocol', /^ERROR .*same version/],
  ] as const)('%s is explained', async (code, line) => {
    const server = await serverFor();
    const under = clientOf(server, { reconnect: ONCE });
    const connection = await server.connection();
    await connection.admit();
    await isReady(under);
    connection.goodbye(code);
    await connection.expectClosed();
    await waits(under);
    expect(under.lines.some((one) => line.test(one))).toBe(true);
  });

  test('with a time: the client is back within it', async () => {
    const clock = new ManualClock();
    const server = await serverFor({ clock });
    const under = clientOf(server, { clock, reconnect: ONCE });
    const connection = await server.connection();
    await connection.admit();
    await isReady(under);
    for (let i = 0; i < 10; i++) {
      clock.advance(3_000);
      under.link.send({ type: 'heartbeat' });
      await until(() => under.messages.length === i + 1, { what: 'the acknowledgement' });
    }
    connection.goodbye('restart', 5_000);
    await waits(under);
    await clock.advanceAsync(5_000);
    await server.connection();
    expect(under.downs).toBe(1);
  });

  test('before registration is explained as well', async () => {
    const server = await serverFor();
    const under = clientOf(server, { reconnect: ONCE });
    (await server.connection()).goodbye('too_many_connections', 5_000);
    await waits(under);
    expect(under.lines[0]).toMatch(/OPS_MAX_CONNECTIONS/);
  });

  test('an error of the server is told with its code', async () => {
    const server = await serverFor();
    const under = clientOf(server, { reconnect: ONCE });
    const connection = await server.connection();
    connection.hello();
    await connection.expect('register');
    connection.send({ type: 'error', code: 'forgotten', message: 'this client was deleted' });
    await waits(under);
    expect(under.lines[0]).toBe(
      'ERROR Client connection error: The server refused: this client was deleted (forgotten)',
    );
  });
});

describe('stopping', () => {
  test('says goodbye and closes; a second time is harmless', async () => {
    const server = await serverFor();
    const under = clientOf(server);
    const connection = await server.connection();
    await connection.admit();
    await isReady(under);
    await Promise.all([under.link.stop(), under.link.stop()]);
    expect((await connection.waitFor('goodbye')).code).toBe('stop');
    await connection.expectClosed();
    expect(under.link.state).toBe('idle');
    expect(under.downs).toBe(1);
    await under.link.stop();
  });

  test('does not wait for ever for a server that does not read', async () => {
    const clock = new ManualClock();
    const server = await serverFor({ clock });
    const under = clientOf(server, { clock });
    const connection = await server.connection();
    await connection.admit();
    await isReady(under);
    connection.pause();
    const stopped = under.link.stop();
    await clock.advanceAsync(3_000);
    await stopped;
    expect(under.link.state).toBe('idle');
  });

  test.each<[string, (server: FakeServer) => Promise<unknown>]>([
    ['while dialing', async () => {}],
    ['while proving', (server) => server.connection()],
    [
      'while registering',
      async (server) => {
        const connection = await server.connection();
        connection.hello();
        await connection.expect('register');
      },
    ],
  ])('%s leaves nothing behind', async (_, script) => {
    const clock = new ManualClock();
    const server = await serverFor({ clock });
    const under = clientOf(server, { clock });
    await script(server);
    await under.link.stop();
    expect(under.link.state).toBe('idle');
    await until(() => clock.pending === 0, { what: 'every timer to be cancelled' });
    expect(under.ready).toEqual([]);
  });

  test('while waiting cancels the next attempt', async () => {
    const clock = new ManualClock();
    const under = clientOf(NOBODY, { clock });
    await waits(under);
    await under.link.stop();
    expect(clock.pending).toBe(0);
  });
});

describe('attempts', () => {
  test('are logged in the words of the manual and given up when that was asked for', async () => {
    const under = clientOf(NOBODY, { reconnect: { baseMs: 1, maxMs: 2, giveUpAfter: 3 } });
    await until(() => under.gaveUp, { what: 'giving up' });
    expect(under.gaveUp).toBe('Connection refused');
    expect(
      under.lines.filter((line) => line === 'ERROR Failed to create TCP session: Connection refused'),
    ).toHaveLength(3);
    expect(under.link.state).toBe('idle');
  });

  test('go on for ever by default, and the log says so once', async () => {
    const under = clientOf(NOBODY, { reconnect: { baseMs: 1, maxMs: 2 } });
    const failures = () => under.lines.filter((line) => line.startsWith('ERROR')).length;
    await until(() => failures() > 10, { what: 'ten attempts' });
    expect(under.lines.filter((line) => line.includes('keeps trying'))).toHaveLength(1);
  });
});
