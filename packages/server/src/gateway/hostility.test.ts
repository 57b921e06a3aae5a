/**
 * S-45, S-1, S-11: whatever a peer sends costs its own connection and nothing else. Beside each attack a well-behaved
 * client keeps getting its acknowledgements.
 */
import { scheduler } from 'node:timers/promises';

import { FRAME_LIMITS, MESSAGES } from '@ops/protocol/wire/messages.ts';
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import type { FakeClient, FakeClientOptions } from '@ops/testkit/fake-client.ts';
import { createSeededRandom } from '@ops/testkit/seeded-random.ts';
import { until } from '@ops/testkit/until.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { SECRET, startTestGateway } from './test-gateway.ts';
import type { TestGateway } from './test-gateway.ts';

let server: TestGateway;
let honest: FakeClient;
/** Connections that failed because a test made the fleet throw. */
let provoked = 0;

const dial = (options: Partial<FakeClientOptions> = {}): Promise<FakeClient> =>
  connectFakeClient({ port: server.port, secret: SECRET, ...options });

async function enter(): Promise<FakeClient> {
  const client = await dial();
  await client.enter();
  return client;
}

/** A connection in each phase, the next frame of which may be anything. */
const PHASES = {
  greeting: async () => {
    const client = await dial();
    await client.expect('auth_challenge');
    return client;
  },
  registering: async () => {
    const client = await dial();
    await client.authenticate();
    return client;
  },
  ready: enter,
} as const;
const PHASE_NAMES = ['greeting', 'registering', 'ready'] as const;

beforeAll(async () => {
  server = await startTestGateway({ config: { maxConnections: 10_000 } });
});
afterAll(() => server.gateway.close({ graceMs: 200 }));
beforeEach(async () => {
  honest = await enter();
});
afterEach(async () => {
  // The point of every test here.
  for (let i = 0; i < 3; i++) await honest.heartbeat();
  if (server.inbox.about(honest.clientId).includes('offline')) throw new Error('the honest client was cut');
  await honest.close();
  const { internal } = server.gateway.stats().closed;
  if (internal !== provoked) throw new Error(`${internal} connections ended by an exception`);
});

describe('frames', () => {
  it('cut at every byte, the rest coming later, are whole', async () => {
    const LENGTH = 4 + Buffer.byteLength('{"type":"heartbeat"}') + 32;
    // As many cuts for each connection as it may send heartbeats in one second.
    const cutsFrom = async (first: number): Promise<number> => {
      const client = await enter();
      let cuts = 0;
      for (let at = first; at < Math.min(LENGTH, first + 20); at++, cuts++) {
        const frame = client.frame({ type: 'heartbeat' });
        client.sendRaw(frame.subarray(0, at));
        await scheduler.wait(2);
        client.sendRaw(frame.subarray(at));
        await client.expect('heartbeat_ack');
      }
      await client.close();
      return cuts;
    };
    const cuts = await Promise.all([cutsFrom(1), cutsFrom(21), cutsFrom(41)]);
    expect(cuts.reduce((sum, count) => sum + count)).toBe(LENGTH - 1);
  });

  it('a whole conversation byte by byte', async () => {
    const client = await dial();
    const answer = client.frame(client.prove(await client.expect('auth_challenge')));
    for (const byte of answer) client.sendRaw(Buffer.from([byte]));
    await client.expect('auth_ok');
    for (const byte of client.frame(client.registration())) client.sendRaw(Buffer.from([byte]));
    expect(await client.expect('registered')).toMatchObject({ commands: [] });
    await client.close();
  });

  it('a whole conversation glued to the next step', async () => {
    const client = await enter();
    client.sendRaw(
      Buffer.concat([
        client.frame({ type: 'heartbeat' }),
        client.frame({ type: 'heartbeat' }),
        client.frame({ type: 'goodbye', code: 'stop' }),
      ]),
    );
    await client.expectClosed();
    expect(client.messages('heartbeat_ack')).toHaveLength(2);
    expect(server.inbox.about(client.clientId)).toEqual(['online', 'heartbeat', 'heartbeat', 'offline']);
  });

  it.each(PHASE_NAMES)(
    'cut off for good at any byte while %s: the connection ends, no more',
    async (phase) => {
      for (const at of [0, 1, 3, 4, 5, 20]) {
        const client = await PHASES[phase]();
        client.sendCut({ type: 'goodbye', code: 'stop' }, at);
        await client.close();
        expect(client.messages('error')).toEqual([]);
      }
    },
  );

  it.each(PHASE_NAMES)(
    'of one byte more than the limit while %s are refused from the length alone',
    async (phase) => {
      const client = await PHASES[phase]();
      const head = Buffer.alloc(4);
      head.writeUInt32BE(FRAME_LIMITS[phase] + (phase === 'greeting' ? 0 : 32) + 1);
      client.sendRaw(head);
      expect((await client.expect('error')).code).toBe('frame_size');
      await client.expectClosed();
    },
  );

  it.each(PHASE_NAMES)('of the limit while %s are read', async (phase) => {
    const client = await PHASES[phase]();
    client.sendBody(JSON.stringify({ type: 'nonsense' }).padEnd(FRAME_LIMITS[phase], ' '));
    expect((await client.expect('error')).code).toBe('unknown_type');
    await client.expectClosed();
  });

  it.each(PHASE_NAMES)('without an end while %s', async (phase) => {
    const before = process.memoryUsage().rss;
    const client = await PHASES[phase]();
    const endless = Buffer.alloc(64 * 1024, ' ');
    for (let i = 0; i < 64 && !client.isClosed; i++) {
      client.sendRaw(endless);
      await scheduler.yield();
    }
    await client.expectClosed();
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });
});

const BODIES: readonly (readonly [code: string, body: Buffer | string])[] = [
  ['utf8', Buffer.from([0xff, 0xfe, 0x00])],
  ['json', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['json', '{"type":"heartbeat"'],
  ['depth', '['.repeat(2000) + ']'.repeat(2000)],
  ['duplicate', '{"type":"heartbeat","type":"heartbeat"}'],
  ['duplicate', '{"type":"heartbeat","\\u0074ype":"register"}'],
  ['key', '{"type":"heartbeat","__proto__":{"isAdmin":true}}'],
  ['key', '{"type":"heartbeat","constructor":{}}'],
  ['number', '{"type":"heartbeat","client_time":1e999}'],
  ['unknown_type', '{"type":"nonsense"}'],
  ['unknown_type', '{"type":"__proto__x"}'],
  ['unknown_type', '{"type":"toString"}'],
];

describe('bodies', () => {
  it.each(BODIES)('%s: %j, in every phase', async (code, body) => {
    for (const phase of PHASE_NAMES) {
      const client = await PHASES[phase]();
      client.sendBody(body);
      expect([phase, (await client.expect('error')).code]).toEqual([phase, code]);
      await client.expectClosed();
    }
  });

  it('S-1: every message the server sends, and every one of another phase, is refused', async () => {
    const types = Object.entries(MESSAGES);
    const seen: string[] = [];
    for (const phase of PHASE_NAMES) {
      for (const [type, entry] of types) {
        const from: readonly string[] = entry.from;
        const phases: readonly string[] = entry.phases;
        if (from.includes('client') && phases.includes(phase)) continue;
        const client = await PHASES[phase]();
        client.sendBody(JSON.stringify({ type }));
        const { code } = await client.expect('error');
        if (!/^wrong_(?:direction|phase)$/.test(code)) seen.push(`${type} while ${phase}: ${code}`);
        await client.expectClosed();
      }
    }
    expect(seen).toEqual([]);
  });

  it('a heartbeat that is wrong in any field', async () => {
    for (const field of [
      '{"cpu_usage":101}',
      '{"disks":{}}',
      '{"load_average":[1,2]}',
      '[]',
      '{"disks":[null]}',
    ]) {
      const client = await enter();
      client.sendBody(`{"type":"heartbeat","sample":${field}}`);
      const { code, message } = await client.expect('error');
      expect([code, message]).toEqual(['schema', expect.stringContaining('sample')]);
      await client.expectClosed();
    }
  });

  it('what the fleet is told was cleaned of control and direction characters (S-20)', async () => {
    const client = await dial();
    await client.authenticate();
    await client.register({ client_version: '1.0\u001b[31m\u202e' });
    const told = server.inbox.told.find(
      (entry) => entry.what === 'online' && entry.client === client.clientId,
    );
    expect(told).toMatchObject({ registration: { clientVersion: '1.0\\u001b[31m\\u202e' } });
    await client.close();
  });
});

describe('MACs (S-9)', () => {
  it('a frame without one, or with a wrong one, is not processed', async () => {
    for (const spoil of [
      (frame: Buffer) => frame.with(frame.length - 1, frame.at(-1)! ^ 1),
      (frame: Buffer) => frame.with(6, frame[6]! ^ 1),
      (frame: Buffer) => {
        const naked = Buffer.from(frame.subarray(0, -32));
        naked.writeUInt32BE(naked.length - 4);
        return naked;
      },
    ]) {
      const client = await enter();
      client.sendRaw(Buffer.from(spoil(client.frame({ type: 'heartbeat' }))));
      expect(['mac', 'frame_size']).toContain((await client.expect('error')).code);
      await client.expectClosed();
      expect(server.inbox.about(client.clientId)).toEqual(['online', 'offline']);
    }
  });

  it('a frame sent twice, or left out, ends the connection', async () => {
    const twice = await enter();
    const frame = twice.frame({ type: 'heartbeat' });
    twice.sendRaw(Buffer.concat([frame, frame]));
    await twice.expect('heartbeat_ack');
    expect((await twice.expect('error')).code).toBe('mac');
    await twice.expectClosed();
    const skips = await enter();
    skips.frame({ type: 'heartbeat' });
    skips.sendHeartbeat();
    expect((await skips.expect('error')).code).toBe('mac');
    await skips.expectClosed();
  });

  it('a frame of another connection of the same client is none of this one', async () => {
    const [one, two] = [await enter(), await enter()];
    two.sendRaw(one.frame({ type: 'heartbeat' }));
    expect((await two.expect('error')).code).toBe('mac');
    await two.expectClosed();
    one.destroy();
  });

  it('S-11: before the proof nothing is obeyed, not even with the right words', async () => {
    for (const type of ['register', 'heartbeat', 'samples', 'command_result']) {
      const client = await PHASES.greeting();
      client.sendBody(JSON.stringify({ type }));
      expect((await client.expect('error')).code).toBe('wrong_phase');
      await client.expectClosed();
    }
  });
});

describe('an exception of ours', () => {
  it('costs the connection whose frame was handled; the peer is told nothing about it', async () => {
    const client = await enter();
    provoked++;
    server.inbox.intrude = (what, id) => {
      if (what === 'heartbeat' && id === client.clientId) throw new Error('SELECT secret FROM fleet');
    };
    client.sendHeartbeat();
    const { code, message } = await client.waitFor('error');
    await client.expectClosed();
    server.inbox.intrude = () => undefined;
    expect([code, message.includes('SELECT')]).toEqual(['internal', false]);
    expect(server.lines.some(({ level, message: line }) => level === 'error' && line.includes('frame'))).toBe(
      true,
    );
  });

  it('while a client leaves does not end the server', async () => {
    const client = await enter();
    server.inbox.intrude = (what) => {
      if (what === 'offline') throw new Error('the fleet is broken');
    };
    await client.close();
    await until(() => server.inbox.about(client.clientId).includes('offline'), { what: 'offline' });
    server.inbox.intrude = () => undefined;
    expect(server.lines.at(-2)).toMatchObject({ level: 'error', fields: { client: client.clientId } });
  });
});

describe('S-45: a great many malformed frames', () => {
  it('and then everything works as before', async () => {
    const random = createSeededRandom(45);
    const attack = async (round: number): Promise<void> => {
      const client = await PHASES[PHASE_NAMES[round % 3]!]();
      const kind = round % 5;
      if (kind === 0) client.sendRaw(random.bytes(1 + Math.floor(random.unit() * 2000)));
      else if (kind === 1) client.sendBody(random.bytes(1 + Math.floor(random.unit() * 2000)));
      else if (kind === 2) client.sendBody(BODIES[round % BODIES.length]![1]);
      else if (kind === 3) client.sendBody(`{"type":"register","client_id":${round}}`);
      else client.reset();
      await client.close();
    };
    for (let round = 0; round < 600; round += 30) {
      await Promise.all(Array.from({ length: 30 }, (_, i) => attack(round + i)));
    }
    const newcomers = await Promise.all(Array.from({ length: 10 }, enter));
    for (let i = 0; i < 10; i++) await Promise.all(newcomers.map((client) => client.heartbeat()));
    await Promise.all(newcomers.map((client) => client.close()));
    await until(() => server.gateway.stats().connections === 1, { what: 'only the honest client' });
    expect(server.gateway.stats().unauthenticated).toBe(0);
  });

  it('lines about strangers are bounded, and those left out are counted', () => {
    const strangers = server.lines.filter(({ message }) => message.includes('broke the protocol'));
    expect(strangers.length).toBeLessThanOrEqual(200);
    expect(server.gateway.stats().linesSuppressed).toBeGreaterThan(0);
  });
});
