/**
 * A stream of views (`window`, `map`) that is open while somebody watches. Each opening begins with everything, so there
 * is nothing to fetch beside it and nothing to resume.
 *
 *   closed ──watch──► open ──nothing heard for LOST_AFTER_MS after it was opened or lost──► open, stale
 *     ▲                │ ▲                                                                     │
 *     └──nobody left───┘ └────────────────────────── the first view is in ─────────────────────┘
 */
import type { Timer } from '../browser/clock.ts';
import { keepStream } from './event-stream.ts';
import type { EventStreamNeeds, EventStreamQuery, StreamEvent, StreamPhase } from './event-stream.ts';
import { LOST_AFTER_MS, SILENT_REOPEN_MS } from './fleet-live.ts';

const WATCHDOG_MS = 5000;

interface WatchedStreamHandlers {
  readonly query: () => EventStreamQuery;
  /** A connection stands: what comes next is everything. */
  readonly onBegin: () => void;
  readonly onEvent: (event: StreamEvent) => void;
  readonly onStale: (stale: boolean) => void;
  readonly onRefused: () => void;
}

export interface WatchedStream {
  /** Keeps it open until the returned function is called. */
  watch(): () => void;
  /** Another query. */
  reopen(): void;
}

export function createWatchedStream(needs: EventStreamNeeds, handlers: WatchedStreamHandlers): WatchedStream {
  const { clock } = needs;
  let closeStream: (() => void) | undefined;
  let losing: Timer | undefined;
  let watchdog: Timer | undefined;
  let heardAt = 0;
  let watchers = 0;

  function phase(next: StreamPhase): void {
    if (next === 'opening' || next === 'lost')
      losing ??= clock.after(LOST_AFTER_MS, () => handlers.onStale(true));
  }

  function take(event: StreamEvent): void {
    heardAt = clock.wall();
    if (event.name === 'ready') return handlers.onBegin();
    losing?.cancel();
    losing = undefined;
    handlers.onStale(false);
    handlers.onEvent(event);
  }

  function open(): void {
    heardAt = clock.wall();
    closeStream = keepStream(needs, handlers.query(), {
      onPhase: phase,
      onEvent: take,
      onFresh() {},
      onRefused: handlers.onRefused,
    });
  }

  function reopen(): void {
    if (closeStream === undefined) return;
    closeStream();
    open();
  }

  function close(): void {
    closeStream?.();
    closeStream = undefined;
    losing?.cancel();
    losing = undefined;
    watchdog?.cancel();
  }

  return {
    watch() {
      if (watchers++ === 0) {
        open();
        watchdog = clock.every(WATCHDOG_MS, () => {
          if (clock.wall() - heardAt >= SILENT_REOPEN_MS) reopen();
        });
      }
      return () => {
        if (--watchers === 0) close();
      };
    },
    reopen,
  };
}
