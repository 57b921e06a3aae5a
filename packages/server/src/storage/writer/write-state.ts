/**
 * What the write queue is doing.
 *
 *   idle ──change──► committing ──answered, none waiting──► idle
 *                       │  (answered, more waiting: the next group)
 *                       └─failed──► recovering ──opened──► idle
 *                                    ▲      └──failed──► pausing
 *                                    └────────retry─────────┘
 *   close:  idle, pausing ──────────► closing ──ended──► closed
 *           committing, recovering ──► draining ──drained──► closing
 *
 * Changes are taken in `idle` and `committing` only.
 */
export type WriteState = 'idle' | 'committing' | 'recovering' | 'pausing' | 'draining' | 'closing' | 'closed';

export type WriteEvent =
  | 'change'
  | 'none_waiting'
  | 'failed'
  | 'opened'
  | 'retry'
  | 'close'
  | 'drained'
  | 'ended';

export const WRITE_TRANSITIONS: Readonly<
  Record<WriteState, Readonly<Partial<Record<WriteEvent, WriteState>>>>
> = {
  idle: { change: 'committing', close: 'closing' },
  committing: { none_waiting: 'idle', failed: 'recovering', close: 'draining' },
  recovering: { opened: 'idle', failed: 'pausing', close: 'draining' },
  pausing: { retry: 'recovering', close: 'closing' },
  draining: { drained: 'closing' },
  closing: { ended: 'closed' },
  closed: {},
};

/** @throws Error for an event that has no place in the state: a fault in the queue */
export function nextWriteState(state: WriteState, event: WriteEvent): WriteState {
  const next = WRITE_TRANSITIONS[state][event];
  if (!next) throw new Error(`${event} in state ${state}`);
  return next;
}
