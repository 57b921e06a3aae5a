/**
 * One client of a simulated fleet: the whole conversation, with proofs and MACs, and nothing behind it.
 *
 *   waiting ──its turn──► dialing ──auth_challenge──► proving ──auth_ok──► registering ──registered──► ready
 *                            └──────────────hello───────────────────────────────┘
 *                            └──────────────connected, when bare──────────────────────────────────────────┘
 *   any state ──closed, refused, too slow, server silent──► waiting              any state ──stop──► stopped
 *
 * `#move` is the one place that changes the state.
 */
import { equalProof } from '@ops/protocol/wire/handshake.ts';
import {
  DEAD_LINK_INTERVALS,
  DEAD_LINK_MIN_MS,
  GREETING_DEADLINE_MS,
  HANDSHAKE_DEADLINE_MS,
} from '@ops/protocol/wire/limits.ts';
import { FRAME_LIMITS, readMessage, writeMessage } from '@ops/protocol/wire/messages.ts';
import type { ClientMessage, MessageOf, ServerMessage } from '@ops/protocol/wire/messages.ts';
import { slowJitter } from '@ops/runtime/backoff.ts';
import type { Random } from '@ops/runtime/random.ts';

import { answerTo } from './challenge-answer.ts';
import type { ChallengeAnswer } from './challenge-answer.ts';
import { exampleFacts, exampleRegister } from './example-messages.ts';
import type { HeartbeatTemplates } from './heartbeat-templates.ts';
import { createSimulatedCommands } from './simulated-commands.ts';
import type { Answering, CommandCounters, CommandWatch, SimulatedCommands } from './simulated-commands.ts';
import { SimulatedLink } from './simulated-link.ts';
import type { LinkNeeds } from './simulated-link.ts';
import type { TimerWheel } from './timer-wheel.ts';

type State = 'waiting' | 'dialing' | 'proving' | 'registering' | 'ready' | 'stopped';

/** What the server may say in each state. */
const PHASES = {
  dialing: 'greeting',
  proving: 'greeting',
  registering: 'registering',
  ready: 'ready',
} as const;

/** A session that lasted this long makes the next attempt the first again. */
const STABLE_SESSION_MS = 30_000;
/** Clients of a server that vanished without a word come back within this time. */
const RETURN_WINDOW_MS = 2_000;
const NO_CHANNEL_BINDING = Buffer.alloc(0);

/** Everything the clients of one fleet share. */
export interface SharedParts extends Omit<LinkNeeds, 'localAddress'> {
  readonly secret: Buffer | undefined;
  /** False only for a bare server that never answers: a silent link is then no reason to leave. */
  readonly answered: boolean;
  readonly intervalMs: number;
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
  readonly templates: HeartbeatTemplates;
  readonly wheel: TimerWheel;
  readonly random: Random;
  /** Undefined: what a client is told to do it leaves undone. */
  readonly commands: { readonly answering: Answering; readonly output: string } | undefined;
  readonly commandCounters: CommandCounters;
  readonly commandWatch: CommandWatch;
  /** Bare clients answer a frame with these, ready made. */
  readonly bareAnswers: readonly Buffer[];
}

export interface ClientPlace {
  readonly index: number;
  /** When in each interval this client sends, in milliseconds. */
  readonly phaseMs: number;
  readonly localAddress: string;
}

export class SimulatedClient {
  readonly #shared: SharedParts;
  readonly #place: ClientPlace;
  readonly #clientId: string;
  readonly #instanceId: string;
  readonly #journalEpoch: string;
  readonly #commands: SimulatedCommands | undefined;
  #state: State = 'waiting';
  /** Counts changes of state: a timer of an earlier one does nothing. */
  #turn = 0;
  #link: SimulatedLink | undefined;
  #answer: ChallengeAnswer | undefined;
  #attempt = 0;
  #readySince = 0;
  #intervalMs: number;
  /** The server's wish, from `goodbye restart`. */
  #comeBackInMs: number | undefined;
  #beats = 0;
  #acked = 0;
  /** The heartbeat whose round trip is being measured, 0 for none, and when it was sent. */
  #measured = 0;
  #measuredAt = 0;

  constructor(shared: SharedParts, place: ClientPlace) {
    this.#shared = shared;
    this.#place = place;
    this.#intervalMs = shared.intervalMs;
    this.#clientId = shared.random.uuid();
    this.#instanceId = shared.random.uuid();
    this.#journalEpoch = shared.random.uuid();
    this.#commands =
      shared.commands &&
      createSimulatedCommands({
        ...shared.commands,
        counters: shared.commandCounters,
        watch: shared.commandWatch,
        clock: shared.clock,
        send: (messages) => this.#send(messages),
      });
  }

  get clientId(): string {
    return this.#clientId;
  }

  /** Answers the oldest command that is held. @returns false when there is none */
  answerOne(): boolean {
    return this.#state === 'ready' && (this.#commands?.answerOne() ?? false);
  }

  /** Connects after `delayMs`, and again whenever the connection is lost. */
  start(delayMs: number): void {
    this.#later(delayMs, () => this.#dial());
  }

  stop(): void {
    this.#move('stopped');
    this.#link?.end('stopped');
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
    const { bare } = this.#shared;
    this.#move('dialing');
    this.#comeBackInMs = undefined;
    this.#link = new SimulatedLink(
      { ...this.#shared, localAddress: this.#place.localAddress },
      {
        connected: () => bare && this.#enter(),
        frame: (body) => (bare ? this.#bareFrame() : this.#handle(body)),
        ended: (reason) => this.#leave(reason),
      },
    );
    if (!bare) this.#link.limit = FRAME_LIMITS.greeting;
    this.#later(GREETING_DEADLINE_MS, () => this.#link?.end('no greeting'));
  }

  #handle(body: Buffer): void {
    if (this.#state === 'waiting' || this.#state === 'stopped') return;
    const message: ServerMessage = readMessage(body, 'server', PHASES[this.#state]);
    switch (message.type) {
      case 'hello':
        if (this.#shared.secret) throw new Error('hello where a challenge was due');
        this.#register();
        break;
      case 'auth_challenge':
        this.#prove(message, body);
        break;
      case 'auth_ok':
        if (!this.#answer || !equalProof(this.#answer.serverProof, message.server_proof)) {
          throw new Error("the server's proof is wrong");
        }
        this.#link?.protect(this.#answer.keys);
        this.#register();
        break;
      case 'registered':
        this.#intervalMs = message.heartbeat_interval * 1000;
        this.#enter();
        this.#commands?.registered();
        break;
      case 'heartbeat_ack':
        this.#acknowledged();
        break;
      case 'auth_failed':
        this.#link?.end('auth_failed');
        break;
      case 'goodbye':
        this.#comeBackInMs = message.come_back_in_ms;
        this.#link?.end(`goodbye ${message.code}`);
        break;
      case 'error':
        this.#link?.end(`error ${message.code}`);
        break;
      case 'command':
      case 'service':
      case 'update':
      case 'cancel':
      case 'output_missing':
      case 'result_ack':
        this.#commands?.handle(message);
        break;
      case 'enrolled':
      case 'new_identity':
        this.#link?.end(message.type);
        break;
      // It names no keys, so nobody orders it to.
      case 'upgrade':
      case 'cancel_upgrade':
      case 'upgrade_part':
      case 'samples_ack':
    }
  }

  #prove(challenge: MessageOf<'auth_challenge'>, body: Buffer): void {
    const { secret, clock, random } = this.#shared;
    if (!secret) throw new Error('a challenge, but no secret to answer with');
    this.#move('proving');
    this.#later(HANDSHAKE_DEADLINE_MS, () => this.#link?.end('slow handshake'));
    this.#answer = answerTo(challenge, body, {
      secret,
      clientId: this.#clientId,
      instanceId: this.#instanceId,
      clientNonce: random.bytes(32).toString('hex'),
      clientTime: Math.floor(clock.wall() / 1000),
      mode: 'plain',
      channelBinding: NO_CHANNEL_BINDING,
    });
    this.#link?.send(writeMessage(this.#answer.message));
  }

  #register(): void {
    const { clock, intervalMs } = this.#shared;
    const { index } = this.#place;
    this.#move('registering');
    this.#later(HANDSHAKE_DEADLINE_MS, () => this.#link?.end('slow registration'));
    const who = {
      client_id: this.#clientId,
      instance_id: this.#instanceId,
      journal_epoch: this.#journalEpoch,
      client_time: Math.floor(clock.wall()),
    };
    const hostname = `sim-${String(index + 1).padStart(5, '0')}`;
    const address = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
    const register = exampleRegister(who, {
      system_info: exampleFacts({ hostname, ip_addresses: [address] }),
      labels: { env: index % 4 === 0 ? 'test' : 'prod', rack: `r${index % 40}` },
      heartbeat_interval: intervalMs / 1000,
      last_seq: this.#commands?.lastSeq ?? 0,
      commands: this.#commands?.unacknowledged() ?? [],
    });
    this.#link!.limit = FRAME_LIMITS.ready;
    this.#link!.send(writeMessage(register));
  }

  #send(messages: readonly ClientMessage[]): void {
    if (this.#state === 'ready') this.#link?.sendAll(messages.map(writeMessage));
  }

  #bareFrame(): void {
    const { bareAnswers } = this.#shared;
    if (bareAnswers.length > 0) this.#link?.sendAll(bareAnswers);
    else this.#acknowledged();
  }

  #enter(): void {
    const { counters, clock } = this.#shared;
    this.#move('ready');
    counters.registrations++;
    this.#answer = undefined;
    this.#readySince = clock.mono();
    this.#beats = this.#acked = this.#measured = 0;
    this.#nextBeat();
  }

  /** Each client keeps its own place in the interval, so that the fleet is spread evenly over it. */
  #nextBeat(): void {
    const interval = this.#intervalMs;
    const into = (this.#shared.clock.mono() - this.#place.phaseMs) % interval;
    this.#later(interval - (into < 0 ? into + interval : into), () => this.#beat());
  }

  #beat(): void {
    const { clock, templates, counters, answered } = this.#shared;
    const link = this.#link!;
    const now = clock.mono();
    const patience = Math.max(DEAD_LINK_MIN_MS, DEAD_LINK_INTERVALS * this.#intervalMs);
    if (answered && now - link.lastFrameAt > patience) {
      link.end('dead link');
      return;
    }
    this.#beats++;
    counters.heartbeats++;
    if (this.#measured === 0) {
      this.#measured = this.#beats;
      this.#measuredAt = now;
    }
    link.send(templates.body(this.#place.index * 7 + this.#beats, Math.floor(clock.wall())));
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

  /** The link has ended: waits for the next attempt, by the protocol's rule of reconnection. */
  #leave(reason: string): void {
    this.#link = this.#answer = undefined;
    if (this.#state === 'stopped') return;
    const { counters, clock, backoff, random } = this.#shared;
    const wasReady = this.#state === 'ready';
    this.#move('waiting');
    counters.ended(reason);
    if (wasReady) counters.lost++;
    const stable = wasReady && clock.mono() - this.#readySince >= STABLE_SESSION_MS;
    if (stable) this.#attempt = 0;
    const told = this.#comeBackInMs ?? (wasReady ? RETURN_WINDOW_MS : 0);
    const backedOff = Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(this.#attempt, 52));
    let delay: number;
    if (reason === 'auth_failed') delay = slowJitter(backoff, random);
    else delay = random.unit() * (stable ? told : Math.max(told, backedOff));
    if (!stable) this.#attempt++;
    this.#later(delay, () => this.#dial());
  }
}
