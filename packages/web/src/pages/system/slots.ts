/**
 * Which line or card draws which host. Where another host stands in the place of one that is gone, because the list is
 * ordered or filtered anew, what draws it is filled anew: that costs a browser half of what it costs to take one away and to
 * build another. Where one scrolls, places come and go, and so do lines.
 */
import { useLayoutEffect, useRef } from 'react';
import type { RefObject } from 'react';

import type { Rows } from '../../live/window-live.ts';

/** A host in sight, and where in the whole list it stands. */
export interface Placed {
  readonly index: number;
  readonly id: string;
}

/** The hosts at these places of the list, as far as they are known. */
export function inSight(rows: Rows, indices: readonly number[]): Placed[] {
  return indices.flatMap((index) => {
    const id = rows.at(index)?.id;
    return id === undefined ? [] : { index, id };
  });
}

export interface Slots {
  /**
   * @param sight the hosts in sight, each once
   * @returns the slot of each id: a host keeps its own for as long as it is in sight. The same sight gives the same slots
   */
  place(sight: readonly Placed[]): ReadonlyMap<string, number>;
}

export function createSlots(): Slots {
  let held: ReadonlyMap<string, number> = new Map();
  let standing: readonly Placed[] = [];
  let next = 0;
  return {
    place(sight) {
      const wanted = new Set(sight.map(({ id }) => id));
      const left = new Map(standing.filter(({ id }) => !wanted.has(id)).map(({ index, id }) => [index, id]));
      const placed = new Map<string, number>();
      for (const { index, id } of sight) {
        const gone = left.get(index);
        placed.set(id, held.get(id) ?? (gone === undefined ? undefined : held.get(gone)) ?? next++);
      }
      [held, standing] = [placed, sight];
      return placed;
    },
  };
}

/**
 * For the element that is given to another host: whoever had the focus in it has it no more, as when it is taken away, so
 * that no key is meant for the one and reaches the other.
 */
export function useHandOver<Element extends HTMLElement>(id: string): RefObject<Element | null> {
  const element = useRef<Element>(null);
  const had = useRef(id);
  useLayoutEffect(() => {
    if (had.current === id) return;
    had.current = id;
    const focused = document.activeElement;
    if (focused instanceof HTMLElement && element.current?.contains(focused)) focused.blur();
  }, [id]);
  return element;
}
