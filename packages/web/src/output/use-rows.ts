/** Which of many rows of equal height are in sight of a box that scrolls. */
import { useElementSize } from '@mantine/hooks';
import { useCallback, useLayoutEffect, useRef, useState } from 'react';

/** Browsers draw nothing beyond some 17 to 33 million pixels; a taller list is scrolled faster than it is. */
const MAX_HEIGHT = 10_000_000;
const OVERSCAN = 8;
/** Less than this from the end counts as the end, in rows. */
const NEAR_END = 1.5;

export interface RowsInSight {
  readonly boxRef: (element: HTMLDivElement | null) => void;
  readonly onScroll: () => void;
  /** Of all rows together. */
  readonly height: number;
  /** Where the first drawn row lies. */
  readonly top: number;
  readonly first: number;
  /** Behind the last drawn row. */
  readonly end: number;
  /** The end is in sight, and stays there as rows are added. */
  readonly following: boolean;
  readonly follow: () => void;
  readonly scrollTo: (row: number) => void;
}

/** @param countOf how many rows there are when the box is this wide; 0 is not measured yet */
export function useRows(
  countOf: (width: number) => number,
  rowHeight: number,
  startFollowing: boolean,
): RowsInSight {
  const box = useRef<HTMLDivElement>(null);
  const { ref: sizeRef, width, height: boxHeight } = useElementSize<HTMLDivElement>();
  const [scrollTop, setScrollTop] = useState(0);
  const [following, setFollowing] = useState(startFollowing);
  const count = countOf(width);
  const real = count * rowHeight;
  const height = Math.min(real, MAX_HEIGHT);
  /** Rows pass this many times faster than the box scrolls. */
  const ratio = real > height && height > boxHeight ? (real - boxHeight) / (height - boxHeight) : 1;

  const boxRef = useCallback(
    (element: HTMLDivElement | null) => {
      box.current = element;
      sizeRef(element);
    },
    [sizeRef],
  );

  function onScroll(): void {
    const element = box.current;
    if (element === null) return;
    setScrollTop(element.scrollTop);
    const left = element.scrollHeight - element.clientHeight - element.scrollTop;
    setFollowing(left <= rowHeight * NEAR_END);
  }

  useLayoutEffect(() => {
    const element = box.current;
    if (!following || element === null) return;
    element.scrollTop = element.scrollHeight;
    setScrollTop(element.scrollTop);
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- each of them moves the end
  }, [following, height, count, boxHeight]);

  const at = scrollTop * ratio;
  const first = Math.max(0, Math.floor(at / rowHeight) - OVERSCAN);
  const end = Math.min(count, Math.ceil((at + boxHeight) / rowHeight) + OVERSCAN);
  return {
    boxRef,
    onScroll,
    height,
    top: first * rowHeight - at + scrollTop,
    first,
    end,
    following,
    follow: () => setFollowing(true),
    scrollTo(row) {
      const element = box.current;
      if (element === null) return;
      setFollowing(false);
      const above = at / rowHeight;
      const below = (at + boxHeight) / rowHeight - 1;
      if (row >= above && row <= below) return;
      element.scrollTop = Math.max(0, (row * rowHeight - boxHeight / 3) / ratio);
      setScrollTop(element.scrollTop);
    },
  };
}
