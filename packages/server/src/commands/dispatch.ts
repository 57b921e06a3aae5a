/**
 * Brings commands to their clients. A command is marked as sent, on disk, before its frame goes out: those made for a
 * client that is there are inserted that way (one commit), the others are marked when they are released or their client
 * comes. What is sent to one client at a time is bounded by what it takes, so that it need not refuse anything.
 */
import { MAX_RUNNING_COMMANDS, MAX_WAITING_COMMANDS } from '@ops/protocol/domain/command.ts';
import type { ServerMessage } from '@ops/protocol/wire/messages.ts';

import { answerWithinMs, startWithinMs } from './deadlines.ts';
import { createGather } from './gather.ts';
import { DEFAULT_WAIT_MS, waitMs, type LiveCommand } from './live-command.ts';
import type { CommandParts } from './parts.ts';
import type { ClientSession } from './sessions.ts';
import type { Step } from './steps.ts';

/** A client runs so many and lets so many wait; one more it would refuse. */
export const MAX_WITH_CLIENT = MAX_RUNNING_COMMANDS + MAX_WAITING_COMMANDS;
/** Frames in one turn of the event loop: some 5 ms, so that a batch for ten thousand holds nothing up. */
export const FRAMES_AT_ONCE = 200;

/** A command that is marked as sent to a session, and is not with it yet. */
export interface Marked {
  readonly live: LiveCommand;
  readonly session: ClientSession;
}

export interface Dispatch {
  /** The session a new command could be sent to at once. A place with the client is taken until `made`. */
  reserve(clientId: string, queueSecs: number | null): ClientSession | undefined;
  /** These were inserted as sent to these sessions, and are in the index: their frames go out. */
  made(commands: readonly Marked[]): void;
  /** They were not made. */
  giveBack(sessions: readonly ClientSession[]): void;
  /** Held commands may go. @throws OpsError `storage_unavailable`: all of them are still held */
  release(commands: readonly LiveCommand[]): Promise<void>;
  /** Its journal shows that it never had this one. */
  again(live: LiveCommand, session: ClientSession): void;
  /** Sends what waits for this client, as far as it takes it. */
  next(clientId: string): void;
  cancel(live: LiveCommand): void;
  tell(clientId: string, message: ServerMessage): void;
}

export function createDispatch(parts: CommandParts): Dispatch {
  const { store, index, sessions, transitions, clock, log } = parts;
  const marks = createGather<Step>({ write: (steps) => store.apply(steps), clock });

  /** Those that are kept for their client wait here until it has a hand free: there, they would grow too old. */
  function takes(session: ClientSession, queueSecs: number | null): boolean {
    const limit = queueSecs === null ? MAX_WITH_CLIENT : MAX_RUNNING_COMMANDS;
    return session.ready && index.carriedBy(session.clientId) + session.reserved < limit;
  }

  function reserve(clientId: string, queueSecs: number | null): ClientSession | undefined {
    const session = sessions.get(clientId);
    if (!session || !takes(session, queueSecs)) return undefined;
    session.reserved++;
    return session;
  }

  function carry(live: LiveCommand, session: ClientSession, sentAtMs: number): void {
    const { summary } = live;
    index.carry(live);
    const left = answerWithinMs(startWithinMs(summary.expires_at_ms, sentAtMs), summary.timeout_secs);
    live.deadlineAt = clock.mono() + left - Math.max(0, clock.wall() - sentAtMs);
    session.link.tell(frame(live, sentAtMs));
  }

  /** Marked as sent to this session: if it is still there, the frame goes out, else it waits for the client again. */
  function send({ live, session }: Marked): void {
    session.reserved--;
    live.marking = false;
    if (live.ending || index.get(live.summary.id) !== live) return;
    const sentAtMs = live.summary.sent_at_ms;
    if (sentAtMs !== null && sessions.get(session.clientId) === session) carry(live, session, sentAtMs);
    else next(session.clientId);
  }

  /** In slices: the first at once. */
  function sendAll(marked: readonly Marked[], from = 0): void {
    const end = Math.min(from + FRAMES_AT_ONCE, marked.length);
    for (let n = from; n < end; n++) send(marked[n]!);
    if (end < marked.length) clock.after(0, () => sendAll(marked, end));
  }

  /** Not held any more, and as sent when its client takes it now. @returns undefined when it does not, or it is over */
  async function mark(live: LiveCommand, expiresAtMs: number): Promise<Marked | undefined> {
    const { client_id: clientId } = live.summary;
    const session = reserve(clientId, live.queueSecs);
    const sent = session && { seq: sessions.nextSeq(clientId), epoch: session.epoch, atMs: clock.wall() };
    live.marking = true;
    try {
      const stored = marks.add({ kind: 'marked', number: live.number, expiresAtMs, sent: sent ?? null });
      // In the same change: both were added in the same moment.
      if (sent) marks.add(sessions.sequence(clientId)).catch(() => {});
      await stored;
    } catch (error) {
      live.marking = false;
      if (session) session.reserved--;
      throw error;
    }
    if (session && !live.ending) {
      live.seq = sent?.seq ?? null;
      live.epoch = session.epoch;
    } else {
      live.marking = false;
      if (session) session.reserved--;
    }
    if (live.ending) return undefined;
    if (live.held) {
      live.held = false;
      live.deadlineAt = clock.mono() + expiresAtMs - clock.wall();
    }
    const sentAtMs = sent?.atMs ?? null;
    transitions.amend(live, { ...live.summary, expires_at_ms: expiresAtMs, sent_at_ms: sentAtMs });
    return session && { live, session };
  }

  function next(clientId: string): void {
    const session = sessions.get(clientId);
    if (!session?.ready) return;
    for (const live of index.of(clientId)) {
      if (live.held || live.carried || live.marking || live.ending) continue;
      if (live.deadlineAt <= clock.mono() || !takes(session, live.queueSecs)) continue;
      void mark(live, live.summary.expires_at_ms).then(
        (marked) => marked && send(marked),
        // It is tried again at the next sweep.
        (error: unknown) => log.debug('a command could not be marked as sent', { error }),
      );
    }
  }

  return {
    reserve,
    made: (marked) => sendAll(marked),
    giveBack(given) {
      for (const session of given) session.reserved--;
    },
    async release(commands) {
      const nowMs = clock.wall();
      const marked = await Promise.all(commands.map((live) => mark(live, releasedUntil(live, nowMs))));
      sendAll(marked.filter((each) => each !== undefined));
    },
    again(live, session) {
      carry(live, session, clock.wall());
    },
    next,
    cancel(live) {
      sessions.get(live.summary.client_id)?.link.tell({ type: 'cancel', command_id: live.summary.id });
    },
    tell(clientId, message) {
      sessions.get(clientId)?.link.tell(message);
    },
  };
}

function frame(live: LiveCommand, sentAtMs: number): ServerMessage {
  const { work, summary } = live;
  const head = {
    command_id: summary.id,
    seq: live.seq ?? 0,
    timeout_secs: summary.timeout_secs,
    sent_at: Math.floor(sentAtMs),
    start_within_ms: startWithinMs(summary.expires_at_ms, sentAtMs),
  };
  if (work.kind === 'command') return { type: 'command', ...head, command: work.command };
  return work.kind === 'service'
    ? { type: 'service', ...head, app_name: work.appName, action: work.action }
    : { type: 'update', ...head, app_name: work.appName, version: work.version };
}

/** It is kept for its client from when it was made, however long it was held, and has its time to start in any case. */
function releasedUntil({ summary, queueSecs }: LiveCommand, nowMs: number): number {
  return Math.max(nowMs + DEFAULT_WAIT_MS, summary.created_at_ms + waitMs(queueSecs));
}
