import { expect, it } from 'vitest';

import { CONNECTION_STATES, mayFollow, PHASE_OF } from './connection-state.ts';

it('a connection goes where the drawing says, and nowhere else', () => {
  const ways = CONNECTION_STATES.flatMap((from) =>
    CONNECTION_STATES.filter((to) => mayFollow(from, to)).map((to) => `${from} → ${to}`),
  );
  expect(ways).toEqual([
    'arriving → greeting',
    'arriving → registering',
    'arriving → closing',
    'arriving → closed',
    'greeting → refusing',
    'greeting → registering',
    'greeting → closing',
    'greeting → closed',
    'refusing → closing',
    'refusing → closed',
    'registering → ready',
    'registering → closing',
    'registering → closed',
    'ready → closing',
    'ready → closed',
    'closing → closed',
  ]);
});

it('frames are read in three states only', () => {
  expect(Object.keys(PHASE_OF)).toEqual(['greeting', 'registering', 'ready']);
});
