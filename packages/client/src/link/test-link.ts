/** A link with everything around it recorded, for the tests of this folder. */
import type { MessageOf, ServerMessage } from '@ops/protocol/wire/messages.ts';
import { secretBytes } from '@ops/protocol/wire/handshake.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import type { Random } from '@ops/runtime/random.ts';
import { exampleRegister } from '@ops/testkit/example-messages.ts';
import { startFakeServer } from '@ops/testkit/fake-server.ts';
import type { FakeServer, FakeServerOptions } from '@ops/testkit/fake-server.ts';
import { createSeededRandom } from '@ops/testkit/seeded-random.ts';
import { until } from '@ops/testkit/until.ts';
import { onTestFinished } from 'vitest';

import { createLink } from './connection.ts';
import type { Link } from './connection.ts';
import { createDial } from './dial.ts';
import type { DialTarget } from './dial.ts';
import { createLinkReport } from './link-report.ts';
import { createProver } from './prove.ts';
import { createReconnect } from './reconnect.ts';
import type { ReconnectOptions } from './reconnect.ts';
import { createServerClock } from './server-clock.ts';
import type { ServerClock } from './server-clock.ts';

export interface LinkUnderTest {
  readonly link: Link;
  readonly clientId: string;
  readonly instanceId: string;
  readonly serverClock: ServerClock;
  /** `LEVEL sentence`, without debug. */
  readonly lines: string[];
  readonly reasons: string[];
  readonly ready: MessageOf<'registered'>[];
  readonly messages: ServerMessage[];
  downs: number;
  gaveUp: string | undefined;
}

export interface LinkOptions {
  readonly target: DialTarget;
  readonly secrets?: readonly string[];
  readonly enabled?: boolean;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly reconnect?: Partial<ReconnectOptions>;
}

/** Not started. Stopped when the test is finished. */
export function linkUnderTest(options: LinkOptions): LinkUnderTest {
  const { target, secrets = [], clock = systemClock, random = systemRandom } = options;
  const ids = createSeededRandom(7);
  const clientId = ids.uuid();
  const instanceId = ids.uuid();
  const lines: string[] = [];
  const reasons: string[] = [];
  const keep =
    (level: string) =>
    (message: string, fields?: Readonly<Record<string, unknown>>): void => {
      lines.push(`${level} ${message}`);
      if (typeof fields?.['reason'] === 'string') reasons.push(fields['reason']);
    };
  const log: Log = { debug() {}, info: keep('INFO'), warn: keep('WARN'), error: keep('ERROR') };
  const serverClock = createServerClock(clock);
  const link = createLink({
    dial: createDial(target, clock),
    prover: createProver({
      clientId,
      instanceId,
      enabled: options.enabled ?? secrets.length > 0,
      secrets: secrets.map(secretBytes),
      clock,
      random,
    }),
    reconnect: createReconnect(
      { baseMs: 20, maxMs: 100, giveUpAfter: undefined, ...options.reconnect },
      random,
    ),
    serverClock,
    clock,
    report: createLinkReport({
      log,
      clientId,
      host: target.host,
      port: target.port,
      encrypted: !!target.tls,
      patienceAfter: 3,
    }),
    introduce: () =>
      exampleRegister({
        client_id: clientId,
        instance_id: instanceId,
        journal_epoch: instanceId,
        client_time: Math.floor(clock.wall()),
      }),
    on: {
      newIdentity: () => 'new identity',
      ready: (registered) => under.ready.push(registered),
      message: (message) => under.messages.push(message),
      down: () => under.downs++,
      gaveUp: (failure) => (under.gaveUp = failure.message),
    },
  });
  const under: LinkUnderTest = {
    link,
    clientId,
    instanceId,
    serverClock,
    lines,
    reasons,
    ready: [],
    messages: [],
    downs: 0,
    gaveUp: undefined,
  };
  onTestFinished(() => link.stop());
  return under;
}

export const SECRET = 'test-secret-123';

/** Nobody listens there, and the system gives this port to nobody. */
export const NOBODY = { host: '127.0.0.1', port: 1 };

/** A client that waits for an hour after any failure, so that a test sees exactly one attempt. */
export const ONCE = { baseMs: 3_600_000, maxMs: 3_600_000 };

/** Closed when the test is finished. */
export async function serverFor(options: FakeServerOptions = {}): Promise<FakeServer> {
  const server = await startFakeServer(options);
  onTestFinished(() => server.close());
  return server;
}

/** A link on its way to the server. */
export function clientOf(
  server: { host: string; port: number },
  options: Omit<LinkOptions, 'target'> = {},
): LinkUnderTest {
  const under = linkUnderTest({ target: { host: server.host, port: server.port }, ...options });
  under.link.start();
  return under;
}

export function isReady(under: LinkUnderTest): Promise<unknown> {
  return until(() => under.link.state === 'ready', { what: 'the link to be ready' });
}

export function waits(under: LinkUnderTest): Promise<unknown> {
  return until(() => under.lines.some((line) => line.startsWith('INFO Trying again')), {
    what: 'the link to wait',
  });
}
