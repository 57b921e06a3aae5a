/**
 * The link: one connection to the server at a time, made again whenever it is lost. The states are drawn in states.ts;
 * `move` is the one place that changes them.
 */
import type { ClientMessage, MessageOf, ServerMessage } from '@ops/protocol/wire/messages.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';

import { converse } from './conversation.ts';
import type { Conversation, Proven } from './conversation.ts';
import { asFailure, LinkFailure } from './failure.ts';
import { createHeartbeat } from './heartbeat.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { LinkReport } from './link-report.ts';
import type { Prover } from './prove.ts';
import type { Reconnect } from './reconnect.ts';
import type { ServerClock } from './server-clock.ts';
import { nextState } from './states.ts';
import type { LinkEvent, LinkState } from './states.ts';
import type { Dial } from './wire.ts';

/** `stop` waits this long for the last bytes to leave. */
export const LEAVE_DEADLINE_MS = 3_000;

export interface LinkNeeds {
  readonly dial: Dial;
  readonly prover: Prover;
  readonly reconnect: Reconnect;
  readonly serverClock: ServerClock;
  readonly clock: Clock;
  readonly report: LinkReport;
  /** What this client says of itself, anew for each connection. */
  readonly introduce: () => MessageOf<'register'>;
  readonly on: {
    /** Heartbeats may go out, every so many milliseconds. */
    ready(registered: MessageOf<'registered'>): void;
    message(message: ServerMessage): void;
    /** Another process has this id, and this one is to take another. @returns what becomes of it, in words */
    newIdentity(token: string | undefined): string;
    /** The session that was ready is over. */
    down(): void;
    /** As often as was allowed on purpose no connection came about. */
    gaveUp(failure: LinkFailure): void;
  };
}

export interface Link {
  readonly state: LinkState;
  start(): void;
  /** Says goodbye and closes; ends whatever is under way. Harmless when nothing is. */
  readonly stop: () => Promise<void>;
  /** @returns false when the link is not ready; the message is then not sent */
  send(message: ClientMessage): boolean;
  /** As `send`, but behind everything else. @param taken called when it is on its way, never after `on.down` */
  sendBulk(message: ClientMessage, taken?: () => void): boolean;
}

export function createLink(needs: LinkNeeds): Link {
  const { dial, prover, reconnect, serverClock, clock, report, on } = needs;
  let state: LinkState = 'idle';
  let dialing: AbortController | undefined;
  let conversation: Conversation | undefined;
  let heartbeat: Heartbeat | undefined;
  let retry: Timer | undefined;
  let readyAt: number | undefined;
  let registerSentAt = 0;
  /** The connection that is being left, until it is closed. */
  let leaving: PromiseWithResolvers<void> | undefined;

  function move(event: LinkEvent): void {
    const next = nextState(state, event);
    report.moved(state, next);
    state = next;
  }

  async function attempt(): Promise<void> {
    const controller = new AbortController();
    dialing = controller;
    try {
      const wire = await dial(controller.signal);
      if (controller.signal.aborted) return wire.destroy();
      move('connected');
      conversation = converse({
        wire,
        prover,
        clock,
        on: { proven, registered, message, newIdentity: (token) => on.newIdentity(token), over },
      });
    } catch (cause) {
      if (!controller.signal.aborted) over(asFailure(cause));
    }
  }

  function proven(who: Proven): ClientMessage {
    move('proven');
    report.proven(who);
    registerSentAt = clock.mono();
    return needs.introduce();
  }

  function registered(registration: MessageOf<'registered'>): void {
    move('registered');
    readyAt = clock.mono();
    serverClock.told(registration.server_time, registerSentAt);
    heartbeat = createHeartbeat({
      clock,
      serverClock,
      intervalMs: registration.heartbeat_interval * 1000,
      onDead: (ms) =>
        conversation?.fail(
          new LinkFailure('lost', `The server has not answered for ${Math.round(ms / 1000)} s`),
        ),
    });
    report.ready(registration);
    on.ready(registration);
  }

  function message(received: ServerMessage): void {
    // While it is being left, the connection may still bring something.
    if (state !== 'ready') return;
    if (received.type === 'heartbeat_ack') report.roundTrip(heartbeat?.acknowledged(received.server_time));
    on.message(received);
  }

  /** The attempt failed or the connection ended: wait, then try again. */
  function over(failure: LinkFailure): void {
    const wasReady = readyAt !== undefined;
    const readyForMs = readyAt === undefined ? undefined : clock.mono() - readyAt;
    const during = state;
    forget();
    if (state === 'idle') return leaving?.resolve();
    move('failed');
    report.failed(failure, during);
    if (wasReady) on.down();
    const decision = reconnect.next(failure, readyForMs);
    if (decision === 'give up') {
      move('gaveUp');
      on.gaveUp(failure);
      return;
    }
    report.waits(decision);
    retry = clock.after(decision.retryInMs, () => {
      move('retry');
      void attempt();
    });
  }

  function forget(): void {
    heartbeat?.stop();
    heartbeat = conversation = dialing = readyAt = undefined;
  }

  return {
    get state() {
      return state;
    },
    start() {
      move('start');
      void attempt();
    },
    async stop() {
      if (leaving) return leaving.promise;
      const talking = conversation;
      const wasReady = readyAt !== undefined;
      move('stop');
      retry?.cancel();
      dialing?.abort();
      heartbeat?.stop();
      if (wasReady) on.down();
      if (!talking) return forget();
      leaving = Promise.withResolvers<void>();
      const deadline = clock.after(LEAVE_DEADLINE_MS, () => talking.fail(new LinkFailure('lost', 'Stopped')));
      talking.leave('stop');
      await leaving.promise;
      leaving = undefined;
      deadline.cancel();
    },
    send(outgoing) {
      if (state !== 'ready' || !conversation) return false;
      // Before it leaves: this host may stand still right behind, and would take an old answer for a fresh one.
      const askedAt = clock.mono();
      conversation.send(outgoing);
      if (outgoing.type === 'heartbeat') heartbeat?.sent(askedAt);
      return state === 'ready';
    },
    sendBulk(outgoing, taken) {
      if (state !== 'ready' || !conversation) return false;
      conversation.sendBulk(outgoing, taken);
      return state === 'ready';
    },
  };
}
