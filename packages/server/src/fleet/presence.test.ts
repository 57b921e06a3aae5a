import { describe, expect, it } from 'vitest';

import { lateAfterMs, nextPresence, PRESENCE_EVENTS, PRESENCES } from './presence.ts';
import type { Presence, PresenceEvent } from './presence.ts';

const TABLE: Readonly<Record<Presence, Readonly<Record<PresenceEvent, Presence>>>> = {
  offline: {
    register: 'online',
    heartbeat: 'offline',
    silence: 'offline',
    close: 'offline',
    timeout: 'offline',
  },
  online: { register: 'online', heartbeat: 'online', silence: 'late', close: 'offline', timeout: 'offline' },
  late: { register: 'online', heartbeat: 'online', silence: 'late', close: 'offline', timeout: 'offline' },
};

describe('presence', () => {
  for (const presence of PRESENCES) {
    for (const event of PRESENCE_EVENTS) {
      const next = TABLE[presence][event];
      it(`${presence}, ${event}: ${next}`, () => {
        expect(nextPresence(presence, event)).toBe(next);
      });
    }
  }

  it('counts three intervals of the client itself, and a little for one that is on its way', () => {
    expect(lateAfterMs(3)).toBe(10_000);
    expect(lateAfterMs(60)).toBe(181_000);
    expect(lateAfterMs(0.1)).toBe(350);
  });
});
