import type { Clock } from '@ops/runtime/clock.ts';

import { throttleKey } from './client-address.ts';

const MINUTE_MS = 60_000;

/** Counts what comes from an address within any minute. Bounded: the address untouched for longest is forgotten. */
export interface MinuteLimit {
  /** @returns milliseconds until one more is allowed, 0 when it is now */
  waitMs(address: string): number;
  count(address: string): void;
  /** True at the first call in a minute for an address: what is refused in masses is not worth a line each. */
  isNotable(address: string): boolean;
  readonly remembered: number;
}

interface Place {
  /** Monotonic milliseconds of the last minute, oldest first; never more than the limit. */
  counted: number[];
  notedAt: number;
}

export function createMinuteLimit(needs: {
  readonly clock: Pick<Clock, 'mono'>;
  readonly perMinute: number;
  readonly maxRemembered: number;
}): MinuteLimit {
  const { clock, perMinute, maxRemembered } = needs;
  const places = new Map<string, Place>();

  function placeOf(address: string, now: number): Place {
    const key = throttleKey(address);
    const place = places.get(key) ?? { counted: [], notedAt: Number.NEGATIVE_INFINITY };
    place.counted = place.counted.filter((at) => now - at < MINUTE_MS);
    places.delete(key);
    places.set(key, place);
    if (places.size > maxRemembered) places.delete(places.keys().next().value!);
    return place;
  }

  return {
    waitMs(address) {
      const now = clock.mono();
      const { counted } = placeOf(address, now);
      return counted.length < perMinute ? 0 : counted[counted.length - perMinute]! + MINUTE_MS - now;
    },
    count(address) {
      const now = clock.mono();
      const { counted } = placeOf(address, now);
      counted.push(now);
      if (counted.length > perMinute) counted.shift();
    },
    isNotable(address) {
      const now = clock.mono();
      const place = placeOf(address, now);
      if (now - place.notedAt < MINUTE_MS) return false;
      place.notedAt = now;
      return true;
    },
    get remembered() {
      return places.size;
    },
  };
}
