import { expect, test } from 'vitest';

import { manualBrowserClock } from '../../browser/clock.test-support.ts';
import { createSignal } from '../../browser/signal.ts';
import type { ListQuery } from '../../live/window-live.ts';
import type { SessionState } from '../../session/session-state.ts';
import { askEarly } from './use-window.ts';

const READER = { name: 'eve', role: 'viewer', mustChangePassword: false, restricted: false } as const;

function start(pathname: string, search = '') {
  const { clock, hand } = manualBrowserClock();
  const state = createSignal<SessionState>({ phase: 'checking' });
  const asked: ListQuery[] = [];
  let watching = 0;
  const watch = (): (() => void) => {
    watching++;
    return () => watching--;
  };
  askEarly(
    { session: { state }, fleetWindow: { ask: (query) => asked.push(query), watch }, clock, root: '/ops/' },
    { pathname, search },
  );
  return { hand, state, asked, watching: () => watching };
}

test('the overview is asked for as its address says as soon as somebody is signed in, and held for a while', async () => {
  const { hand, state, asked, watching } = start('/ops/', '?q=web&sort=cpu&view=map&nonsense=1');
  expect(watching()).toBe(0);
  state.set({ phase: 'signed-in', user: READER });
  expect(asked).toEqual([{ search: 'web', sort: 'cpu', rows: false }]);
  expect(watching()).toBe(1);
  state.set({ phase: 'expired', user: READER });
  state.set({ phase: 'signed-in', user: READER });
  expect(watching()).toBe(1);
  await hand.advanceAsync(60_000);
  expect([watching(), asked.length]).toEqual([0, 1]);
});

test.each<[string, string, SessionState]>([
  ['another page', '/ops/apps', { phase: 'signed-in', user: READER }],
  ['nobody', '/ops/', { phase: 'signed-out' }],
  ['who may not see it yet', '/ops/', { phase: 'signed-in', user: { ...READER, restricted: true } }],
])('for %s nothing is asked', (_who, pathname, next) => {
  const { state, asked, watching } = start(pathname);
  state.set(next);
  expect([asked, watching()]).toEqual([[], 0]);
});
