/**
 * Which line or card draws which host. One that leaves the sight gives its place to one that comes into it: what is there
 * is filled anew, which costs a browser half of what it costs to take one away and to build another.
 */
import { useLayoutEffect, useRef } from 'react';
import type { RefObject } from 'react';

export interface Slots {
  /**
   * @param ids of the hosts in sight, each once
   * @returns the slot of each: a host keeps its own for as long as it is in sight. The same ids give the same slots
   */
  place(ids: readonly string[]): ReadonlyMap<string, number>;
}

export function createSlots(): Slots {
  const held = new Map<string, number>();
  return {
    place(ids) {
      const wanted = new Set(ids);
      const taken = new Set<number>();
      const free: number[] = [];
      for (const [id, slot] of held) {
        if (wanted.has(id)) taken.add(slot);
        else {
          held.delete(id);
          free.push(slot);
        }
      }
      let next = 0;
      for (const id of wanted) {
        if (held.has(id)) continue;
        let slot = free.shift();
        while (slot === undefined) {
          if (!taken.has(next)) slot = next;
          next++;
        }
        taken.add(slot);
        held.set(id, slot);
      }
      return held;
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
