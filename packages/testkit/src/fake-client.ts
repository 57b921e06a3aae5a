/**
 * A scripted ops-client over real TCP or TLS: each step of the conversation can be done rightly, wrongly or not at all.
 *
 *   const client = await connectFakeClient({ port, secret });
 *   await client.enter();                       // authenticate (or hello), register
 *   await client.heartbeat({ cpu_usage: 7 });   // and its acknowledgement
 *   client.sendRaw('garbage');
 *   await client.expectClosed();
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import type { Sample } from '@ops/protocol/domain/sample.ts';
import { equalProof, secretBytes } from '@ops/protocol/wire/handshake.ts';
import { readMessage } from '@ops/protocol/wire/messages.ts';
import type { ClientMessage, MessageOf, ServerMessage } from '@ops/protocol/wire/messages.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import type { Random } from '@ops/runtime/random.ts';

import { answerTo } from './challenge-answer.ts';
import type { ChallengeAnswer } from './challenge-answer.ts';
import { exampleOutput, exampleRegister, exampleResult, exampleSample } from './example-messages.ts';
import { ScriptedPeer } from './scripted-peer.ts';
import { within } from './until.ts';

export interface FakeClientOptions {
  readonly host?: string;
  readonly port: number;
  /** Source address, to be several hosts at once: 127.0.0.2 and so on. */
  readonly localAddress?: string;
  readonly clientId?: string;
  readonly instanceId?: string;
  readonly journalEpoch?: string;
  /** Without it the client expects `hello`. */
  readonly secret?: string;
  /** TLS 1.3; `ca` is the PEM the server's certificate must chain to. */
  readonly tls?: { readonly ca: string | Buffer; readonly servername?: string };
  /** For the times the client claims. Waits always run on the real clock. */
  readonly clock?: Clock;
  readonly random?: Random;
  /** Milliseconds the connection may take. */
  readonly within?: number;
}

type AuthResponse = MessageOf<'auth_response'>;

export class FakeClient extends ScriptedPeer<ServerMessage, ClientMessage> {
  readonly clientId: string;
  readonly instanceId: string;
  readonly journalEpoch: string;
  /** Made by `prove`; the keys apply from the frame behind `auth_ok` on. */
  #answer: ChallengeAnswer | undefined;
  #challengeBody: Buffer | undefined;
  readonly #options: FakeClientOptions;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(socket: Socket, options: FakeClientOptions) {
    super({
      socket,
      read: (body, phase) => readMessage(body, 'server', phase),
      onMessage: (message, body) => this.#follow(message, body),
    });
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.clientId = options.clientId ?? this.#random.uuid();
    this.instanceId = options.instanceId ?? this.#random.uuid();
    this.journalEpoch = options.journalEpoch ?? this.#random.uuid();
  }

  /** Answers the challenge and checks the server's proof. @throws Error when the server refuses, or its proof is wrong */
  async authenticate(): Promise<MessageOf<'auth_ok'>> {
    await this.answerChallenge();
    return this.expect('auth_ok');
  }

  /** Waits for the challenge and answers it, spoiled on request. What the server says to it is left to the test. */
  async answerChallenge(
    spoil: (answer: AuthResponse) => AuthResponse = (answer) => answer,
  ): Promise<AuthResponse> {
    const answer = spoil(this.prove(await this.expect('auth_challenge')));
    this.send(answer);
    return answer;
  }

  /** The right answer to the challenge just received, not sent yet. */
  prove(challenge: MessageOf<'auth_challenge'>): AuthResponse {
    this.#answer = answerTo(challenge, this.#challengeBody ?? Buffer.alloc(0), {
      secret: secretBytes(this.#options.secret ?? ''),
      clientId: this.clientId,
      instanceId: this.instanceId,
      clientNonce: this.#random.bytes(32).toString('hex'),
      clientTime: Math.floor(this.#clock.wall() / 1000),
      mode: this.mode,
      channelBinding: this.channelBinding(),
    });
    return this.#answer.message;
  }

  /** Waits for `hello`, as a client without a secret does. */
  async greet(): Promise<MessageOf<'hello'>> {
    return this.expect('hello');
  }

  /** Sends `register` and waits for `registered`. */
  async register(overrides: Partial<MessageOf<'register'>> = {}): Promise<MessageOf<'registered'>> {
    this.send(this.registration(overrides));
    return this.expect('registered');
  }

  /** A usual `register` of this client, not sent yet. */
  registration(overrides: Partial<MessageOf<'register'>> = {}): MessageOf<'register'> {
    const who = {
      client_id: this.clientId,
      instance_id: this.instanceId,
      journal_epoch: this.journalEpoch,
      client_time: Math.floor(this.#clock.wall()),
    };
    return exampleRegister(who, overrides);
  }

  /** The whole way in: authentication when there is a secret, `hello` otherwise, then `register`. */
  async enter(overrides: Partial<MessageOf<'register'>> = {}): Promise<MessageOf<'registered'>> {
    if (this.#options.secret === undefined) await this.greet();
    else await this.authenticate();
    return this.register(overrides);
  }

  /** Sends a heartbeat and waits for its acknowledgement. */
  async heartbeat(sample: Sample = exampleSample()): Promise<MessageOf<'heartbeat_ack'>> {
    this.sendHeartbeat(sample);
    return this.waitFor('heartbeat_ack');
  }

  /** Sends a heartbeat only. */
  sendHeartbeat(sample: Sample = exampleSample()): void {
    this.send({ type: 'heartbeat', client_time: Math.floor(this.#clock.wall()), sample });
  }

  /** Tells that a command is in the journal and about to start. */
  accept(commandId: string): void {
    this.send({
      type: 'command_accepted',
      command_id: commandId,
      started_at: Math.floor(this.#clock.wall()),
    });
  }

  /** Runs a command, as a host would: accepted, its output in one chunk, the result. */
  run(commandId: string, output = '', overrides: Partial<MessageOf<'command_result'>> = {}): void {
    const bytes = Buffer.byteLength(output);
    this.accept(commandId);
    if (bytes > 0) this.send(exampleOutput(commandId, 0, output));
    this.send(exampleResult(commandId, { chunks: bytes > 0 ? 1 : 0, stdout_bytes: bytes, ...overrides }));
  }

  /** Moves to the next phase when the server says so, before the frame behind it is read. */
  #follow(message: ServerMessage, body: Buffer): void {
    if (message.type === 'auth_challenge') this.#challengeBody = body;
    else if (message.type === 'hello') this.phase = 'registering';
    else if (message.type === 'registered') this.phase = 'ready';
    else if (message.type === 'auth_ok') {
      this.phase = 'registering';
      if (!this.#answer) throw new Error('auth_ok came without an answer to the challenge');
      if (!equalProof(this.#answer.serverProof, message.server_proof))
        throw new Error("the server's proof is wrong");
      this.protect(this.#answer.keys, 'client');
    }
  }
}

/** Connects; the first frame is left to the test. @throws Error when the connection is refused or takes too long */
export async function connectFakeClient(options: FakeClientOptions): Promise<FakeClient> {
  const { host = '127.0.0.1', port, localAddress, tls } = options;
  const target = { host, port, ...(localAddress !== undefined && { localAddress }) };
  const socket = tls
    ? connectTls({ ...target, ca: tls.ca, minVersion: 'TLSv1.3', servername: tls.servername ?? '' })
    : connect(target);
  const client = new FakeClient(socket, options);
  const connected = new Promise<void>((resolve, reject) => {
    socket.once(tls ? 'secureConnect' : 'connect', resolve);
    void client.closed.then(({ error }) => reject(error ?? new Error('closed before it was connected')));
  });
  try {
    await within(connected, {
      ...(options.within !== undefined && { within: options.within }),
      what: `a connection to ${host}:${port}`,
    });
  } catch (cause) {
    client.destroy();
    throw cause;
  }
  return client;
}
