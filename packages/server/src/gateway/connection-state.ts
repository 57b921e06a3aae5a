/**
 * The states of the server's side of one connection.
 *
 *                     authentication off: hello
 *   arriving ──────────────────────────────────────────────┐
 *      │ auth_challenge                                     ▼
 *      └───────────► greeting ──right: auth_ok──────► registering ──registered──► ready
 *                        │ wrong                            │ refused               │ goodbye, error,
 *                        ▼                                  ▼                       ▼ silence, too slow
 *                    refusing ──250 ms, auth_failed──► closing ◄────────────────────┘
 *
 *   any state but closed ──fault, deadline──► closing ──both ends closed, or the grace is over──► closed
 *   any state ──the socket is closed──► closed
 *
 *   arriving     accepted; the TLS handshake, when there is one
 *   greeting     the challenge is out, one answer is awaited
 *   refusing     the answer was wrong: nothing is read any more, and every cause takes the same time
 *   registering  proved (or authentication is off): `register` is awaited
 *   ready        a client of the fleet; the only state in which the fleet knows of it
 *   closing      the last frame is on its way; what still arrives is thrown away
 */
import type { Phase } from '@ops/protocol/wire/messages.ts';

export const CONNECTION_STATES = [
  'arriving',
  'greeting',
  'refusing',
  'registering',
  'ready',
  'closing',
  'closed',
] as const;
export type ConnectionState = (typeof CONNECTION_STATES)[number];

const NEXT: Readonly<Record<ConnectionState, readonly ConnectionState[]>> = {
  arriving: ['greeting', 'registering', 'closing', 'closed'],
  greeting: ['refusing', 'registering', 'closing', 'closed'],
  refusing: ['closing', 'closed'],
  registering: ['ready', 'closing', 'closed'],
  ready: ['closing', 'closed'],
  closing: ['closed'],
  closed: [],
};

export function mayFollow(from: ConnectionState, to: ConnectionState): boolean {
  return NEXT[from].includes(to);
}

/** The phase of the conversation in which frames are read; absent where none are. */
export const PHASE_OF: Readonly<Partial<Record<ConnectionState, Phase>>> = {
  greeting: 'greeting',
  registering: 'registering',
  ready: 'ready',
};
