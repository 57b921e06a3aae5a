/**
 * Tells that one client has news. Its page shows more than the events carry (each core, each disk), so an event is
 * the sign to fetch the client again, at most once every `QUIET_MS`.
 */
import type { Timer } from '../browser/clock.ts';
import { keepStream } from './event-stream.ts';
import type { EventStreamNeeds } from './event-stream.ts';
import { LOST_AFTER_MS } from './fleet-live.ts';

export const QUIET_MS = 1000;

export interface ClientLiveHandlers {
  readonly onNews: () => void;
  readonly onForgotten: () => void;
  readonly onStale: (stale: boolean) => void;
  readonly onRefused: () => void;
}

/** Returns how to stop. */
export function watchClient(needs: EventStreamNeeds, id: string, handlers: ClientLiveHandlers): () => void {
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
    quiet = needs.clock.after(QUIET_MS, () => {
      quiet = undefined;
      if (pending) news();
    });
  }

  const close = keepStream(
    needs,
    { topics: 'client,metrics', client_id: id },
    {
      onPhase(phase) {
        if (phase === 'live') {
          losing?.cancel();
          losing = undefined;
          handlers.onStale(false);
        } else if (phase !== 'closed') {
          losing ??= needs.clock.after(LOST_AFTER_MS, () => handlers.onStale(true));
        }
      },
      onFresh: news,
      onEvent(event) {
        if (event.name === 'forgotten' && event.data.id === id) handlers.onForgotten();
        else if (event.name === 'client' || event.name === 'metrics' || event.name === 'reset') news();
      },
      onRefused: handlers.onRefused,
    },
  );
  return () => {
    close();
    quiet?.cancel();
    losing?.cancel();
  };
}
