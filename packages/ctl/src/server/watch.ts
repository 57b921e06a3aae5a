/**
 * Follows something that changes to its end. Events say when it has changed; what they cannot say is asked for. Where
 * the stream cannot be had, or breaks, it is asked for every second until it can be again.
 *
 *   streaming ──broken──► asking ──a second──► streaming …       either ──over or aborted──► the end
 */
import { events } from '@ops/protocol/http/events.ts';
import type { EventTopic } from '@ops/protocol/http/events.ts';
import type { QueryOf } from '@ops/protocol/http/endpoint.ts';
import { sleep } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import { decodeKnown, isObject } from '@ops/protocol/schema.ts';
import type { Schema } from '@ops/protocol/schema.ts';

import { readEvents } from './event-stream.ts';
import { addressOf, isPassing } from './server.ts';
import type { Server } from './server.ts';

const ASK_EVERY_MS = 1000;
/** A server that stays silent longer than its pings come is gone. */
const SILENT_MS = 45_000;

/** Told by an event that says only that there is something new. */
export const ASK = Symbol('ask');

export interface Watch<State> {
  readonly server: Server;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Newest state; older ones that arrive late are left out. */
  onChange?(state: State): void;
}

/** What is watched. */
export interface Subject<State> {
  /** The events to listen to are called as these are. */
  readonly topics: readonly EventTopic[];
  /** Only those of this one. */
  readonly of?: Pick<QueryOf<typeof events>, 'batch_id' | 'command_id'>;
  ask(): Promise<State>;
  /** The data of an event; undefined when it tells of another one, or nothing of the state. */
  read(data: unknown, event: string): State | typeof ASK | undefined;
  /** Grows with every change. */
  revision(state: State): number;
  isOver(state: State): boolean;
}

/** @returns the last state, or undefined when aborted. @throws ApiFailure when it cannot be read */
export async function watch<State>(
  subject: Subject<State>,
  watching: Watch<State>,
): Promise<State | undefined> {
  const { server, clock, signal } = watching;
  let newest: State | undefined;
  const take = (state: State | undefined): void => {
    if (state === undefined) return;
    if (newest !== undefined && subject.revision(state) < subject.revision(newest)) return;
    newest = state;
    watching.onChange?.(state);
  };
  const isOver = (): boolean => newest !== undefined && subject.isOver(newest);

  const topics: readonly string[] = subject.topics;
  const address = addressOf(events, {}, { ...subject.of, topics: topics.join(',') });
  let lastId: string | undefined;
  while (!signal.aborted && !isOver()) {
    try {
      take(await subject.ask());
    } catch (cause) {
      if (!isPassing(cause)) throw cause;
    }
    if (isOver()) break;
    const broken = new AbortController();
    let silence = clock.after(SILENT_MS, () => broken.abort());
    try {
      const stream = await server.open(address, {
        signal: AbortSignal.any([signal, broken.signal]),
        headers: { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) },
      });
      for await (const event of readEvents(stream)) {
        silence.cancel();
        silence = clock.after(SILENT_MS, () => broken.abort());
        lastId = event.id ?? lastId;
        // What happened between the first look and the stream's beginning.
        const isAnew = event.name === 'ready' || event.name === 'reset';
        if (!isAnew && !topics.includes(event.name)) continue;
        const told = isAnew ? ASK : subject.read(JSON.parse(event.data), event.name);
        take(told === ASK ? await subject.ask() : told);
        if (isOver()) break;
      }
      stream.destroy();
    } catch {
      // The stream is a convenience: whatever is wrong with it, or with what it led to, asking anew is what remains.
    } finally {
      silence.cancel();
    }
    if (!isOver()) await sleep(clock, ASK_EVERY_MS, signal);
  }
  return isOver() ? newest : undefined;
}

/** One of many whose events each hold all of it. @returns undefined when aborted. @throws ApiFailure when it cannot be read */
export function watchOne<State extends { readonly revision: number }>(
  one: {
    readonly id: string;
    /** Also the name of its events. */
    readonly topic: 'rollout' | 'upgrade';
    readonly schema: Schema<State>;
  } & Pick<Subject<State>, 'ask' | 'isOver'>,
  watching: Watch<State>,
): Promise<State | undefined> {
  const { id, topic, schema, ask, isOver } = one;
  return watch(
    {
      topics: [topic],
      ask,
      read: (data) => (isObject(data) && data['id'] === id ? decodeKnown(schema, data) : undefined),
      revision: ({ revision }) => revision,
      isOver,
    },
    watching,
  );
}
