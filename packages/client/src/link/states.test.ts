import { expect, test } from 'vitest';

import { LINK_EVENTS, LINK_STATES, nextState } from './states.ts';
import type { LinkEvent, LinkState } from './states.ts';

const TABLE: [LinkState, LinkEvent, LinkState][] = [
  ['idle', 'start', 'dialing'],
  ['idle', 'stop', 'idle'],
  ['dialing', 'connected', 'proving'],
  ['dialing', 'failed', 'waiting'],
  ['dialing', 'stop', 'idle'],
  ['proving', 'proven', 'registering'],
  ['proving', 'failed', 'waiting'],
  ['proving', 'stop', 'idle'],
  ['registering', 'registered', 'ready'],
  ['registering', 'failed', 'waiting'],
  ['registering', 'stop', 'idle'],
  ['ready', 'failed', 'waiting'],
  ['ready', 'stop', 'idle'],
  ['waiting', 'retry', 'dialing'],
  ['waiting', 'gaveUp', 'idle'],
  ['waiting', 'stop', 'idle'],
];

test.each(TABLE)('%s, %s: %s', (state, event, next) => {
  expect(nextState(state, event)).toBe(next);
});

test('every other event in every state is a fault of the program', () => {
  const allowed = new Set(TABLE.map(([state, event]) => `${state} ${event}`));
  for (const state of LINK_STATES) {
    for (const event of LINK_EVENTS) {
      if (allowed.has(`${state} ${event}`)) continue;
      expect(() => nextState(state, event), `${state} ${event}`).toThrow(event);
    }
  }
});
