/** Messages about commands, over real TCP: in their order, at their pace, and across links of one client. */
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { WireError } from '@ops/protocol/wire/wire-error.ts';
import { exampleOutput, exampleResult } from '@ops/testkit/example-messages.ts';
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import type { FakeClient, FakeClientOptions } from '@ops/testkit/fake-client.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, it } from 'vitest';

import {
  MAX_COMMAND_ANSWERS_PER_SEC,
  MAX_OUTPUT_FRAMES_PER_SEC,
  MAX_OUTPUT_HOLD_MS,
  OUTPUT_PACE_MS,
} from './limits.ts';
import { SECRET, startTestGateway } from './test-gateway.ts';
import type { TestGateway } from './test-gateway.ts';

const COMMAND = '11111111-2222-4333-8444-555555555555';
const CLIENT = 'aaaaaaaa-2222-4333-8444-555555555555';

const accepted: MessageOf<'command_accepted'> = {
  type: 'command_accepted',
  command_id: COMMAND,
  started_at: 1,
};

const output = (seq: number): MessageOf<'command_output'> => exampleOutput(COMMAND, seq, 'x');
const result = exampleResult(COMMAND, { chunks: 2, stdout_bytes: 2 });

async function connect(server: TestGateway, options: Partial<FakeClientOptions> = {}): Promise<FakeClient> {
  return connectFakeClient({ port: server.port, secret: SECRET, clientId: CLIENT, ...options });
}

async function enter(server: TestGateway, options: Partial<FakeClientOptions> = {}): Promise<FakeClient> {
  const client = await connect(server, options);
  await client.enter();
  return client;
}

function told(server: TestGateway, times: number): Promise<unknown> {
  return until(() => server.commands.told.length >= times, { what: `${times} calls` });
}

describe('a client that registers', () => {
  it('is asked what it still has, and told what is known of it, before commands may come', async () => {
    await using server = await startTestGateway();
    server.commands.known = [{ command_id: COMMAND, next_seq: 3, cancel: true }];
    const client = await connect(server);
    const registered = await client.enter({
      last_seq: 17,
      commands: [{ command_id: COMMAND, state: 'running', chunks: 5 }],
    });
    expect(registered.commands).toEqual([{ command_id: COMMAND, next_seq: 3, cancel: true }]);
    expect(server.commands.told).toMatchObject([
      {
        what: 'registered',
        message: {
          clientId: CLIENT,
          journalEpoch: client.journalEpoch,
          lastSeq: 17,
          commands: [{ command_id: COMMAND, state: 'running', chunks: 5 }],
        },
      },
      { what: 'ready' },
    ]);
    client.destroy();
  });

  it('gets `registered` before the first command, also one that is sent from within `ready`', async () => {
    await using server = await startTestGateway();
    server.commands.intrude = (what) => {
      if (what === 'ready') server.commands.told.at(-1)!.link!.tell({ type: 'cancel', command_id: COMMAND });
    };
    const client = await enter(server);
    expect(await client.expect('cancel')).toMatchObject({ command_id: COMMAND });
    client.destroy();
  });

  it('is gone with its connection, however that ends', async () => {
    await using server = await startTestGateway();
    const ends: ((client: FakeClient) => unknown)[] = [
      (client) => client.close(),
      (client) => client.reset(),
      (client) => client.send({ type: 'goodbye', code: 'stop' }),
      (client) => client.sendRaw(Buffer.alloc(64, 0xff)),
    ];
    for (const end of ends) {
      server.commands.told.length = 0;
      const client = await enter(server);
      await end(client);
      await told(server, 3);
      expect(server.commands.about(CLIENT)).toEqual(['registered', 'ready', 'gone']);
      const [registered, , gone] = server.commands.told;
      expect(gone?.link).toBe(registered?.link);
      await client.expectClosed();
    }
  });

  it('is unknown here as long as it is refused', async () => {
    await using server = await startTestGateway({ config: { maxConnections: 1 } });
    const first = await enter(server, { clientId: COMMAND });
    const second = await connect(server);
    await second.authenticate();
    second.send(second.registration());
    await second.expectClosed();
    expect(server.commands.about(CLIENT)).toEqual([]);
    first.destroy();
  });

  it('that takes the place of its own older link: the older one is gone before the new one is heard of', async () => {
    await using server = await startTestGateway();
    const older = await enter(server);
    const newer = await enter(server, { instanceId: older.instanceId });
    await older.expectClosed();
    await newer.heartbeat();
    expect(server.commands.about(CLIENT)).toEqual(['registered', 'ready', 'gone', 'registered', 'ready']);
    const [first, , gone, second, ready] = server.commands.told;
    expect(gone?.link).toBe(first?.link);
    expect(second?.link).not.toBe(first?.link);
    expect(ready?.link).toBe(second?.link);
    newer.destroy();
  });

  it('costs its connection and no other when the commands fail', async () => {
    await using server = await startTestGateway();
    const other = await enter(server, { clientId: COMMAND });
    server.commands.intrude = (what, client) => {
      if (what === 'registered' && client === CLIENT) throw new Error('broken');
    };
    const client = await connect(server);
    await client.authenticate();
    client.send(client.registration());
    expect((await client.expect('error')).code).toBe('internal');
    await client.expectClosed();
    await other.heartbeat();
    expect(server.inbox.about(CLIENT)).toEqual(['online', 'offline']);
    other.destroy();
  });
});

describe('what a client tells about a command', () => {
  it('reaches the commands in its order', async () => {
    await using server = await startTestGateway();
    const client = await enter(server);
    client.sendRaw(
      Buffer.concat([accepted, output(0), output(1), result].map((message) => client.frame(message))),
    );
    await told(server, 6);
    expect(server.commands.told.slice(2).map(({ message }) => message)).toEqual([
      accepted,
      output(0),
      output(1),
      result,
    ]);
    expect(server.gateway.stats().outputFrames).toBe(2);
    client.destroy();
  });

  it("S-6 about another client's costs the connection", async () => {
    await using server = await startTestGateway();
    server.commands.intrude = (what) => {
      if (what === 'result') throw new WireError('identity', 'not sent to this client');
    };
    const client = await enter(server);
    client.send(result);
    expect((await client.expect('error')).code).toBe('identity');
    await client.expectClosed();
    expect(server.gateway.stats().wireErrors.identity).toBe(1);
  });

  it('may name the client, but no other', async () => {
    await using server = await startTestGateway();
    const client = await enter(server);
    client.send({ ...accepted, client_id: CLIENT });
    client.send({ ...accepted, client_id: COMMAND });
    expect((await client.waitFor('error')).code).toBe('identity');
    expect(server.commands.about(CLIENT).filter((what) => what === 'accepted')).toHaveLength(1);
  });

  it(`${MAX_COMMAND_ANSWERS_PER_SEC} times a second is allowed, one more costs the connection`, async () => {
    const clock = new ManualClock();
    await using server = await startTestGateway({ clock });
    const client = await enter(server, { clock });
    const frames = Array.from({ length: MAX_COMMAND_ANSWERS_PER_SEC }, () => client.frame(accepted));
    client.sendRaw(Buffer.concat(frames));
    await told(server, MAX_COMMAND_ANSWERS_PER_SEC + 2);
    client.send(result);
    expect((await client.waitFor('error')).code).toBe('rate');
    expect(server.commands.about(CLIENT)).not.toContain('result');
  });
});

const outputs = (server: TestGateway): number =>
  server.commands.about(CLIENT).filter((what) => what === 'output').length;

describe('output', () => {
  it('waits while too much of it waits for the disk, with everything behind it', async () => {
    await using server = await startTestGateway();
    const disk = Promise.withResolvers<void>();
    server.commands.storing = () => disk.promise;
    const client = await enter(server);
    client.sendRaw(Buffer.concat([output(0), output(1), result].map((message) => client.frame(message))));
    await until(() => outputs(server) === 1, { what: 'the first chunk' });
    server.commands.storing = () => undefined;
    expect(server.commands.about(CLIENT)).not.toContain('result');
    disk.resolve();
    await until(() => server.commands.about(CLIENT).includes('result'), { what: 'the rest' });
    expect(server.gateway.stats().outputHeld).toBe(1);
    client.destroy();
  });

  it('goes on when it could not be stored', async () => {
    await using server = await startTestGateway();
    server.commands.storing = () => Promise.reject(new Error('no disk'));
    const client = await enter(server);
    client.send(output(0));
    await client.heartbeat();
    expect(server.lines.some(({ level }) => level === 'warn')).toBe(true);
    client.destroy();
  });

  it('does not keep heartbeats waiting longer than they may, and an old wait ends no new one', async () => {
    const clock = new ManualClock();
    await using server = await startTestGateway({ clock });
    const waits: (() => void)[] = [];
    server.commands.storing = () => new Promise((resolve) => void waits.push(resolve));
    const client = await enter(server, { clock });
    client.send(output(0));
    client.send(output(1));
    client.sendHeartbeat();
    await until(() => outputs(server) === 1, { what: 'the first chunk' });
    clock.advance(MAX_OUTPUT_HOLD_MS - 1);
    expect(outputs(server)).toBe(1);
    clock.advance(1);
    await until(() => outputs(server) === 2, { what: 'the second chunk' });
    waits[0]!();
    await clock.advanceAsync(MAX_OUTPUT_HOLD_MS - 1);
    expect(client.messages('heartbeat_ack')).toEqual([]);
    clock.advance(1);
    await client.waitFor('heartbeat_ack');
    client.destroy();
  });

  it(`in ${MAX_OUTPUT_FRAMES_PER_SEC} frames a second is read at once, one more has to wait a moment`, async () => {
    const clock = new ManualClock();
    await using server = await startTestGateway({ clock });
    const client = await enter(server, { clock });
    const frames = Array.from({ length: MAX_OUTPUT_FRAMES_PER_SEC }, (_, seq) => client.frame(output(seq)));
    client.sendRaw(Buffer.concat(frames));
    await client.heartbeat();
    client.send(output(MAX_OUTPUT_FRAMES_PER_SEC));
    client.sendHeartbeat();
    await until(() => outputs(server) === MAX_OUTPUT_FRAMES_PER_SEC + 1, { what: 'one more' });
    await clock.advanceAsync(OUTPUT_PACE_MS - 1);
    expect(client.messages('heartbeat_ack')).toHaveLength(1);
    clock.advance(1);
    await client.waitFor('heartbeat_ack');
    client.destroy();
  });
});
