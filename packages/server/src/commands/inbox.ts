/**
 * What clients say about commands. A message counts only for a command that was sent to that client (S-6); one that comes
 * twice changes nothing; a result is acknowledged when it is on disk, also when it was there before.
 */
import { failureWord, MAX_OUTPUT_CHUNK } from '@ops/protocol/domain/command.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { WireError } from '@ops/protocol/wire/wire-error.ts';

import type { AuditEntry } from '../audit/entry.ts';
import { createAcknowledgements } from './acknowledgements.ts';
import type { CommandInbox } from './commands.ts';
import type { Dispatch } from './dispatch.ts';
import type { Endings } from './endings.ts';
import type { LiveCommand } from './live-command.ts';
import type { OutputStore } from './output-store.ts';
import type { CommandParts } from './parts.ts';
import { reconcile } from './reconcile.ts';
import { RESULT_GRACE_MS } from './deadlines.ts';
import type { Returning } from './returning.ts';
import type { ClientSession, JournalLoss } from './sessions.ts';

/** A client that cannot give output it counted is asked so often; then the result is taken without it. */
export const MAX_ASKED = 3;
/** Reported commands that are not known in memory, looked up after one registration. */
const LOOKED_UP_AT_ONCE = 50;

export interface InboxNeeds extends CommandParts {
  readonly endings: Endings;
  readonly outputs: OutputStore;
  readonly dispatch: Dispatch;
  readonly returning: Returning;
}

type Report = Parameters<CommandInbox['registered']>[1];
type Listed = Report['commands'][number];

export interface Inbox extends CommandInbox {
  /** A command is over: what its client said meanwhile may be evidence. */
  ended(live: LiveCommand): void;
  /** Asks for output that found no room, when there is room again. */
  sweep(): void;
}

export function createInbox(needs: InboxNeeds): Inbox {
  const { index, sessions, transitions, counters, clock, log } = needs;
  const { endings, outputs, dispatch, returning } = needs;
  /** Of sessions that are not ready yet. */
  const toSend = new WeakMap<ClientSession, LiveCommand[]>();
  const toLookUp = new WeakMap<ClientSession, Listed[]>();
  /** Given up, as the client does not know them: what is left of them there is to be ended. */
  const toEnd = new WeakMap<ClientSession, string[]>();
  /** Results that came while the end of their command was being stored. */
  const meanwhile = new Map<string, MessageOf<'command_result'>>();
  /** Their results are here, and their output found no room. */
  const unasked = new Set<LiveCommand>();

  /** @returns undefined when it is over, or unknown. @throws WireError `identity` */
  function sentTo(clientId: string, id: string): LiveCommand | undefined {
    const live = index.get(id) ?? returning.get(id);
    if (live && (live.summary.client_id !== clientId || !live.carried)) throw notSentThere(id);
    return live;
  }

  const acknowledgements = createAcknowledgements({
    clock,
    send: (clientId, id) => dispatch.tell(clientId, { type: 'result_ack', command_id: id }),
  });

  function give(live: LiveCommand, state: 'Failed' | 'Cancelled', error: string | null): void {
    void endings.give(live, state, error);
  }

  function settle(
    live: LiveCommand,
    listed: Listed | undefined,
    report: Report,
    session: ClientSession,
  ): void {
    if (live.ending || live.marking) return;
    // Who lists it has it, whatever our own record says of it.
    if (listed) index.carry(live);
    const decision = reconcile(
      {
        held: live.held,
        carried: live.carried,
        acknowledged: live.acknowledged,
        epoch: live.epoch,
        inTime: clock.wall() < live.summary.expires_at_ms && clock.mono() < live.deadlineAt,
        cancelRequested: live.summary.cancel_requested,
      },
      { listed: listed?.state, epoch: report.journalEpoch, historyFits: session.historyFits },
    );
    switch (decision) {
      case 'wait':
        live.acknowledged = true;
        live.deadlineAt = Math.max(live.deadlineAt, clock.mono() + RESULT_GRACE_MS);
        return;
      case 'executing':
        return endings.accepted(live);
      case 'keep':
        return undefined;
      case 'send_again':
        toSend.get(session)!.push(live);
        return;
      case 'expired':
        return give(live, 'Failed', 'expired: the client did not come in time');
      case 'interrupted':
        toEnd.get(session)!.push(live.summary.id);
        return give(live, 'Failed', 'interrupted: the client does not know it any more');
      case 'cancelled':
        return give(live, 'Cancelled', null);
    }
  }

  function known(clientId: string, listed: Listed, session: ClientSession): LiveCommand | undefined {
    const id = listed.command_id;
    const live = index.get(id) ?? returning.get(id);
    if (!live) toLookUp.get(session)!.push(listed);
    else if (live.summary.client_id !== clientId) throw notSentThere(id);
    return live;
  }

  async function lookUp(reported: readonly Listed[], session: ClientSession): Promise<void> {
    for (let at = 0; at < reported.length; at += LOOKED_UP_AT_ONCE)
      await Promise.all(reported.slice(at, at + LOOKED_UP_AT_ONCE).map((each) => lookUpOne(each, session)));
  }

  async function lookUpOne({ command_id: id, state }: Listed, session: ClientSession): Promise<void> {
    const { clientId, link } = session;
    const found = await returning.lookUp(id, clientId);
    if (sessions.get(clientId) !== session) return undefined;
    if (found.kind === 'foreign') return link.close('protocol');
    if (state === 'finished') {
      if (found.kind === 'unknown') counters.count('command_result_unknown');
      return found.kind === 'settled' || found.kind === 'unknown'
        ? acknowledgements.add(clientId, id)
        : undefined;
    }
    // Given up here, and still running there: it is ended.
    if (found.kind === 'evidence') return link.tell({ type: 'cancel', command_id: id });
    return undefined;
  }

  /** It is over here: the result is stored, or is evidence, or nobody knows the command any more. */
  async function late(clientId: string, message: MessageOf<'command_result'>): Promise<void> {
    const id = message.command_id;
    const found = await returning.lookUp(id, clientId);
    switch (found.kind) {
      case 'evidence':
        return take(found.live, message);
      case 'foreign':
        log.warn('a client reports a command that was not sent to it', { client: clientId, command: id });
        return sessions.get(clientId)?.link.close('protocol');
      case 'settled':
        counters.count('command_result_repeated');
        return acknowledgements.add(clientId, id);
      case 'unknown':
        counters.count('command_result_unknown');
        return acknowledgements.add(clientId, id);
      case 'later':
        return undefined;
    }
  }

  function lateResult(clientId: string, message: MessageOf<'command_result'>): void {
    late(clientId, message).catch((error: unknown) =>
      log.warn('a late result could not be looked up; the client repeats it', { client: clientId, error }),
    );
  }

  function askForOutput(live: LiveCommand): void {
    const { id, client_id: clientId } = live.summary;
    live.deadlineAt = Math.max(live.deadlineAt, clock.mono() + RESULT_GRACE_MS);
    dispatch.tell(clientId, { type: 'output_missing', command_id: id, from_seq: live.output.chunks });
  }

  function take(live: LiveCommand, message: MessageOf<'command_result'>): void {
    const { id, client_id: clientId } = live.summary;
    if (live.ending) return void meanwhile.set(id, message);
    const missing = live.output.chunks < message.chunks;
    // Asked now, the client would send what finds no room.
    if (missing && outputs.isFailing(live)) return void unasked.add(live);
    if (missing && live.asked < MAX_ASKED) {
      live.asked++;
      return askForOutput(live);
    }
    if (missing) {
      counters.count('command_output_lost');
      log.warn('a result is stored without all of its output', { client: clientId, command: id });
    }
    void endings.result(live, message, missing).then((stored) => {
      if (stored) acknowledgements.add(clientId, id);
    });
  }

  async function lateOutput(
    clientId: string,
    message: MessageOf<'command_output'>,
    bytes: Buffer,
  ): Promise<void> {
    const found = await returning.lookUp(message.command_id, clientId);
    if (found.kind === 'evidence') {
      const wait = collect(found.live, message, bytes);
      if (wait) await wait;
    } else if (found.kind === 'foreign') sessions.get(clientId)?.link.close('protocol');
    else counters.count('command_output_too_late');
  }

  function collect(
    live: LiveCommand,
    message: MessageOf<'command_output'>,
    bytes: Buffer,
    again = true,
  ): Promise<void> | undefined {
    if (live.ending) {
      counters.count('command_output_too_late');
      return undefined;
    }
    const { seq, stream } = message;
    const offset = live.output.keptOf(stream);
    const { taken, wait } = outputs.take(live, seq, stream, bytes);
    if (taken === 'no_room' && again) return wait?.then(() => collect(live, message, bytes, false));
    if (taken === 'no_room') counters.count('command_output_unstored');
    if (taken !== 'taken') return wait;
    live.asked = 0;
    const { id: commandId, client_id: clientId } = live.summary;
    if (bytes.length > 0) transitions.output({ commandId, clientId, stream, offset, bytes });
    return wait;
  }

  function lossAudit(clientId: string, loss: JournalLoss): AuditEntry {
    const detail = { journal: loss };
    log.warn('the journal of a client was lost: what it ran and did not report is interrupted', {
      client: clientId,
      ...detail,
    });
    const by = { actor: `client:${clientId}`, role: '', address: '' };
    const what = { action: 'client_journal_lost', target: clientId, outcome: 'failed' } as const;
    return { ...by, ...what, atMs: clock.wall(), detail };
  }

  return {
    sweep() {
      for (const live of unasked) {
        live.deadlineAt = Math.max(live.deadlineAt, clock.mono() + RESULT_GRACE_MS);
        if (outputs.isFailing(live)) continue;
        unasked.delete(live);
        if (!live.ending) askForOutput(live);
      }
    },

    ended(live) {
      unasked.delete(live);
      const { summary } = live;
      const message = meanwhile.get(summary.id);
      if (!message) return;
      meanwhile.delete(summary.id);
      if (failureWord(summary.error) === 'interrupted') lateResult(summary.client_id, message);
      else counters.count('command_result_repeated');
    },

    registered(link, report) {
      const { clientId, commands } = report;
      const listed = new Map(commands.map((each) => [each.command_id, each]));
      const { session, changed, lost } = sessions.open(link, report, clock.wall());
      toSend.set(session, []);
      toLookUp.set(session, []);
      toEnd.set(session, []);
      const answers = commands.map((each) => {
        const live = known(clientId, each, session);
        return {
          command_id: each.command_id,
          next_seq: live?.output.chunks ?? 0,
          cancel: live?.summary.cancel_requested === true || live?.returned === true,
        };
      });
      for (const live of index.of(clientId)) settle(live, listed.get(live.summary.id), report, session);
      if (changed)
        endings.numbered({ ...sessions.sequence(clientId), audit: lost && lossAudit(clientId, lost) });
      return answers;
    },

    ready(clientId, link) {
      const session = sessions.get(clientId);
      if (session?.link !== link) return;
      session.ready = true;
      for (const id of toEnd.get(session)!.splice(0)) link.tell({ type: 'cancel', command_id: id });
      for (const live of toSend.get(session)!.splice(0)) if (!live.ending) dispatch.again(live, session);
      dispatch.next(clientId);
      const reported = toLookUp.get(session)!.splice(0);
      if (reported.length > 0)
        lookUp(reported, session).catch((error: unknown) =>
          log.warn('commands a client reported could not be looked up', { client: clientId, error }),
        );
    },

    gone: (clientId, link) => sessions.close(clientId, link),

    accepted(clientId, message) {
      const live = sentTo(clientId, message.command_id);
      if (!live || live.returned) return;
      sessions.acknowledge(clientId, live.epoch, live.seq ?? 0);
      endings.accepted(live);
    },

    output(clientId, message) {
      const bytes = Buffer.from(message.data, message.encoding);
      if (bytes.length > MAX_OUTPUT_CHUNK)
        throw new WireError('schema', `a chunk of output holds ${bytes.length} bytes`);
      const live = sentTo(clientId, message.command_id);
      return live ? collect(live, message, bytes) : lateOutput(clientId, message, bytes);
    },

    result(clientId, message) {
      const live = sentTo(clientId, message.command_id);
      if (!live) return lateResult(clientId, message);
      if (!live.returned) {
        live.acknowledged = true;
        sessions.acknowledge(clientId, live.epoch, live.seq ?? 0);
      }
      return take(live, message);
    },
  };
}

function notSentThere(id: string): WireError {
  return new WireError('identity', `command ${id} was not sent to this client`);
}
