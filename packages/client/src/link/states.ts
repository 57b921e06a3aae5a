/**
 * The states of the link.
 *
 *            start            connected          proven            registered
 *    idle ─────────► dialing ──────────► proving ──────► registering ──────────► ready
 *      ▲               ▲ │                  │                 │                    │
 *      │ stop (from    │ └──────────────────┴────────┬────────┴────────────────────┘
 *      │ everywhere)   │ retry                       │ failed
 *      │               └───────────────── waiting ◄──┘
 *      └── gave up ──────────────────────────┘
 *
 *   idle         nothing is open, nothing is planned
 *   dialing      name lookup, TCP, TLS; at most 10 s
 *   proving      waiting for the server's first frame (10 s), then both sides prove themselves
 *   registering  `register` is sent, `registered` is awaited
 *   ready        heartbeats go out, messages are handed on
 *   waiting      a timer runs until the next attempt (reconnect.ts)
 */
export const LINK_STATES = ['idle', 'dialing', 'proving', 'registering', 'ready', 'waiting'] as const;
export type LinkState = (typeof LINK_STATES)[number];

export const LINK_EVENTS = [
  'start',
  'connected',
  'proven',
  'registered',
  'failed',
  'retry',
  'stop',
  'gaveUp',
] as const;
export type LinkEvent = (typeof LINK_EVENTS)[number];

const TRANSITIONS: Readonly<Record<LinkState, Partial<Readonly<Record<LinkEvent, LinkState>>>>> = {
  idle: { start: 'dialing', stop: 'idle' },
  dialing: { connected: 'proving', failed: 'waiting', stop: 'idle' },
  proving: { proven: 'registering', failed: 'waiting', stop: 'idle' },
  registering: { registered: 'ready', failed: 'waiting', stop: 'idle' },
  ready: { failed: 'waiting', stop: 'idle' },
  waiting: { retry: 'dialing', gaveUp: 'idle', stop: 'idle' },
};

/** @throws Error when the event has no place in that state, which is a fault of the program */
export function nextState(state: LinkState, event: LinkEvent): LinkState {
  const next = TRANSITIONS[state][event];
  if (!next) throw new Error(`the link cannot take ${event} while ${state}`);
  return next;
}
