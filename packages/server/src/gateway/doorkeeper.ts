/**
 * Who may stand at the door: sockets that have proved nothing yet, bounded in all and for each address, and addresses
 * shut out after failed proofs. Client ids play no part: naming an id must never keep its owner out.
 *
 *   enter ─► silent ──first bytes──► speaking ──proof──► proven ──► leave
 *
 * When there is no room the oldest silent socket goes, then the oldest that spoke: a flood of silent ones cannot keep
 * clients out, who speak at once. Whoever came within the last second has not had the time for that, and goes only
 * when nobody else can: so a flood of sockets that do speak does not keep them out either. Proven ones are never sent
 * away; they leave when they register.
 */
import { throttleKey } from '../auth/client-address.ts';
import {
  AUTH_FAILURES_PER_MINUTE,
  AUTH_LOCKOUT_MS,
  MAX_UNAUTHENTICATED,
  MAX_UNAUTHENTICATED_PER_ADDRESS,
} from '@ops/protocol/wire/limits.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import { MAX_REMEMBERED_ADDRESSES, TIME_TO_SPEAK_MS } from './limits.ts';

const MINUTE_MS = 60_000;

export interface Visitor {
  /** Closes the socket at once. */
  evict(): void;
}

export type Standing = 'silent' | 'speaking' | 'proven';

/** Where a visitor stands. Given back with every call. */
export interface Place {
  readonly visitor: Visitor;
  readonly key: string;
  /** Monotonic milliseconds. */
  readonly since: number;
  standing: Standing | 'left';
}

/** Sets keep the order of arrival, so the first is the oldest. */
type Waiting = Record<Standing, Set<Place>>;

const nobody = (): Waiting => ({ silent: new Set(), speaking: new Set(), proven: new Set() });
const sizeOf = (waiting: Waiting): number =>
  waiting.silent.size + waiting.speaking.size + waiting.proven.size;

const first = (places: ReadonlySet<Place>): Place | undefined => places.values().next().value;

/** Who goes when there is no room. */
function leastWanted(waiting: Waiting, now: number): Place | undefined {
  const [silent, speaking] = [first(waiting.silent), first(waiting.speaking)];
  const inTurn = [silent, speaking].filter((place) => place !== undefined);
  return inTurn.find((place) => now - place.since >= TIME_TO_SPEAK_MS) ?? inTurn[0];
}

interface Failures {
  /** Monotonic milliseconds of the last minute, oldest first; at most AUTH_FAILURES_PER_MINUTE. */
  at: number[];
  lockedUntil: number;
}

export interface DoorkeeperNeeds {
  readonly clock: Pick<Clock, 'mono'>;
  readonly maxInAll?: number;
  readonly maxPerAddress?: number;
}

export interface Doorkeeper {
  /** @returns undefined when everybody who stands there has proved a secret */
  enter(address: string, visitor: Visitor): Place | undefined;
  /** The visitor sent something, or proved a secret. */
  promote(place: Place, standing: 'speaking' | 'proven'): void;
  /** Harmless twice. */
  leave(place: Place): void;
  /** A proof from this address was refused. */
  failed(address: string): void;
  isLockedOut(address: string): boolean;
  readonly standing: number;
  /** Addresses whose failures are remembered. */
  readonly remembered: number;
}

export function createDoorkeeper(needs: DoorkeeperNeeds): Doorkeeper {
  const { clock, maxInAll = MAX_UNAUTHENTICATED, maxPerAddress = MAX_UNAUTHENTICATED_PER_ADDRESS } = needs;
  const everybody = nobody();
  const byAddress = new Map<string, Waiting>();
  const failures = new Map<string, Failures>();

  function move(place: Place, to: Standing | 'left'): void {
    const here = byAddress.get(place.key) ?? nobody();
    byAddress.set(place.key, here);
    for (const waiting of [everybody, here]) {
      if (place.standing !== 'left') waiting[place.standing].delete(place);
      if (to !== 'left') waiting[to].add(place);
    }
    place.standing = to;
    if (sizeOf(here) === 0) byAddress.delete(place.key);
  }

  /** @returns false when there is no room to be made */
  function makeRoom(waiting: Waiting | undefined, max: number): boolean {
    if (!waiting || sizeOf(waiting) < max) return true;
    const place = leastWanted(waiting, clock.mono());
    if (!place) return false;
    move(place, 'left');
    place.visitor.evict();
    return true;
  }

  return {
    enter(address, visitor) {
      const key = throttleKey(address);
      if (!makeRoom(byAddress.get(key), maxPerAddress) || !makeRoom(everybody, maxInAll)) return undefined;
      const place: Place = { visitor, key, since: clock.mono(), standing: 'left' };
      move(place, 'silent');
      return place;
    },
    promote(place, standing) {
      if (place.standing !== 'left' && place.standing !== standing) move(place, standing);
    },
    leave(place) {
      if (place.standing !== 'left') move(place, 'left');
    },

    failed(address) {
      const key = throttleKey(address);
      const now = clock.mono();
      const known = failures.get(key);
      const at = (known?.at ?? []).filter((time) => now - time < MINUTE_MS);
      at.push(now);
      const full = at.length >= AUTH_FAILURES_PER_MINUTE;
      // Written anew, so that the map stays in the order of the last failure.
      failures.delete(key);
      failures.set(key, {
        at: full ? [] : at,
        lockedUntil: full ? now + AUTH_LOCKOUT_MS : (known?.lockedUntil ?? 0),
      });
      if (failures.size > MAX_REMEMBERED_ADDRESSES) failures.delete(failures.keys().next().value!);
    },
    isLockedOut(address) {
      if (failures.size === 0) return false;
      const known = failures.get(throttleKey(address));
      return known !== undefined && clock.mono() < known.lockedUntil;
    },

    get standing() {
      return sizeOf(everybody);
    },
    get remembered() {
      return failures.size;
    },
  };
}
