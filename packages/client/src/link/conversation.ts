/**
 * The talk with the server over one connection, from its first frame to its end:
 *
 *   greeting ──hello──────────────────────────────► registering ──registered──► ready
 *       └────auth_challenge──► proof ──auth_ok──────────▲
 *   any ──goodbye, error, nonsense, close, deadline──► over
 *
 * It reads frames strictly and hands on what belongs to the phase; what the messages do is not its business. An
 * exception while a frame is handled ends this conversation and nothing else.
 */
import { FrameReader } from '@ops/protocol/wire/frame.ts';
import { GREETING_DEADLINE_MS, HANDSHAKE_DEADLINE_MS } from '@ops/protocol/wire/limits.ts';
import { FRAME_LIMITS, readMessage } from '@ops/protocol/wire/messages.ts';
import type { ClientMessage, GoodbyeCode, MessageOf, ServerMessage } from '@ops/protocol/wire/messages.ts';
import { WireError } from '@ops/protocol/wire/wire-error.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';

import { asFailure, describeError, LinkFailure } from './failure.ts';
import { goodbyeFailure } from './goodbye.ts';
import { createOutbox } from './outbox.ts';
import type { Prover } from './prove.ts';
import type { Wire } from './wire.ts';

export interface Proven {
  readonly serverId: string;
  /** Which secret both sides know; undefined when none was asked for. */
  readonly secret: 'first' | 'second' | undefined;
}

export interface ConversationNeeds {
  readonly wire: Wire;
  readonly prover: Prover;
  readonly clock: Clock;
  readonly on: {
    /** Time to register. */
    proven(proven: Proven): ClientMessage;
    registered(message: MessageOf<'registered'>): void;
    /** In the place of `registered`, behind `enrol`: the key. It is over with that. */
    enrolled?(key: { readonly key: string; readonly generation: number }): void;
    /** In the place of `registered`: another process has this id. It is over with that. @returns how, in words */
    newIdentity(token: string | undefined): string;
    /** Only in phase ready, and never `goodbye` or `error`. */
    message(message: ServerMessage): void;
    /** Once; nothing comes after it. */
    over(failure: LinkFailure): void;
  };
}

export interface Conversation {
  /** A failure to send ends the conversation. */
  send(message: ClientMessage): void;
  sendBulk(message: ClientMessage, taken?: () => void): void;
  /** Ends it as failed, at once. */
  fail(failure: LinkFailure): void;
  /** Says goodbye and closes when everything is sent. */
  leave(code: GoodbyeCode): void;
}

export function converse({ wire, prover, clock, on }: ConversationNeeds): Conversation {
  const reader = new FrameReader(FRAME_LIMITS.greeting);
  const outbox = createOutbox(wire);
  const exchange = prover.begin(wire);
  let read: (body: Buffer) => void = greet;
  let isOver = false;
  let proven: Proven | undefined;
  let serverId = '';
  /** Opens what the server sealed; absent when nobody proved anything. */
  let open: ((box: string) => string) | undefined;

  const silent = (): void =>
    fail(new LinkFailure('lost', 'The server accepted the connection but does not speak'));
  let deadline: Timer = clock.after(GREETING_DEADLINE_MS, silent);

  function over(failure: LinkFailure): void {
    if (isOver) return;
    isOver = true;
    // Frames behind the last one of the conversation mean nothing.
    read = () => {};
    deadline.cancel();
    on.over(failure);
  }

  function fail(failure: LinkFailure): void {
    if (isOver) return;
    wire.destroy();
    over(failure);
  }

  /** Runs what may throw; whatever it throws is the end of the conversation. */
  function guarded(work: () => void): void {
    if (isOver) return;
    try {
      work();
    } catch (cause) {
      if (cause instanceof WireError && !isOver) complain(cause);
      fail(asFailure(cause));
    }
  }

  /** Tells the server what it did wrong, if it can still hear it. */
  function complain({ code, message }: WireError): void {
    try {
      outbox.send({ type: 'error', code, message });
      wire.end();
    } catch {
      // It does not read; it will not miss the message.
    }
  }

  function data(chunk: Buffer): void {
    guarded(() => {
      reader.push(chunk);
      for (let body = reader.next(); body; body = reader.next()) read(body);
    });
  }

  function greet(body: Buffer): void {
    if (endsHere(readMessage(body, 'server', 'greeting'))) return;
    const greeting = exchange.greet(body);
    serverId = greeting.serverId;
    deadline.cancel();
    deadline = clock.after(HANDSHAKE_DEADLINE_MS, silent);
    if (greeting.kind === 'open') return register(undefined);
    read = finish;
    outbox.send(greeting.message);
  }

  function finish(body: Buffer): void {
    const { keys, secret, unseal } = exchange.finish(body);
    open = unseal;
    reader.protect(keys.serverToClient);
    outbox.protect(keys.clientToServer);
    register(secret);
  }

  function register(secret: Proven['secret']): void {
    proven = { serverId, secret };
    reader.limit = FRAME_LIMITS.registering;
    read = registered;
    outbox.send(on.proven(proven));
  }

  function registered(body: Buffer): void {
    const message = readMessage(body, 'server', 'registering');
    if (endsHere(message)) return;
    if (message.type === 'new_identity') {
      const token = message.token === undefined ? undefined : open?.(message.token);
      return fail(new LinkFailure('refused', on.newIdentity(token)));
    }
    if (message.type === 'enrolled' && on.enrolled && open) {
      on.enrolled({ key: open(message.key), generation: message.generation });
      return fail(new LinkFailure('goodbye', 'Enrolled'));
    }
    if (message.type !== 'registered')
      throw new LinkFailure('lost', `The server answered register with ${message.type}`);
    deadline.cancel();
    reader.limit = FRAME_LIMITS.ready;
    read = handOn;
    on.registered(message);
  }

  function handOn(body: Buffer): void {
    const message = readMessage(body, 'server', 'ready');
    if (!endsHere(message)) on.message(message);
  }

  /** Goodbye and error mean the same in every phase. */
  function endsHere(message: ServerMessage): boolean {
    if (message.type === 'goodbye') fail(goodbyeFailure(message));
    else if (message.type === 'error')
      fail(new LinkFailure('refused', `The server refused: ${message.message} (${message.code})`));
    else return false;
    return true;
  }

  wire.open({
    data,
    drained: () => guarded(() => outbox.drained()),
    closed: (error) =>
      over(
        new LinkFailure('lost', error ? describeError(error) : 'The server closed the connection', {
          cause: error,
        }),
      ),
  });

  return {
    send: (message) => guarded(() => outbox.send(message)),
    sendBulk: (message, taken) => guarded(() => outbox.sendBulk(message, taken)),
    fail,
    leave(code) {
      guarded(() => outbox.send({ type: 'goodbye', code }));
      wire.end();
    },
  };
}
