import { describe, expect, it } from 'vitest';

import { messageOf } from '../storage-error.ts';
import { nextWriteState, WRITE_TRANSITIONS, type WriteEvent, type WriteState } from './write-state.ts';

const EVENTS: readonly WriteEvent[] = [
  'change',
  'none_waiting',
  'failed',
  'opened',
  'retry',
  'close',
  'drained',
  'ended',
];
const STATES: readonly WriteState[] = [
  'idle',
  'committing',
  'recovering',
  'pausing',
  'draining',
  'closing',
  'closed',
];

const ALLOWED: readonly (readonly [WriteState, WriteEvent, WriteState])[] = [
  ['idle', 'change', 'committing'],
  ['idle', 'close', 'closing'],
  ['committing', 'none_waiting', 'idle'],
  ['committing', 'failed', 'recovering'],
  ['committing', 'close', 'draining'],
  ['recovering', 'opened', 'idle'],
  ['recovering', 'failed', 'pausing'],
  ['recovering', 'close', 'draining'],
  ['pausing', 'retry', 'recovering'],
  ['pausing', 'close', 'closing'],
  ['draining', 'drained', 'closing'],
  ['closing', 'ended', 'closed'],
];

function next(state: WriteState, event: WriteEvent): string {
  try {
    return nextWriteState(state, event);
  } catch (cause) {
    return messageOf(cause);
  }
}

describe('what the write queue is doing', () => {
  it('changes as drawn, in every state for every event', () => {
    for (const state of STATES) {
      for (const event of EVENTS) {
        const allowed = ALLOWED.find(([from, by]) => from === state && by === event);
        expect(next(state, event)).toBe(allowed?.[2] ?? `${event} in state ${state}`);
      }
    }
    expect(Object.keys(WRITE_TRANSITIONS).toSorted()).toEqual([...STATES].toSorted());
  });
});
