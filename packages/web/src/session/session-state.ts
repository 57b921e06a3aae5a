/**
 * Who is signed in, as this tab knows it. `step` is the one function that changes it.
 *
 *               verified                    refused (401, or its time is over)
 *   checking ─────────────► signed-in ─────────────────────────────► expired
 *    │  │  ▲                 │     ▲                                   │ │
 *    │  │  └─ retry ─ unreachable  └──────────── verified ─────────────┘ │
 *    │  └ no-answer ──►┘     │ left (signed out here or in another tab)  │ left
 *    └─ refused ──► signed-out ◄─────────────────────────────────────────┘
 *
 * `expired` keeps the page and what is typed in it, and asks to sign in on top; `signed-out` drops all of it.
 */
import type { Role } from '@ops/protocol/http/endpoint.ts';

export interface User {
  readonly name: string;
  readonly role: Role;
  /** The default password is still in use. */
  readonly mustChangePassword: boolean;
  /** This session may change the password or sign out, and nothing else. */
  readonly restricted: boolean;
}

export type SessionState =
  | { readonly phase: 'checking' | 'unreachable' | 'signed-out' }
  | { readonly phase: 'signed-in' | 'expired'; readonly user: User };

export type SessionEvent =
  | { readonly kind: 'verified'; readonly user: User }
  | { readonly kind: 'refused' | 'no-answer' | 'left' | 'retry' | 'restricted' };

export function step(state: SessionState, event: SessionEvent): SessionState {
  switch (event.kind) {
    case 'verified':
      return { phase: 'signed-in', user: event.user };
    case 'refused':
      if (state.phase === 'signed-in') return { phase: 'expired', user: state.user };
      return state.phase === 'expired' ? state : { phase: 'signed-out' };
    case 'left':
      return { phase: 'signed-out' };
    case 'no-answer':
      return state.phase === 'checking' ? { phase: 'unreachable' } : state;
    case 'retry':
      return state.phase === 'unreachable' ? { phase: 'checking' } : state;
    case 'restricted':
      break;
  }
  return state.phase === 'signed-in' ? { ...state, user: { ...state.user, restricted: true } } : state;
}
