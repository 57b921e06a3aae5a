/**
 * Brings output and results to the server, again on each new link, until the server has stored them.
 *
 *   follow ─► sending ──its end is journalled──► ending ──every chunk sent──► result sent ──result_ack──► gone
 *               ▲  chunks from `next` on            ▲                             │
 *               └── registered: `next` is what the server lacks ──────────────────┤ link lost, output_missing,
 *                                                   └─────────────────────────────┘ or no answer for 30 s
 *
 * Chunks are read when there is room for them on the link, at most MAX_UNSENT_OUTPUT at a time, in turns over all
 * commands: an endless output delays neither the results of others nor heartbeats.
 */
import { MAX_OUTPUT_CHUNK } from '@ops/protocol/domain/command.ts';
import { MAX_UNSENT_OUTPUT } from '@ops/protocol/wire/limits.ts';
import type { ClientMessage, MessageOf } from '@ops/protocol/wire/messages.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { JournalResult } from '../journal/journal.ts';
import type { CommandOutput } from '../journal/output-spool.ts';
import { outputMessage, resultMessage } from './command-messages.ts';

/** A result the server did not acknowledge is sent again this often: its disk may have been full. */
export const RESULT_REPEAT_MS = 30_000;
/** A chunk as base64, with names and braces around it. */
const MAX_OUTPUT_FRAME = Math.ceil(MAX_OUTPUT_CHUNK / 3) * 4 + 256;
/** One more frame may be with the kernel. */
const MAX_QUEUED_OUTPUT = MAX_UNSENT_OUTPUT - MAX_OUTPUT_FRAME;

export interface DeliveryNeeds {
  readonly clock: Clock;
  readonly log: Log;
  /** @returns false when the link is not ready */
  readonly sendBulk: (message: ClientMessage, taken: () => void) => boolean;
}

export interface Delivery {
  /** Commands whose result the server has not acknowledged. */
  readonly unacknowledged: number;
  /** A command runs: its chunks are sent as they come. */
  follow(commandId: string, output: CommandOutput): void;
  /** There are new chunks. */
  wake(): void;
  /** A command ended. @param open its output, opened when it is to be sent */
  finished(result: JournalResult, open: () => Promise<CommandOutput>): void;
  /** The server asked again for what ended. */
  repeat(commandId: string): void;
  ready(told: MessageOf<'registered'>['commands']): void;
  down(): void;
  /** `output_missing` */
  missing(commandId: string, fromSeq: number): void;
  /** `result_ack`. @returns false when no result of it was waiting */
  acknowledged(commandId: string): boolean;
}

interface Parcel {
  readonly commandId: string;
  output: CommandOutput | undefined;
  open: (() => Promise<CommandOutput>) | undefined;
  result: JournalResult | undefined;
  /** Chunk that is sent next. */
  next: number;
  /** What the server said it has: more than the disk kept, after a crash. */
  told: number;
  /** Chunks from this one on can no more be read. */
  lostFrom: number;
  /** Monotonic; undefined: to be sent. */
  resultSentAt: number | undefined;
}

export function createDelivery({ clock, log, sendBulk }: DeliveryNeeds): Delivery {
  const parcels = new Map<string, Parcel>();
  /** Counts links; what was read for an earlier one is not sent on this one. */
  let turn = 0;
  let isUp = false;
  let pumping = false;
  let queued = 0;
  let repeats: Timer | undefined;

  function parcelOf(commandId: string): Parcel {
    const known = parcels.get(commandId);
    if (known) return known;
    const parcel: Parcel = {
      commandId,
      output: undefined,
      open: undefined,
      result: undefined,
      next: 0,
      told: 0,
      lostFrom: Infinity,
      resultSentAt: undefined,
    };
    parcels.set(commandId, parcel);
    return parcel;
  }

  /** Chunks that can be sent. */
  const available = ({ output, result, lostFrom }: Parcel): number =>
    Math.min(output?.chunks ?? result?.chunks ?? 0, lostFrom);
  const hasWork = (parcel: Parcel): boolean =>
    parcel.next < available(parcel) || (parcel.result !== undefined && parcel.resultSentAt === undefined);

  /** The next in turn; it goes behind all others. */
  function pick(): Parcel | undefined {
    for (const parcel of parcels.values()) {
      if (!hasWork(parcel)) continue;
      parcels.delete(parcel.commandId);
      parcels.set(parcel.commandId, parcel);
      return parcel;
    }
    return undefined;
  }

  function send(message: ClientMessage, bytes: number): void {
    const mine = turn;
    queued += bytes;
    sendBulk(message, () => {
      if (mine !== turn) return;
      queued -= bytes;
      wake();
    });
  }

  async function sendChunk(parcel: Parcel): Promise<void> {
    const mine = turn;
    const number = parcel.next;
    parcel.output ??= await parcel.open?.();
    const chunk = await parcel.output?.read(number);
    // Meanwhile the link may have gone, or the server asked for another one.
    if (mine !== turn || parcel.next !== number) return;
    if (!chunk) {
      log.warn('Kept output of a command cannot be read', { command_id: parcel.commandId, chunk: number });
      parcel.lostFrom = number;
      return;
    }
    parcel.next = number + 1;
    const message = outputMessage(parcel.commandId, number, chunk);
    send(message, message.data.length);
  }

  function sendResult(parcel: Parcel, result: JournalResult): void {
    const isWhole = parcel.lostFrom >= result.chunks;
    const chunks = Math.max(isWhole ? result.chunks : parcel.lostFrom, parcel.told);
    parcel.resultSentAt = clock.mono();
    send(resultMessage({ ...result, chunks, truncated: result.truncated || !isWhole }), 0);
  }

  const mayGoOut = (): boolean => isUp && queued <= MAX_QUEUED_OUTPUT;

  async function pump(): Promise<void> {
    while (mayGoOut()) {
      const parcel = pick();
      if (!parcel) return;
      if (parcel.next < available(parcel)) await sendChunk(parcel);
      else if (parcel.result) sendResult(parcel, parcel.result);
    }
  }

  function wake(): void {
    if (pumping || !isUp) return;
    pumping = true;
    pump()
      .catch((error: unknown) => log.error('A command could not be delivered', { error }))
      .finally(() => {
        pumping = false;
        // Whoever came in the last moment found it still at work.
        if (mayGoOut() && parcels.values().some(hasWork)) wake();
      });
  }

  function repeatOld(): void {
    for (const parcel of parcels.values())
      if (parcel.resultSentAt !== undefined && clock.mono() - parcel.resultSentAt >= RESULT_REPEAT_MS)
        parcel.resultSentAt = undefined;
    wake();
  }

  return {
    get unacknowledged() {
      return parcels.size;
    },
    follow(commandId, output) {
      parcelOf(commandId).output = output;
    },
    wake,
    finished(result, open) {
      const parcel = parcelOf(result.commandId);
      parcel.result = result;
      parcel.open = open;
      wake();
    },
    repeat(commandId) {
      const parcel = parcels.get(commandId);
      if (parcel?.result) parcel.resultSentAt = undefined;
      wake();
    },
    ready(told) {
      turn++;
      isUp = true;
      queued = 0;
      const has = new Map(told.map((one) => [one.command_id, one.next_seq]));
      for (const parcel of parcels.values()) {
        parcel.told = has.get(parcel.commandId) ?? 0;
        parcel.next = parcel.told;
        parcel.resultSentAt = undefined;
      }
      repeats?.cancel();
      repeats = clock.every(RESULT_REPEAT_MS, repeatOld);
      wake();
    },
    down() {
      turn++;
      isUp = false;
      repeats?.cancel();
    },
    missing(commandId, fromSeq) {
      const parcel = parcels.get(commandId);
      if (!parcel) return;
      parcel.next = Math.min(parcel.next, fromSeq);
      parcel.told = Math.min(parcel.told, fromSeq);
      parcel.resultSentAt = undefined;
      wake();
    },
    acknowledged(commandId) {
      const parcel = parcels.get(commandId);
      if (!parcel?.result) return false;
      parcels.delete(commandId);
      return true;
    },
  };
}
