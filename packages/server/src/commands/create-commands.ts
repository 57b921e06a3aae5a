/** Puts the parts of the commands together. Who calls whom is drawn in commands.ts. */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import { createService } from './command-service.ts';
import { createCommandStore } from './command-store.ts';
import type { CommandInbox, Commands } from './commands.ts';
import { createDropCounters } from './counters.ts';
import { createDeadlines, remainingMs } from './deadlines.ts';
import { createDispatch } from './dispatch.ts';
import { createEndings } from './endings.ts';
import { createHistory } from './history.ts';
import { createIdempotency } from './idempotency.ts';
import { createInbox } from './inbox.ts';
import { liveCommand, type LiveCommand } from './live-command.ts';
import { createLiveIndex, MAX_UNFINISHED } from './live-index.ts';
import { createCollector } from './output.ts';
import { createOutputStore } from './output-store.ts';
import type { CommandParts } from './parts.ts';
import { createReading } from './reading.ts';
import { createCommandRetention } from './retention.ts';
import { createReturning } from './returning.ts';
import { createSessions } from './sessions.ts';
import { createTransitions } from './transition.ts';

export interface CommandsNeeds {
  readonly database: Database<Tables>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Commands that are over, their output and their batches are deleted when they are older. */
  readonly retentionDays: number;
  readonly maxUnfinished?: number;
}

export interface RunningCommands extends Commands {
  /** For the gateway. */
  readonly inbox: CommandInbox;
  /** Reads what is not over. Before `start`, and before any client registers. */
  load(): Promise<void>;
  start(): void;
  /** Stores what waits, as far as the disk takes it. When no client can speak any more. */
  stop(): Promise<void>;
}

export function createCommands(needs: CommandsNeeds): RunningCommands {
  const { database, clock, random, log, retentionDays, maxUnfinished = MAX_UNFINISHED } = needs;
  const counters = createDropCounters();
  const store = createCommandStore(database);
  const index = createLiveIndex();
  const sessions = createSessions();
  const transitions = createTransitions({ log, counters });
  const parts: CommandParts = { store, index, sessions, transitions, counters, clock, random, log };

  const outputs = createOutputStore({ store, counters, clock, log });
  const dispatch = createDispatch(parts);
  const returning = createReturning(parts);
  const endings = createEndings({ ...parts, outputs, over });
  const inbox = createInbox({ ...parts, endings, outputs, dispatch, returning });
  const idempotency = createIdempotency({ store, clock });
  const service = createService({ ...parts, dispatch, endings, idempotency, maxUnfinished });
  const reading = createReading({ store, index, history: createHistory(database, clock) });
  const retention = createCommandRetention({ database, clock, log, retentionDays });
  const deadlines = createDeadlines({ index, clock, over: giveUp, swept });

  function over(live: LiveCommand): void {
    returning.remove(live);
    inbox.ended(live);
    dispatch.next(live.summary.client_id);
  }

  function giveUp(live: LiveCommand): void {
    if (!live.carried) {
      void endings.give(live, 'Failed', 'expired: the client did not come in time');
      return;
    }
    void endings.give(live, 'Failed', 'interrupted: the client did not answer in time');
    dispatch.cancel(live);
  }

  function swept(): void {
    inbox.sweep();
    for (const live of returning.sweep()) outputs.forget(live);
    const clients = new Set<string>();
    for (const live of index.all()) {
      if (live.held || live.carried || live.marking || live.ending) continue;
      clients.add(live.summary.client_id);
    }
    for (const clientId of clients) dispatch.next(clientId);
  }

  return {
    inbox,
    ...reading,
    repeated: (key, by) => idempotency.known(key, by),
    create: (request, by) => service.create(request, by),
    release: (ids) => service.release(ids),
    cancel: (ids, by) => service.cancel(ids, by),
    onChange: (call) => transitions.onChange(call),
    onOutput: (call) => transitions.onOutput(call),
    journalLostAtMs: (clientId) => parts.sessions.lostAtMs(clientId),

    stats() {
      let executing = 0;
      for (const live of index.all()) if (live.summary.state === 'Executing') executing++;
      return {
        pending: index.size - executing,
        executing,
        finished: transitions.finished,
        unstoredBytes: outputs.unstoredBytes,
        dropped: counters.all,
      };
    },

    async load() {
      const { commands, sequences, lastNumber } = await store.load();
      sessions.load(sequences);
      service.numberFrom(lastNumber);
      const now = clock.mono();
      const wallMs = clock.wall();
      for (const stored of commands) {
        const { summary, queueSecs, held } = stored;
        index.add(
          liveCommand({
            ...stored,
            // Whether its frame had gone out, nobody knows.
            carried: summary.sent_at_ms !== null,
            output: createCollector(stored.output),
            deadlineAt: held ? Infinity : now + remainingMs(summary, queueSecs, wallMs),
          }),
        );
      }
    },

    start() {
      deadlines.start();
      retention.start();
    },

    async stop() {
      deadlines.stop();
      await retention.stop();
      await endings.close();
    },
  };
}
