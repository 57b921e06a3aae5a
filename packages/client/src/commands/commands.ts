/**
 * Everything this host does with commands, as client.ts wires it to the link:
 *
 *   server ──command, cancel──► intake ──► run-order ──► journal, spool ──► delivery ──output, result──► server
 *             what an earlier process left ──► recovery ──────┘                 ▲
 *   server ──registered, output_missing, result_ack─────────────────────────────┘
 */
import { join } from 'node:path';

import { MAX_REPORTED_COMMANDS } from '@ops/protocol/wire/limits.ts';
import type { ClientMessage, MessageOf } from '@ops/protocol/wire/messages.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Disk } from '@ops/runtime/disk.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { AppActions } from '../apps/actions.ts';
import type { CommandLog } from '../executor/command-log.ts';
import type { Executor } from '../executor/executor.ts';
import { openJournal } from '../journal/open-journal.ts';
import { openOutputSpool } from '../journal/output-spool.ts';
import type { ServerClock } from '../link/server-clock.ts';
import { createDelivery } from './delivery.ts';
import { createIntake } from './intake.ts';
import { readOrder } from './order.ts';
import type { OrderMessage } from './order.ts';
import { recover } from './recovery.ts';

/** What the server has stored is noted together, in one write; a note that is lost costs one more delivery. */
export const NOTE_STORED_MS = 1_000;

export interface CommandsNeeds {
  readonly executor: Executor;
  /** Without them actions on applications are `unsupported`. */
  readonly actions?: AppActions;
  readonly commandLog: CommandLog;
  readonly disk: Disk;
  /** The data directory of the client id. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly serverClock: ServerClock;
  /** @returns false when the link is not ready */
  readonly send: (message: ClientMessage) => boolean;
  readonly sendBulk: (message: ClientMessage, taken: () => void) => boolean;
  /** The last of what ran has ended. */
  readonly onIdle?: () => void;
}

export interface Commands {
  /** What `register` says of them. */
  report(): Pick<MessageOf<'register'>, 'journal_epoch' | 'last_seq' | 'commands'>;
  ready(registered: MessageOf<'registered'>): void;
  down(): void;
  take(message: OrderMessage): void;
  cancel(commandId: string): void;
  missing(commandId: string, fromSeq: number): void;
  acknowledged(commandId: string): void;
  /**
   * Takes no order any more when none runs or waits: the server sends it again after the next `register`.
   * @returns false when one does; then nothing has changed
   */
  rest(): boolean;
  /** Ends what runs; when resolved, how it ended is on disk and, while there is a link, on its way. Never rejects. */
  stop(): Promise<void>;
  /** After the link: what it still brought may be written. */
  close(): Promise<void>;
}

export async function openCommands(needs: CommandsNeeds): Promise<Commands> {
  const { executor, actions, commandLog, disk, directory, clock, random, log, serverClock, send, sendBulk } =
    needs;
  const journal = await openJournal({ disk, directory, clock, random, log });
  const unacknowledged = journal.unacknowledged();
  const keep = new Set([
    ...unacknowledged.map(({ commandId }) => commandId),
    ...journal.interrupted.map(({ start }) => start.commandId),
  ]);
  const spool = await openOutputSpool({ disk, directory: join(directory, 'results'), log, keep });
  const delivery = createDelivery({ clock, log, sendBulk });
  for (const result of unacknowledged)
    delivery.finished(result, () => spool.of(result.commandId, result.output));
  const { onIdle } = needs;
  const intakeNeeds = { executor, actions, journal, spool, delivery, commandLog, clock, log, send };
  const intake = createIntake({ ...intakeNeeds, onIdle });
  const recovery = recover({ executor, actions, journal, spool, delivery, log });
  if (onIdle) void recovery.over.then(onIdle);
  /** The server has their results, which the journal does not know yet: it is told before anybody asks. */
  const stored = new Set<string>();
  let noting: Timer | undefined;

  async function noteStored(): Promise<void> {
    noting?.cancel();
    noting = undefined;
    const ids = [...stored];
    stored.clear();
    await Promise.all(ids.map((id) => journal.acknowledged(id).then(() => spool.remove(id))));
  }

  return {
    report() {
      void noteStored();
      const recovering = [...recovery.pending].map(
        (command_id) => ({ command_id, state: 'running', chunks: 0 }) as const,
      );
      const active = intake.report();
      const running = new Set(active.map(({ command_id }) => command_id));
      const finished = journal
        .unacknowledged()
        .filter(({ commandId }) => !running.has(commandId))
        .map(({ commandId, chunks }) => ({ command_id: commandId, state: 'finished', chunks }) as const);
      return {
        journal_epoch: journal.epoch,
        last_seq: journal.lastSeq,
        commands: [...recovering, ...active, ...finished].slice(0, MAX_REPORTED_COMMANDS),
      };
    },
    ready(registered) {
      delivery.ready(registered.commands);
      for (const { command_id, cancel } of registered.commands) if (cancel) intake.cancel(command_id);
    },
    down: () => delivery.down(),
    take(message) {
      if (stored.has(message.command_id)) void noteStored();
      intake.take(readOrder(message, clock, serverClock));
    },
    cancel: (commandId) => intake.cancel(commandId),
    missing: (commandId, fromSeq) => delivery.missing(commandId, fromSeq),
    acknowledged(commandId) {
      if (!delivery.acknowledged(commandId)) return;
      stored.add(commandId);
      noting ??= clock.after(NOTE_STORED_MS, () => void noteStored());
    },
    rest: () => recovery.pending.size === 0 && intake.rest(),
    async stop() {
      await Promise.all([intake.stop(), recovery.over]);
      await commandLog.flush();
    },
    async close() {
      await noteStored();
      await journal.close();
    },
  };
}
