/**
 * One client of a simulated fleet: the whole conversation, with proofs and MACs, and nothing behind it.
 *
 *   waiting ──its turn──► dialing ──auth_challenge──► proving ──auth_ok──► registering ──registered──► ready
 *                            └────────hello or bare───────────────────────────┘ (bare: straight to ready)
 *   any state ──closed, refused, too slow, server silent──► waiting ──stop──► stopped
 *
 * `#move` is the one place that changes the state.
 */
import { createSecretKey } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

import { equalProof } from '@ops/protocol/wire/handshake.ts';
import { FrameReader, FrameWriter } from '@ops/protocol/wire/frame.ts';
import {
  DEAD_LINK_INTERVALS,
  DEAD_LINK_MIN_MS,
  GREETING_DEADLINE_MS,
  HANDSHAKE_DEADLINE_MS,
} from '@ops/protocol/wire/limits.ts';
import { FRAME_LIMITS, readMessage, writeMessage } from '@ops/protocol/wire/messages.ts';
import type { MessageOf, Phase, ServerMessage } from '@ops/protocol/wire/messages.ts';
import { fullJitter, slowJitter } from '@ops/runtime/backoff.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Random } from '@ops/runtime/random.ts';

import { answerTo } from './challenge-answer.ts';
import type { ChallengeAnswer } from './challenge-answer.ts';
import { exampleFacts, exampleRegister } from './example-messages.ts';
import type { FleetCounters } from './fleet-counters.ts';
import type { HeartbeatTemplates } from './heartbeat-templates.ts';
import type { TimerWheel } from './timer-wheel.ts';

type State = 'waiting' | 'dialing' | 'proving' | 'registering' | 'ready' | 'stopped';

/** A session that lasted this long makes the next attempt the first again. */
const STABLE_SESSION_MS = 30_000;
const NO_CHANNEL_BINDING = Buffer.alloc(0);
/** Bare frames carry a MAC as well, so that they are of the same size and cost the sender the same. */
const BARE_KEY = createSecretKey(Buffer.alloc(32));

/** Everything the clients of one fleet share. */
export interface SharedParts {
  readonly host: string;
  readonly port: number;
  readonly secret: Buffer | undefined;
  /** True: no conversation, heartbeats from the moment of connection; an answer counts as an acknowledgement. */
  readonly bare: boolean;
  /** False only for a bare server that never answers: a silent link is then no reason to leave. */
  readonly answered: boolean;
  readonly intervalMs: number;
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
  /** Where all sockets read into: what is left unfinished is copied out. */
  readonly readBuffer: Buffer;
  readonly templates: HeartbeatTemplates;
  readonly counters: FleetCounters;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly random: Random;
}

export class SimulatedClient {
  readonly #shared: SharedParts;
  readonly #index: number;
  /** When in each interval this client sends, in milliseconds. */
  readonly #phaseMs: number;
  readonly #localAddress: string;
  readonly #clientId: string;
  readonly #instanceId: string;
  readonly #journalEpoch: string;
  #state: State = 'waiting';
  /** Counts changes of state: a timer of an earlier one does nothing. */
  #turn = 0;
  #socket: Socket | undefined;
  #reader = new FrameReader(0);
  #writer = new FrameWriter();
  #answer: ChallengeAnswer | undefined;
  #attempt = 0;
  #readySince = 0;
  #lastFrameAt = 0;
  #intervalMs: number;
  /** The server's wish, from `goodbye restart`. */
  #comeBackInMs: number | undefined;
  #beats = 0;
  #acked = 0;
  /** The heartbeat whose round trip is being measured, 0 for none. */
  #measured = 0;
  #measuredAt = 0;

  constructor(shared: SharedParts, place: { index: number; phaseMs: number; localAddress: string }) {
    this.#shared = shared;
    this.#index = place.index;
    this.#phaseMs = place.phaseMs;
    this.#localAddress = place.localAddress;
    this.#intervalMs = shared.intervalMs;
    this.#clientId = shared.random.uuid();
    this.#instanceId = shared.random.uuid();
    this.#journalEpoch = shared.random.uuid();
  }

  /** Connects after `delayMs`, and again whenever the connection is lost. */
  start(delayMs: number): void {
    this.#later(delayMs, () => this.#dial());
  }

  stop(): void {
    this.#move('stopped');
    this.#socket?.destroy();
  }

  #move(state: State): void {
    const { counters } = this.#shared;
    if (this.#state === 'ready') counters.ready--;
    if (state === 'ready') counters.ready++;
    this.#state = state;
    this.#turn++;
  }

  /** Calls unless the state has changed by then. */
  #later(ms: number, call: () => void): void {
    const turn = this.#turn;
    this.#shared.wheel.after(ms, () => {
      if (this.#turn === turn) call();
    });
  }

  #dial(): void {
    const { host, port, counters, readBuffer, bare } = this.#shared;
    this.#move('dialing');
    counters.attempts++;
    counters.open++;
    this.#comeBackInMs = undefined;
    this.#reader = new FrameReader(bare ? FRAME_LIMITS.ready : FRAME_LIMITS.greeting);
    this.#writer = new FrameWriter();
    const socket = connect({
      host,
      port,
      localAddress: this.#localAddress,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (count) => {
          this.#read(socket, Buffer.from(readBuffer.subarray(0, count)));
          return true;
        },
      },
    });
    this.#socket = socket;
    let reason = 'closed by the server';
    socket.once('error', (error) => (reason = 'code' in error ? String(error.code) : error.message));
    socket.once('close', () => {
      counters.open--;
      if (this.#socket === socket) this.#leave(reason);
    });
    if (bare) {
      this.#writer.protect(BARE_KEY);
      socket.once('connect', () => this.#enter());
    }
    this.#later(GREETING_DEADLINE_MS, () => this.#leave('no greeting'));
  }

  #read(socket: Socket, chunk: Buffer): void {
    if (this.#socket !== socket) return;
    const { counters, clock, bare } = this.#shared;
    counters.bytesReceived += chunk.length;
    this.#lastFrameAt = clock.mono();
    try {
      this.#reader.push(chunk);
      for (let body = this.#reader.next(); body; body = this.#reader.next()) {
        counters.framesReceived++;
        if (bare) this.#acknowledged();
        else this.#handle(readMessage(body, 'server', this.#phase()), body);
        if (this.#socket !== socket) return;
      }
    } catch (cause) {
      this.#leave(`refused: ${cause instanceof Error ? cause.message : 'unknown'}`);
    }
  }

  #phase(): Phase {
    if (this.#state === 'ready') return 'ready';
    return this.#state === 'registering' ? 'registering' : 'greeting';
  }

  #handle(message: ServerMessage, body: Buffer): void {
    switch (message.type) {
      case 'hello':
        if (this.#shared.secret) return this.#leave('hello where a challenge was due');
        return this.#register();
      case 'auth_challenge':
        return this.#prove(message, body);
      case 'auth_ok':
        if (!this.#answer || !equalProof(this.#answer.serverProof, message.server_proof)) {
          return this.#leave("wrong server's proof");
        }
        this.#writer.protect(this.#answer.keys.clientToServer);
        this.#reader.protect(this.#answer.keys.serverToClient);
        return this.#register();
      case 'auth_failed':
        return this.#leave('auth_failed');
      case 'registered':
        this.#intervalMs = message.heartbeat_interval * 1000;
        return this.#enter();
      case 'heartbeat_ack':
        return this.#acknowledged();
      case 'goodbye':
        this.#comeBackInMs = message.come_back_in_ms;
        return this.#leave(`goodbye ${message.code}`);
      case 'error':
        return this.#leave(`error ${message.code}`);
      // Nothing is behind a simulated client: what it is told to do it leaves undone.
      case 'command':
      case 'service':
      case 'update':
      case 'cancel':
      case 'output_missing':
      case 'result_ack':
      case 'samples_ack':
    }
  }

  #prove(challenge: MessageOf<'auth_challenge'>, body: Buffer): void {
    const { secret, clock, random } = this.#shared;
    if (!secret) return this.#leave('a challenge, but no secret');
    this.#move('proving');
    this.#later(HANDSHAKE_DEADLINE_MS, () => this.#leave('slow handshake'));
    this.#answer = answerTo(challenge, body, {
      secret,
      clientId: this.#clientId,
      instanceId: this.#instanceId,
      clientNonce: random.bytes(32).toString('hex'),
      clientTime: Math.floor(clock.wall() / 1000),
      mode: 'plain',
      channelBinding: NO_CHANNEL_BINDING,
    });
    this.#send(writeMessage(this.#answer.message));
  }

  #register(): void {
    const { clock, intervalMs } = this.#shared;
    this.#move('registering');
    this.#reader.limit = FRAME_LIMITS.ready;
    this.#later(HANDSHAKE_DEADLINE_MS, () => this.#leave('slow registration'));
    const who = {
      client_id: this.#clientId,
      instance_id: this.#instanceId,
      journal_epoch: this.#journalEpoch,
      client_time: Math.floor(clock.wall()),
    };
    const number = String(this.#index + 1).padStart(5, '0');
    const address = `10.${(this.#index >> 16) & 255}.${(this.#index >> 8) & 255}.${this.#index & 255}`;
    this.#send(
      writeMessage(
        exampleRegister(who, {
          system_info: exampleFacts({ hostname: `sim-${number}`, ip_addresses: [address] }),
          labels: { env: this.#index % 4 === 0 ? 'test' : 'prod', rack: `r${this.#index % 40}` },
          heartbeat_interval: intervalMs / 1000,
        }),
      ),
    );
  }

  #enter(): void {
    const { counters, clock } = this.#shared;
    this.#move('ready');
    counters.registrations++;
    this.#answer = undefined;
    this.#readySince = this.#lastFrameAt = clock.mono();
    this.#beats = this.#acked = this.#measured = 0;
    this.#nextBeat();
  }

  /** Each client keeps its own place in the interval, so that the fleet is spread evenly over it. */
  #nextBeat(): void {
    const { clock } = this.#shared;
    const interval = this.#intervalMs;
    const into = (clock.mono() - this.#phaseMs) % interval;
    this.#later(interval - (into < 0 ? into + interval : into), () => this.#beat());
  }

  #beat(): void {
    const { clock, templates, counters, answered } = this.#shared;
    const now = clock.mono();
    const silentFor = now - this.#lastFrameAt;
    if (answered && silentFor > Math.max(DEAD_LINK_MIN_MS, DEAD_LINK_INTERVALS * this.#intervalMs)) {
      return this.#leave('dead link');
    }
    this.#beats++;
    counters.heartbeats++;
    if (this.#measured === 0) {
      this.#measured = this.#beats;
      this.#measuredAt = now;
    }
    this.#send(templates.body(this.#index * 7 + this.#beats, Math.floor(clock.wall())));
    this.#nextBeat();
  }

  #acknowledged(): void {
    const { counters, clock } = this.#shared;
    counters.acks++;
    this.#acked++;
    if (this.#acked !== this.#measured) return;
    counters.roundTrip(clock.mono() - this.#measuredAt);
    this.#measured = 0;
  }

  #send(body: Buffer): void {
    const { counters } = this.#shared;
    const frame = this.#writer.frame(body);
    counters.framesSent++;
    counters.bytesSent += frame.length;
    this.#socket?.write(frame);
  }

  /** Ends this connection and waits for the next attempt, by the protocol's rule of reconnection. */
  #leave(reason: string): void {
    if (this.#state === 'stopped') return;
    const { counters, clock, backoff, random } = this.#shared;
    const wasReady = this.#state === 'ready';
    if (wasReady) counters.lost++;
    counters.ended(reason);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#answer = undefined;
    this.#move('waiting');
    socket?.destroy();
    if (wasReady && clock.mono() - this.#readySince >= STABLE_SESSION_MS) this.#attempt = 0;
    let delay: number;
    if (reason === 'auth_failed') delay = slowJitter(backoff, random);
    else if (wasReady) delay = random.unit() * (this.#comeBackInMs ?? backoff.baseMs);
    else delay = fullJitter(this.#attempt++, backoff, random);
    this.#later(delay, () => this.#dial());
  }
}
