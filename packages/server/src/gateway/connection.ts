/**
 * The server's side of one connection: reads frames, answers them by its state (drawn in connection-state.ts), and
 * ends. `#move` is the one function that changes the state. Whatever goes wrong while a frame is handled costs this
 * connection and no other (S-45).
 */
import { FrameReader } from '@ops/protocol/wire/frame.ts';
import {
  AUTH_FAILED_DELAY_MS,
  HANDSHAKE_DEADLINE_MS,
  MAX_HEARTBEATS_PER_SEC,
  PROTOCOL_VERSION,
} from '@ops/protocol/wire/limits.ts';
import { FRAME_LIMITS, readMessage, writeMessage } from '@ops/protocol/wire/messages.ts';
import type { GoodbyeCode, MessageOf, Phase, ServerMessage } from '@ops/protocol/wire/messages.ts';
import { readPlainHeartbeat } from '@ops/protocol/wire/plain-heartbeat.ts';
import { seal } from '@ops/protocol/wire/sealed.ts';
import { WireError } from '@ops/protocol/wire/wire-error.ts';

import type { FleetSeat } from '../fleet/fleet.ts';
import { Allowance } from './allowance.ts';
import type { ByteSocket } from './byte-socket.ts';
import { mayFollow, PHASE_OF } from './connection-state.ts';
import type { ConnectionState } from './connection-state.ts';
import type { Place, Visitor } from './doorkeeper.ts';
import { enrol } from './enrolling.ts';
import { prove, refuse, register } from './entrance.ts';
import type { Entrant, Who } from './entrance.ts';
import { issueChallenge } from './handshake.ts';
import type { Challenge, Proven } from './handshake.ts';
import { heartbeat } from './inbound/heartbeat.ts';
import { HOLD, type HoldReason, type Peer } from './inbound/peer.ts';
import { receive } from './inbound/receive.ts';
import type { KeptSamples } from './inbound/samples.ts';
import {
  CLOSING_DISCARD_BYTES,
  CLOSING_GRACE_MS,
  DEFAULT_HEARTBEAT_SECS,
  MAX_CHANGES_PER_SEC,
  MAX_COMMAND_ANSWERS_PER_SEC,
  MAX_OUTPUT_FRAMES_PER_SEC,
  MIN_COME_BACK_MS,
} from './limits.ts';
import type { GatewayParts, Swept } from './parts.ts';
import { authFailedBody, errorBody, goodbyeBody } from './replies.ts';
import type { ProvenBy, SecretSlot } from './secrets.ts';
import { SendQueue } from './send-queue.ts';
import { REASON_OF, type CloseReason } from './stats.ts';

const SECOND_MS = 1000;

export interface Arrival {
  readonly socket: ByteSocket;
  readonly remoteAddress: string;
  readonly encrypted: boolean;
  /** Called once, when the socket is closed. */
  readonly onClosed: (connection: Connection) => void;
}

export class Connection implements Entrant, Peer, Swept, Visitor {
  readonly remoteAddress: string;
  readonly encrypted: boolean;
  readonly session: string;
  /** Of the client, fixed by the proof or, without authentication, by `register`; empty before. */
  clientId = '';
  instanceId = '';
  /** Proved instead of a secret: this connection may enrol. */
  tokenId: string | undefined = undefined;
  heartbeatIntervalSecs = DEFAULT_HEARTBEAT_SECS;
  /** Monotonic milliseconds, as all times here. A number from the start, as in `Allowance`. */
  lastFrameAt = 0;
  readonly heartbeats: Allowance;
  readonly changes: Allowance;
  readonly answers: Allowance;
  readonly outputFrames: Allowance;
  kept: KeptSamples | undefined = undefined;
  seat: FleetSeat | undefined = undefined;

  readonly #parts: GatewayParts;
  readonly #onClosed: (connection: Connection) => void;
  readonly #reader = new FrameReader(FRAME_LIMITS.greeting);
  #socket: ByteSocket;
  #out: SendQueue;
  #state: ConnectionState = 'arriving';
  /** When the present state is over, unless it is ready. */
  #deadline: number;
  /** At the door until it registers. */
  #place: Place | undefined;
  #challenge: Challenge | undefined;
  /** What was proved, and with what. */
  #proof: Proven | undefined;
  #slot: SecretSlot | undefined;
  /** When a connection on a removed secret ends. */
  #endsAt = Infinity;
  /** Why nothing is read now: bits of HOLD. Looked at for every frame, so no object of its own. */
  #holds = 0;
  #discarded = 0;

  constructor(parts: GatewayParts, arrival: Arrival) {
    const now = parts.clock.mono();
    this.#parts = parts;
    this.#socket = arrival.socket;
    this.#out = new SendQueue(arrival.socket);
    this.#onClosed = arrival.onClosed;
    this.remoteAddress = arrival.remoteAddress;
    this.encrypted = arrival.encrypted;
    this.session = parts.random.uuid();
    this.heartbeats = new Allowance(MAX_HEARTBEATS_PER_SEC, SECOND_MS, now);
    this.changes = new Allowance(MAX_CHANGES_PER_SEC, SECOND_MS, now);
    this.answers = new Allowance(MAX_COMMAND_ANSWERS_PER_SEC, SECOND_MS, now);
    this.outputFrames = new Allowance(MAX_OUTPUT_FRAMES_PER_SEC, SECOND_MS, now);
    this.lastFrameAt = now;
    this.#deadline = now + HANDSHAKE_DEADLINE_MS;
    this.#watch(arrival.socket);
    parts.unsettled.add(this);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get slot(): SecretSlot | undefined {
    return this.#slot;
  }

  /** Takes a place at the door. @returns false when there is none: the socket is then closed */
  enter(): boolean {
    this.#place = this.#parts.door.enter(this.remoteAddress, this);
    return this.#place !== undefined;
  }

  /** Speaks first. @param channelBinding of the TLS connection, undefined without one */
  greet(socket: ByteSocket, channelBinding: Buffer | undefined): void {
    if (this.#state !== 'arriving') return;
    if (socket !== this.#socket) {
      this.#socket = socket;
      this.#out = new SendQueue(socket);
      this.#watch(socket);
    }
    socket.on('data', (chunk) => this.#take(chunk));
    const { authEnabled, serverId } = this.#parts;
    if (authEnabled) {
      this.#challenge = issueChallenge(this.#parts, channelBinding);
      this.#move('greeting');
      this.send(this.#challenge.body);
    } else {
      this.#move('registering');
      this.send(writeMessage({ type: 'hello', v: PROTOCOL_VERSION, server_id: serverId }));
    }
  }

  proved(who: Who, proof: Proven, okBody: Buffer): void {
    this.clientId = who.clientId;
    this.instanceId = who.instanceId;
    this.tokenId = who.tokenId;
    this.#proof = proof;
    // Of the shared secrets: a key of its own is never rotated by the server.
    this.#slot = proof.by === 'shared_secret' ? proof.slot : undefined;
    if (this.#place) this.#parts.door.promote(this.#place, 'proven');
    this.#deadline = this.#parts.clock.mono() + HANDSHAKE_DEADLINE_MS;
    this.#move('registering');
    this.send(okBody);
    this.#out.protect(proof.keys.serverToClient);
    this.#reader.protect(proof.keys.clientToServer);
  }

  refuse(): void {
    this.#move('refusing');
    this.#parts.clock.after(AUTH_FAILED_DELAY_MS, () => this.end('auth_failed', authFailedBody()));
  }

  admitted(message: MessageOf<'register'>, heartbeatSecs: number): void {
    this.clientId = message.client_id;
    this.instanceId = message.instance_id;
    this.heartbeatIntervalSecs = heartbeatSecs;
    this.#move('ready');
  }

  get isProven(): boolean {
    return this.#proof !== undefined;
  }

  get provenBy(): ProvenBy | undefined {
    return this.#proof?.by;
  }

  seal(text: string): string | undefined {
    return this.#proof && seal(this.#proof.sealing(), text);
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  send(body: Buffer): void {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    const bytes = this.#out.send(body);
    if (bytes === 0) return this.drop('slow_reader');
    const { counters } = this.#parts;
    counters.framesOut++;
    counters.bytesOut += bytes;
  }

  /** A message of the fleet's, once the client has registered. */
  tell(message: ServerMessage): void {
    if (this.#state === 'ready') this.send(writeMessage(message));
  }

  hold(why: HoldReason): void {
    this.#holds |= HOLD[why];
    this.#socket.pause();
  }

  release(why: HoldReason): void {
    if ((this.#holds & HOLD[why]) === 0) return;
    this.#holds &= ~HOLD[why];
    if (this.#held) return;
    this.#socket.resume();
    this.#read();
  }

  get #held(): boolean {
    return this.#holds !== 0;
  }

  /** The fleet wants it closed. */
  close(code: GoodbyeCode): void {
    this.end(REASON_OF[code], goodbyeBody(code));
  }

  evict(): void {
    this.drop('evicted');
  }

  /** Says a last word and closes. */
  end(reason: CloseReason, lastWord?: Buffer): void {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    this.#parts.counters.closed[reason]++;
    this.#move('closing', reason);
    if (lastWord) this.#out.send(lastWord);
    this.#deadline = this.#parts.clock.mono() + CLOSING_GRACE_MS;
    this.#socket.end();
    if (this.#held) this.#socket.resume();
  }

  /** Closes without a word. */
  drop(reason: CloseReason): void {
    if (this.#state !== 'closing' && this.#state !== 'closed') {
      this.#parts.counters.closed[reason]++;
      this.#move('closing', reason);
    }
    this.#socket.destroy();
  }

  /** The secrets have changed. @param endsAt when the connection ends, should its secret have been removed @returns whether */
  secretsChanged(endsAt: number): boolean {
    if (this.#proof?.by !== 'shared_secret') return false;
    this.#slot = this.#parts.ring.slotOf(this.#proof.secret);
    this.#endsAt = this.#slot ? Infinity : endsAt;
    if (!this.#slot && this.#state === 'ready') this.#parts.unsettled.add(this);
    return !this.#slot;
  }

  /** Ends what is over. Called each second while unsettled, else now and then. */
  sweep(now: number): void {
    if (this.#state === 'closing') {
      if (now >= this.#deadline) this.#socket.destroy();
    } else if (this.#state === 'closed') {
      return;
    } else if (now >= this.#endsAt) {
      this.end('secret_removed', goodbyeBody('restart', MIN_COME_BACK_MS));
    } else if (this.#state === 'ready') {
      if (now - this.lastFrameAt >= this.#parts.clientTimeoutMs) this.end('silent', goodbyeBody('protocol'));
    } else if (now >= this.#deadline) {
      this.drop('handshake_timeout');
    }
  }

  #move(to: ConnectionState, reason: CloseReason = 'peer'): void {
    const from = this.#state;
    if (!mayFollow(from, to)) throw new Error(`a connection does not go from ${from} to ${to}`);
    this.#state = to;
    const { door, roster, inbox, commands, log, unsettled } = this.#parts;
    const phase = PHASE_OF[to];
    if (phase) this.#reader.limit = FRAME_LIMITS[phase];
    if (this.#place && (to === 'ready' || to === 'closing' || to === 'closed')) {
      door.leave(this.#place);
      this.#place = undefined;
    }
    if (to === 'ready') roster.add(this);
    if (to === 'ready' || to === 'closed') unsettled.delete(this);
    else unsettled.add(this);
    if (from !== 'ready') return;
    roster.remove(this);
    for (const part of [() => inbox.offline(this.clientId, this), () => commands.gone(this.clientId, this)]) {
      try {
        part();
      } catch (error) {
        log.error('a lost client could not be taken note of', { client: this.clientId, error });
      }
    }
    log.info('client disconnected', { client: this.clientId, address: this.remoteAddress, reason });
  }

  #watch(socket: ByteSocket): void {
    // A reset is a way to close like any other; 'close' follows.
    socket.on('error', () => {});
    socket.on('close', () => this.#isClosed());
  }

  #isClosed(): void {
    if (this.#state === 'closed') return;
    if (this.#state !== 'closing') this.#parts.counters.closed.peer++;
    this.#move('closed');
    this.#onClosed(this);
  }

  #take(chunk: Buffer): void {
    const { counters, door } = this.#parts;
    counters.bytesIn += chunk.length;
    if (!PHASE_OF[this.#state]) {
      this.#discarded += chunk.length;
      if (this.#discarded > CLOSING_DISCARD_BYTES) this.#socket.destroy();
      return undefined;
    }
    if (this.#place) door.promote(this.#place, this.#proof ? 'proven' : 'speaking');
    if (this.#held) this.#reader.push(chunk);
    else this.#read(chunk);
    return undefined;
  }

  /** @param chunk to begin with; behind it, and without one, what is kept */
  #read(chunk?: Buffer): void {
    let fresh = chunk;
    try {
      for (let phase = PHASE_OF[this.#state]; phase && !this.#held; phase = PHASE_OF[this.#state]) {
        const body = this.#reader.next(fresh);
        fresh = undefined;
        if (!body) return;
        this.#handle(body, phase);
      }
    } catch (cause) {
      this.#fault(cause);
    }
  }

  #handle(body: Buffer, phase: Phase): void {
    const parts = this.#parts;
    parts.counters.framesIn++;
    this.lastFrameAt = parts.clock.mono();
    const plain = phase === 'ready' && readPlainHeartbeat(body);
    if (plain) return heartbeat(plain, this, parts);
    const message = readMessage(body, 'client', phase);
    if (message.type === 'goodbye') return this.end('client_goodbye');
    if (message.type === 'error') {
      parts.notes.stranger(
        'client reported an error',
        this.#told({ code: message.code, text: message.message }),
      );
      return this.end('client_error');
    }
    if (message.type === 'auth_response') return this.#answered(message);
    if (message.type === 'register') return register(message, this, parts);
    if (message.type === 'enrol') return enrol(message, this, parts);
    if ('client_id' in message && message.client_id !== this.clientId) {
      throw new WireError('identity', 'client_id is not that of this connection');
    }
    return receive(message, this, parts);
  }

  #answered(answer: MessageOf<'auth_response'>): void {
    const challenge = this.#challenge;
    // One answer only.
    this.#challenge = undefined;
    if (!challenge) throw new WireError('wrong_phase', 'no challenge is waiting for an answer');
    return prove(answer, challenge, this, this.#parts);
  }

  #fault(cause: unknown): void {
    const { counters, notes, log } = this.#parts;
    if (!(cause instanceof WireError)) {
      log.error('a frame could not be handled', this.#told({ error: cause }));
      return this.end('internal', errorBody('internal', 'The server could not handle a frame; see its log.'));
    }
    counters.wireErrors[cause.code]++;
    // An answer of the wrong shape is refused as every other wrong answer.
    if (this.#state === 'greeting' && cause.code === 'schema') {
      return refuse('unknown', { reason: 'malformed' }, this, this.#parts);
    }
    notes.stranger(
      'connection closed: the peer broke the protocol',
      this.#told({ code: cause.code, reason: cause.message }),
    );
    return this.end('protocol', errorBody(cause.code, cause.message));
  }

  #told(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return { ...fields, client: this.clientId || undefined, address: this.remoteAddress };
  }
}
