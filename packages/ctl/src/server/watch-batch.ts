/**
 * Follows a batch to its end. Events say when something changed; the batch itself is always read from its own
 * endpoint's schema. Where the stream cannot be had, or breaks, it is asked for every second until it can be again.
 *
 *   streaming ──broken──► asking ──a second──► streaming …       either ──finished or aborted──► over
 */
import { batchSummary, getBatch } from '@ops/protocol/http/batches.ts';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import { events } from '@ops/protocol/http/events.ts';
import { decode } from '@ops/protocol/schema.ts';
import { sleep } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import { readEvents } from './event-stream.ts';
import { addressOf, ApiFailure } from './server.ts';
import type { Server } from './server.ts';

const ASK_EVERY_MS = 1000;
/** A server that stays silent longer than its pings come is gone. */
const SILENT_MS = 45_000;

export interface Watch {
  readonly server: Server;
  readonly clock: Clock;
  readonly id: string;
  readonly signal: AbortSignal;
  /** Newest state; older ones that arrive late are left out. */
  onChange(batch: BatchSummary): void;
}

/** @returns the finished batch, or undefined when aborted. @throws ApiFailure when the batch cannot be read */
export async function watchBatch(watch: Watch): Promise<BatchSummary | undefined> {
  const { server, clock, id, signal } = watch;
  let newest: BatchSummary | undefined;
  const take = (batch: BatchSummary): void => {
    if (newest !== undefined && batch.version < newest.version) return;
    newest = batch;
    watch.onChange(batch);
  };
  const ask = async (): Promise<void> => {
    try {
      take((await server.call(getBatch, { params: { id } })).batch);
    } catch (cause) {
      // A server that restarts comes back; everything else is an answer.
      if (
        !(cause instanceof ApiFailure) ||
        !['unreachable', 'server_busy', 'too_many_requests'].includes(cause.code)
      )
        throw cause;
    }
  };
  const isOver = (): boolean => newest?.state === 'finished';

  let lastId: string | undefined;
  while (!signal.aborted && !isOver()) {
    await ask();
    if (isOver()) break;
    const broken = new AbortController();
    let silence = clock.after(SILENT_MS, () => broken.abort());
    try {
      const stream = await server.open(addressOf(events, {}, { topics: 'batch', batch_id: id }), {
        signal: AbortSignal.any([signal, broken.signal]),
        headers: { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) },
      });
      for await (const event of readEvents(stream)) {
        silence.cancel();
        silence = clock.after(SILENT_MS, () => broken.abort());
        lastId = event.id ?? lastId;
        if (event.name === 'batch') take(decode(batchSummary, JSON.parse(event.data)));
        // What happened between the first look and the stream's beginning.
        else if (event.name === 'ready' || event.name === 'reset') await ask();
        if (isOver()) break;
      }
      stream.destroy();
    } catch {
      // The stream is a convenience: whatever is wrong with it, asking is what remains.
    } finally {
      silence.cancel();
    }
    if (!isOver()) await sleep(clock, ASK_EVERY_MS, signal);
  }
  return isOver() ? newest : undefined;
}
