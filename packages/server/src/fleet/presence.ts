/**
 * Presence of a client: one state, one table that says what each event makes of it.
 *
 *              register                        silence: 3 heartbeats missed
 *   offline ─────────────► online ──────────────────────────────────────────► late
 *      ▲                    │  ▲                                               │ │
 *      │                    │  └──────────── heartbeat, register ──────────────┘ │
 *      └────────────────────┴────────────── close, timeout ──────────────────────┘
 *
 *   register   the client's link is up (also when it takes the place of an older link)
 *   heartbeat  one arrived
 *   silence    the client's own interval passed three times without one, by the monotonic clock
 *   close      the link closed
 *   timeout    no frame at all for `client_timeout_secs`; the server closes the link
 *
 * Whoever reads the fleet sees a late client as `online` with `late: true`.
 */
import { MISSED_HEARTBEATS_UNTIL_LATE } from '@ops/protocol/domain/client.ts';

export const PRESENCES = ['online', 'late', 'offline'] as const;
export type Presence = (typeof PRESENCES)[number];

export const PRESENCE_EVENTS = ['register', 'heartbeat', 'silence', 'close', 'timeout'] as const;
export type PresenceEvent = (typeof PRESENCE_EVENTS)[number];

/** Only what changes something is in the table: a heartbeat of a client without a link brings nobody back. */
const NEXT: Readonly<Record<Presence, Readonly<Partial<Record<PresenceEvent, Presence>>>>> = {
  offline: { register: 'online' },
  online: { silence: 'late', close: 'offline', timeout: 'offline' },
  late: { register: 'online', heartbeat: 'online', close: 'offline', timeout: 'offline' },
};

export function nextPresence(presence: Presence, event: PresenceEvent): Presence {
  return NEXT[presence][event] ?? presence;
}

/** On top of the missed heartbeats, so that one that is merely on its way does not count as missed. */
export const MAX_LATE_GRACE_MS = 1000;

/** How long a client may be silent before it is late. With the default 3 s: 10 s. */
export function lateAfterMs(heartbeatIntervalSecs: number): number {
  const interval = heartbeatIntervalSecs * 1000;
  return MISSED_HEARTBEATS_UNTIL_LATE * interval + Math.min(interval / 2, MAX_LATE_GRACE_MS);
}
