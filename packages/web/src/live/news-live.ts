/**
 * Tells that something has news: the sign to fetch it again, at once and then at most once every `QUIET_MS`, however
 * much happens. For what shows more than the events carry.
 */
import type { Timer } from '../browser/clock.ts';
import { keepStream } from './event-stream.ts';
import type { EventStreamNeeds, EventStreamQuery, StreamEvent, StreamPhase } from './event-stream.ts';
import { LOST_AFTER_MS } from './fleet-live.ts';

export const QUIET_MS = 1000;

export interface NewsHandlers {
  readonly onNews: () => void;
  readonly onRefused: () => void;
  readonly onStale?: (stale: boolean) => void;
  /** Each event as it comes, for what can be shown without asking. */
  readonly onEvent?: (event: StreamEvent) => void;
}

/**
 * @param isNews whether an event is; `reset` always is
 * @returns how to stop
 */
export function watchNews(
  needs: EventStreamNeeds,
  query: EventStreamQuery,
  isNews: (event: StreamEvent) => boolean,
  handlers: NewsHandlers,
): () => void {
  const { clock } = needs;
  let quiet: Timer | undefined;
  let losing: Timer | undefined;
  let pending = false;

  function news(): void {
    if (quiet !== undefined) {
      pending = true;
      return;
    }
    pending = false;
    handlers.onNews();
    quiet = clock.after(QUIET_MS, () => {
      quiet = undefined;
      if (pending) news();
    });
  }

  function phase(is: StreamPhase): void {
    if (is === 'live') {
      losing?.cancel();
      losing = undefined;
      handlers.onStale?.(false);
    } else if (is !== 'closed') {
      losing ??= clock.after(LOST_AFTER_MS, () => handlers.onStale?.(true));
    }
  }

  const close = keepStream(needs, query, {
    onPhase: phase,
    onFresh: news,
    onEvent(event) {
      handlers.onEvent?.(event);
      if (event.name === 'reset' || isNews(event)) news();
    },
    onRefused: handlers.onRefused,
  });
  return () => {
    close();
    quiet?.cancel();
    losing?.cancel();
  };
}
