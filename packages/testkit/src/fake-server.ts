/**
 * A scripted ops-server over real TCP or TLS. Connections are taken one by one by the test, or each is handed to
 * `script`; a script that fails makes `close` fail.
 *
 *   const server = await startFakeServer({ secret });
 *   const connection = await server.connection();
 *   await connection.admit();                   // authenticate (or hello), register, registered
 *   await connection.expect('heartbeat');
 *   connection.goodbye('restart', 2_000);
 */
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

import {
  clientProof,
  equalProof,
  response,
  secretBytes,
  serverProof,
  sessionKeys,
  transcriptHash,
} from '@ops/protocol/wire/handshake.ts';
import { CHALLENGE_EXPIRES_SECS, PROTOCOL_VERSION } from '@ops/protocol/wire/limits.ts';
import { readMessage } from '@ops/protocol/wire/messages.ts';
import type { ClientMessage, GoodbyeCode, MessageOf, ServerMessage } from '@ops/protocol/wire/messages.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import type { Random } from '@ops/runtime/random.ts';

import { exampleLimits } from './example-messages.ts';
import { ScriptedPeer } from './scripted-peer.ts';
import { until } from './until.ts';

export interface FakeServerOptions {
  /** Without it the server says `hello`. */
  readonly secret?: string;
  /** PEM: TLS 1.3 on the port. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer };
  readonly serverId?: string;
  readonly host?: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Seconds, told in `auth_ok` and `registered`. */
  readonly heartbeatIntervalSecs?: number;
  /** Answers heartbeats without being told to. Default true. */
  readonly answersHeartbeats?: boolean;
  /** Runs for each connection. */
  readonly script?: (connection: FakeServerConnection) => Promise<void>;
  /** For the times the server claims. Waits always run on the real clock. */
  readonly clock?: Clock;
  readonly random?: Random;
}

export class FakeServerConnection extends ScriptedPeer<ClientMessage, ServerMessage> {
  /** Switch off to be silent. */
  answersHeartbeats: boolean;
  readonly serverId: string;
  #challenge: { readonly message: MessageOf<'auth_challenge'>; readonly body: Buffer } | undefined;
  readonly #options: FakeServerOptions;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(socket: Socket, serverId: string, options: FakeServerOptions) {
    super({
      socket,
      read: (body, phase) => readMessage(body, 'client', phase),
      onMessage: (message) => {
        if (message.type === 'heartbeat' && this.answersHeartbeats) this.ack();
      },
    });
    this.serverId = serverId;
    this.answersHeartbeats = options.answersHeartbeats ?? true;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
  }

  /** Says that no authentication is needed. */
  hello(overrides: Partial<MessageOf<'hello'>> = {}): void {
    this.send({ type: 'hello', v: PROTOCOL_VERSION, server_id: this.serverId, ...overrides });
    this.phase = 'registering';
  }

  /** Sends the challenge; `verify` and `proofOf` go by the one sent last. */
  challenge(overrides: Partial<MessageOf<'auth_challenge'>> = {}): MessageOf<'auth_challenge'> {
    const message: MessageOf<'auth_challenge'> = {
      type: 'auth_challenge',
      v: PROTOCOL_VERSION,
      server_id: this.serverId,
      nonce: this.#random.bytes(32).toString('hex'),
      timestamp: Math.floor(this.#clock.wall() / 1000),
      expires_in: CHALLENGE_EXPIRES_SECS,
      cb: this.mode === 'tls' ? 'tls-exporter' : 'none',
      ...overrides,
    };
    this.#challenge = { message, body: Buffer.from(JSON.stringify(message)) };
    this.send(message);
    return message;
  }

  /** Checks both proofs of an answer. @throws Error that says which is wrong */
  verify(answer: MessageOf<'auth_response'>): void {
    const { secret, th, challenge } = this.#transcript(answer);
    const expected = response(secret, answer.client_id, challenge.nonce, challenge.timestamp);
    if (answer.nonce !== challenge.nonce) throw new Error('auth_response echoes another nonce');
    if (answer.timestamp !== challenge.timestamp) throw new Error('auth_response echoes another timestamp');
    if (!equalProof(expected, answer.response)) throw new Error('auth_response has a wrong response');
    if (!equalProof(clientProof(secret, th), answer.proof))
      throw new Error('auth_response has a wrong proof');
  }

  /** Sends `auth_ok` (with a wrong proof, if the test says so) and protects every frame behind it. */
  authOk(answer: MessageOf<'auth_response'>, overrides: Partial<MessageOf<'auth_ok'>> = {}): void {
    const { secret, th } = this.#transcript(answer);
    this.send({
      type: 'auth_ok',
      server_proof: serverProof(secret, th),
      session: this.#random.uuid(),
      key: 'current',
      heartbeat_interval: this.#interval,
      limits: exampleLimits,
      ...overrides,
    });
    this.protect(sessionKeys(secret, th), 'server');
    this.phase = 'registering';
  }

  authFailed(): void {
    this.send({ type: 'auth_failed', code: 'AUTH_FAILED', message: 'authentication failed' });
  }

  /** Challenge, checked answer, `auth_ok`. @throws Error when the answer is wrong; the client is then told so */
  async authenticate(): Promise<MessageOf<'auth_response'>> {
    this.challenge();
    const answer = await this.expect('auth_response');
    try {
      this.verify(answer);
    } catch (cause) {
      this.authFailed();
      this.socket.end();
      throw cause;
    }
    this.authOk(answer);
    return answer;
  }

  registered(overrides: Partial<MessageOf<'registered'>> = {}): void {
    this.send({
      type: 'registered',
      session: this.#random.uuid(),
      server_time: Math.floor(this.#clock.wall()),
      heartbeat_interval: this.#interval,
      limits: exampleLimits,
      commands: [],
      ...overrides,
    });
    this.phase = 'ready';
  }

  /** The whole way in: authentication when there is a secret, `hello` otherwise, `register`, `registered`. */
  async admit(overrides: Partial<MessageOf<'registered'>> = {}): Promise<MessageOf<'register'>> {
    if (this.#options.secret === undefined) this.hello();
    else await this.authenticate();
    const register = await this.expect('register');
    this.registered(overrides);
    return register;
  }

  /** Acknowledges a heartbeat. */
  ack(): void {
    this.send({ type: 'heartbeat_ack', server_time: Math.floor(this.#clock.wall()) });
  }

  goodbye(code: GoodbyeCode, comeBackInMs?: number): void {
    this.send({
      type: 'goodbye',
      code,
      ...(comeBackInMs !== undefined && { come_back_in_ms: comeBackInMs }),
    });
  }

  get #interval(): number {
    return this.#options.heartbeatIntervalSecs ?? 3;
  }

  #transcript(answer: MessageOf<'auth_response'>) {
    if (!this.#challenge) throw new Error('no challenge was sent');
    const { message: challenge, body } = this.#challenge;
    const secret = secretBytes(this.#options.secret ?? '');
    const th = transcriptHash({
      mode: this.mode,
      serverId: challenge.server_id,
      clientId: answer.client_id,
      nonce: challenge.nonce,
      timestamp: challenge.timestamp,
      clientNonce: answer.client_nonce,
      clientTime: answer.client_time,
      channelBinding: this.channelBinding(),
      challengeBody: body,
    });
    return { secret, th, challenge };
  }
}

export interface FakeServer {
  readonly host: string;
  readonly port: number;
  readonly serverId: string;
  /** Every connection so far, oldest first. */
  readonly connections: readonly FakeServerConnection[];
  /** The next connection nobody took yet. @throws Error when none comes in time */
  connection(wait?: { within?: number }): Promise<FakeServerConnection>;
  /** Ends every connection and the listener. @throws AggregateError of what scripts threw */
  close(): Promise<void>;
}

export async function startFakeServer(options: FakeServerOptions = {}): Promise<FakeServer> {
  const { host = '127.0.0.1', tls } = options;
  const serverId = options.serverId ?? (options.random ?? systemRandom).uuid();
  const connections: FakeServerConnection[] = [];
  const failures: unknown[] = [];
  let taken = 0;

  const accept = (socket: Socket): void => {
    const connection = new FakeServerConnection(socket, serverId, options);
    connections.push(connection);
    options.script?.(connection).catch((cause: unknown) => {
      failures.push(cause);
      connection.destroy();
    });
  };
  const listener = tls
    ? createTlsServer({ key: tls.key, cert: tls.cert, minVersion: 'TLSv1.3' }, accept)
    : createServer(accept);
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(options.port ?? 0, host, resolve);
  });
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('listening, but not on a TCP port');
  const { port } = address;
  let closing: Promise<void> | undefined;

  return {
    host,
    port,
    serverId,
    connections,
    connection: (wait = {}) =>
      until(() => taken < connections.length && connections[taken++], {
        ...wait,
        what: 'a client to connect',
      }),
    close() {
      closing ??= (async () => {
        const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
        for (const connection of connections) connection.destroy();
        await closed;
        if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('; '));
      })();
      return closing;
    },
  };
}
