import { useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';

import { paths } from '../../../paths.ts';
import { DEFAULT_RANGE, fitWindow, moveWindow, windowOf, zoomWindow } from '../host-search.ts';
import type { HostSearch, RangeName, TimeWindow } from '../host-search.ts';

/** The one time that all charts show, and the one moment their cursors are at. */
export interface TimeControl {
  readonly window: TimeWindow;
  /** It is a part that somebody chose, not a range up to now. */
  readonly isZoomed: boolean;
  /** Milliseconds since 1970; undefined: no cursor. */
  readonly pointed: number | undefined;
  readonly point: (at: number | undefined) => void;
  readonly show: (window: TimeWindow) => void;
  readonly zoom: (factor: number, around?: number) => void;
  readonly move: (share: number) => void;
  readonly choose: (range: RangeName) => void;
  readonly reset: () => void;
}

/** It is kept in the address: to be shared, and to be there after a reload. */
export function useTimeControl(
  id: string,
  search: HostSearch,
  window: TimeWindow,
  newest: number,
): TimeControl {
  const navigate = useNavigate();
  const [pointed, point] = useState<number>();
  const go = useCallback(
    (next: HostSearch) =>
      void navigate({ to: paths.client, params: { id }, search: next, replace: true, resetScroll: false }),
    [navigate, id],
  );
  const { range } = search;
  const isZoomed = windowOf(search) !== undefined;
  return useMemo(() => {
    const kept = range && { range };
    const show = (next: TimeWindow): void => {
      const { from, to } = fitWindow(next, newest);
      go({ ...kept, from: String(from), to: String(to) });
    };
    return {
      window,
      isZoomed,
      pointed,
      point,
      show,
      zoom: (factor, around) => show(zoomWindow(window, factor, newest, around)),
      move: (share) => show(moveWindow(window, share, newest)),
      choose: (next) => go(next === DEFAULT_RANGE ? {} : { range: next }),
      reset: () => go({ ...kept }),
    };
  }, [window, newest, range, isZoomed, pointed, go]);
}
