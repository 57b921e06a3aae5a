import {
  AUTH_FAILURES_PER_MINUTE,
  AUTH_LOCKOUT_MS,
  MAX_UNAUTHENTICATED,
  MAX_UNAUTHENTICATED_PER_ADDRESS,
} from '@ops/protocol/wire/limits.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { describe, expect, it } from 'vitest';

import { createDoorkeeper } from './doorkeeper.ts';
import type { Doorkeeper, Place } from './doorkeeper.ts';
import { MAX_REMEMBERED_ADDRESSES, TIME_TO_SPEAK_MS } from './limits.ts';

interface Scene {
  readonly door: Doorkeeper;
  readonly clock: ManualClock;
  readonly evicted: string[];
  readonly enter: (name: string, address?: string) => Place | undefined;
}

function scene(limits: { maxInAll?: number; maxPerAddress?: number } = {}): Scene {
  const clock = new ManualClock();
  const evicted: string[] = [];
  const door = createDoorkeeper({ clock, ...limits });
  const enter = (name: string, address = '10.0.0.1'): Place | undefined =>
    door.enter(address, { evict: () => void evicted.push(name) });
  return { door, clock, evicted, enter };
}

describe('room at the door', () => {
  it('is for so many of an address, and for so many in all', () => {
    const { door, evicted, enter } = scene();
    for (let i = 0; i < MAX_UNAUTHENTICATED_PER_ADDRESS; i++) enter(`a${i}`, '10.0.0.1');
    expect(evicted).toEqual([]);
    enter('one more', '10.0.0.1');
    expect(evicted).toEqual(['a0']);
    for (let i = door.standing; i < MAX_UNAUTHENTICATED; i++) enter(`b${i}`, `10.0.1.${i % 200}`);
    expect(evicted).toEqual(['a0']);
    enter('one more in all', '10.0.2.1');
    expect(evicted).toEqual(['a0', 'a1']);
    expect(door.standing).toBe(MAX_UNAUTHENTICATED);
  });

  it('is made by the oldest silent one, then by the oldest that spoke; never by a proven one', () => {
    const { door, evicted, enter } = scene({ maxPerAddress: 3 });
    const [a, b, c] = [enter('a')!, enter('b')!, enter('c')!];
    door.promote(a, 'speaking');
    door.promote(b, 'proven');
    enter('d');
    expect(evicted).toEqual(['c']);
    enter('e');
    expect(evicted).toEqual(['c', 'd']);
    door.promote(enter('f')!, 'proven');
    expect(evicted).toEqual(['c', 'd', 'e']);
    door.promote(enter('g')!, 'proven');
    expect(evicted).toEqual(['c', 'd', 'e', 'a']);
    expect(enter('h')).toBeUndefined();
    door.leave(c);
    expect(door.standing).toBe(3);
  });

  it('is not made by who had no time to speak, as long as somebody else can go', () => {
    const { door, evicted, enter, clock } = scene({ maxPerAddress: 2 });
    door.promote(enter('spoke long ago')!, 'speaking');
    clock.advance(TIME_TO_SPEAK_MS);
    enter('just came');
    enter('newcomer');
    expect(evicted).toEqual(['spoke long ago']);
    enter('another');
    expect(evicted).toEqual(['spoke long ago', 'just came']);
  });

  it('counts the /64 of an IPv6 address as one, and IPv4 inside IPv6 as IPv4', () => {
    const { evicted, enter } = scene({ maxPerAddress: 1 });
    enter('a', '2001:db8::1');
    enter('b', '2001:db8::ffff');
    expect(evicted).toEqual(['a']);
    enter('c', '2001:db8:0:1::1');
    enter('d', '10.0.0.1');
    enter('e', '::ffff:10.0.0.1');
    expect(evicted).toEqual(['a', 'd']);
  });

  it('is free again when a visitor leaves; leaving twice is harmless', () => {
    const { door, evicted, enter } = scene({ maxInAll: 1 });
    const place = enter('a')!;
    door.leave(place);
    door.leave(place);
    door.promote(place, 'proven');
    expect(door.standing).toBe(0);
    enter('b');
    expect(evicted).toEqual([]);
  });
});

function failTimes(door: Doorkeeper, times: number, address = '10.0.0.1'): void {
  for (let i = 0; i < times; i++) door.failed(address);
}

describe('failed proofs', () => {
  it('the last one allowed is free, one more locks the address out for a minute', () => {
    const { door, clock } = scene();
    failTimes(door, AUTH_FAILURES_PER_MINUTE - 1);
    expect(door.isLockedOut('10.0.0.1')).toBe(false);
    door.failed('10.0.0.1');
    expect(door.isLockedOut('10.0.0.1')).toBe(true);
    expect(door.isLockedOut('10.0.0.2')).toBe(false);
    clock.advance(AUTH_LOCKOUT_MS - 1);
    expect(door.isLockedOut('10.0.0.1')).toBe(true);
    clock.advance(1);
    expect(door.isLockedOut('10.0.0.1')).toBe(false);
  });

  it('count within any minute, not for ever', () => {
    const { door, clock } = scene();
    for (let i = 0; i < 100; i++) {
      door.failed('10.0.0.1');
      clock.advance(7000);
    }
    expect(door.isLockedOut('10.0.0.1')).toBe(false);
  });

  it('are remembered of so many addresses; the one that failed longest ago is forgotten', () => {
    const { door } = scene();
    failTimes(door, AUTH_FAILURES_PER_MINUTE, '192.0.2.1');
    for (let i = 0; i < MAX_REMEMBERED_ADDRESSES; i++)
      door.failed(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    expect(door.remembered).toBe(MAX_REMEMBERED_ADDRESSES);
    expect(door.isLockedOut('192.0.2.1')).toBe(false);
  });
});
