import type { Endpoint } from '@ops/protocol/http/endpoint.ts';
import { describe, expect, test } from 'vitest';

import { ApiError } from '../api/api-error.ts';
import type { Api } from '../api/client.ts';
import { manualBrowserClock } from '../browser/clock.test-support.ts';
import { createSession } from './session.ts';
import type { TabMessage, Tabs } from './tabs.ts';

const MINUTE = 60_000;
const HOUR_SECS = 3600;

/** The server as far as sessions go. */
function fakeServer() {
  return {
    calls: [] as string[],
    signedIn: true,
    reachable: true,
    expiresInSecs: HOUR_SECS as number | null,
    maxExpiresInSecs: (12 * HOUR_SECS) as number | null,
    restricted: false,
  };
}

function fakeTabs() {
  const told: TabMessage[] = [];
  let listener: ((message: TabMessage) => void) | undefined;
  const tabs: Tabs = {
    tell: (message) => told.push(message),
    listen(call) {
      listener = call;
      return () => (listener = undefined);
    },
  };
  return { tabs, told, hear: (message: TabMessage) => listener?.(message) };
}

function start(server = fakeServer()) {
  const { clock, hand } = manualBrowserClock();
  const { tabs, told, hear } = fakeTabs();

  function answer({ path }: Endpoint): unknown {
    if (!server.reachable) throw new ApiError('unreachable', '', { status: 0 });
    if (path === '/api/login') {
      server.signedIn = true;
      return { success: true };
    }
    if (!server.signedIn) throw new ApiError('unauthenticated', '', { status: 401 });
    if (path === '/api/logout') server.signedIn = false;
    if (path === '/api/keep-alive') server.expiresInSecs = HOUR_SECS;
    return {
      username: 'admin',
      role: 'admin',
      must_change_password: server.restricted,
      restricted: server.restricted,
      expires_in_secs: server.expiresInSecs,
      max_expires_in_secs: server.maxExpiresInSecs,
    };
  }
  const api: Api = {
    async call(endpoint) {
      server.calls.push(endpoint.path);
      await Promise.resolve();
      try {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the test is the server
        return answer(endpoint) as never;
      } catch (error) {
        if (error instanceof ApiError) session.heed(error);
        throw error;
      }
    },
  };
  const session = createSession({ api: () => api, clock, tabs });
  const stop = session.start();
  const phase = () => session.state.get().phase;
  const count = (path: string) => server.calls.filter((call) => call === path).length;
  return { session, server, hand, told, hear, stop, phase, count };
}

describe('at the start', () => {
  test('a reload stays signed in', async () => {
    const { hand, phase, session } = start();
    expect(phase()).toBe('checking');
    await hand.advanceAsync(0);
    expect(session.state.get()).toMatchObject({ phase: 'signed-in', user: { name: 'admin', role: 'admin' } });
  });

  test('without a session one is asked to sign in', async () => {
    const { hand, phase } = start({ ...fakeServer(), signedIn: false });
    await hand.advanceAsync(0);
    expect(phase()).toBe('signed-out');
  });

  test('a server that gives no answer is asked again until it does', async () => {
    const { hand, phase, server } = start({ ...fakeServer(), reachable: false });
    await hand.advanceAsync(0);
    expect(phase()).toBe('unreachable');
    server.reachable = true;
    await hand.advanceAsync(3000);
    expect(phase()).toBe('signed-in');
  });
});

describe('activity', () => {
  test('extends the session at most once a minute', async () => {
    const { session, hand, count } = start();
    await hand.advanceAsync(0);
    for (let second = 0; second < 60; second++) {
      session.active('deliberate');
      await hand.advanceAsync(1000);
    }
    expect(count('/api/keep-alive')).toBe(1);
    session.active('moved');
    await hand.advanceAsync(0);
    expect(count('/api/keep-alive')).toBe(2);
  });

  test('none: the server is not told, whatever time passes', async () => {
    const { hand, count } = start();
    await hand.advanceAsync(30 * MINUTE);
    expect(count('/api/keep-alive')).toBe(0);
  });

  test('after five quiet minutes there is a notice with the time left; staying takes it away', async () => {
    const { session, hand } = start();
    await hand.advanceAsync(5 * MINUTE - 1);
    expect(session.notice.get()).toBeNull();
    await hand.advanceAsync(1001);
    expect(session.notice.get()).toMatchObject({ kind: 'idle' });
    expect(session.notice.get()?.leftMs).toBeLessThanOrEqual(55 * MINUTE);
    await session.stay();
    expect(session.notice.get()).toBeNull();
  });

  test('a pointer that only moves does not answer the notice, a press does', async () => {
    const { session, hand, count } = start();
    await hand.advanceAsync(6 * MINUTE);
    session.active('moved');
    expect(session.notice.get()).not.toBeNull();
    session.active('deliberate');
    await hand.advanceAsync(0);
    expect(session.notice.get()).toBeNull();
    expect(count('/api/keep-alive')).toBe(1);
  });

  test('that could not be told is told with the next sign', async () => {
    const { session, hand, server, count } = start();
    await hand.advanceAsync(0);
    server.reachable = false;
    session.active('deliberate');
    await hand.advanceAsync(0);
    server.reachable = true;
    session.active('deliberate');
    await hand.advanceAsync(0);
    expect(count('/api/keep-alive')).toBe(2);
  });
});

describe('the end', () => {
  test('comes at one hour, in place', async () => {
    const { hand, server, phase } = start();
    await hand.advanceAsync(60 * MINUTE - 2000);
    expect(phase()).toBe('signed-in');
    server.signedIn = false;
    await hand.advanceAsync(3000);
    expect(phase()).toBe('expired');
  });

  test('is left to the server: a session that lives longer there goes on', async () => {
    const { hand, phase, session } = start();
    await hand.advanceAsync(60 * MINUTE + 2000);
    expect(phase()).toBe('signed-in');
    expect(session.notice.get()).toBeNull();
  });

  test('comes also when the server cannot be asked', async () => {
    const { hand, server, phase } = start();
    await hand.advanceAsync(59 * MINUTE);
    server.reachable = false;
    await hand.advanceAsync(2 * MINUTE);
    expect(phase()).toBe('expired');
  });

  test('is announced loudly for its last five minutes, and any press moves it', async () => {
    const { session, hand } = start();
    await hand.advanceAsync(55 * MINUTE + 1000);
    expect(session.notice.get()).toMatchObject({ kind: 'ending' });
    session.active('deliberate');
    await hand.advanceAsync(0);
    expect(session.notice.get()).toBeNull();
  });

  test('that activity does not move is announced as the limit', async () => {
    const { session, hand } = start({ ...fakeServer(), maxExpiresInSecs: HOUR_SECS });
    await hand.advanceAsync(55 * MINUTE + 1000);
    expect(session.notice.get()).toMatchObject({ kind: 'limit' });
  });

  test('a 401 of any call expires the session, and signing in goes on where it was', async () => {
    const { session, hand, server, phase } = start();
    await hand.advanceAsync(0);
    server.signedIn = false;
    session.heed(new ApiError('unauthenticated', '', { status: 401 }));
    expect(phase()).toBe('expired');
    await session.signIn('admin', 'secret');
    expect(phase()).toBe('signed-in');
  });

  test('a password that has to be changed first is known from the refusal', async () => {
    const { session, hand } = start();
    await hand.advanceAsync(0);
    session.heed(new ApiError('password_change_required', '', { status: 403 }));
    expect(session.state.get()).toMatchObject({ user: { restricted: true } });
  });

  test('nothing is left running', async () => {
    const { hand, stop } = start();
    await hand.advanceAsync(0);
    stop();
    expect(hand.pending).toBe(0);
  });
});

describe('other tabs', () => {
  test('are told of signing in, of staying and of signing out', async () => {
    const { session, hand, told } = start();
    await hand.advanceAsync(0);
    await session.signIn('admin', 'secret');
    await session.stay();
    await session.signOut();
    expect(told.map((message) => message.kind)).toEqual(['changed', 'extended', 'left']);
  });

  test('sign out with this one', async () => {
    const { hand, hear, phase } = start();
    await hand.advanceAsync(0);
    hear({ kind: 'left' });
    expect(phase()).toBe('signed-out');
  });

  test('that sign in bring this one along', async () => {
    const { hand, hear, phase, server } = start({ ...fakeServer(), signedIn: false });
    await hand.advanceAsync(0);
    server.signedIn = true;
    hear({ kind: 'changed' });
    await hand.advanceAsync(0);
    expect(phase()).toBe('signed-in');
  });

  test('that are in use keep the notice away here', async () => {
    const { session, hand, hear } = start();
    await hand.advanceAsync(6 * MINUTE);
    expect(session.notice.get()).not.toBeNull();
    hear({
      kind: 'extended',
      at: hand.wall(),
      left: { expires_in_secs: HOUR_SECS, max_expires_in_secs: 12 * HOUR_SECS },
    });
    expect(session.notice.get()).toBeNull();
    await hand.advanceAsync(4 * MINUTE);
    hear({ kind: 'active', at: hand.wall() });
    await hand.advanceAsync(4 * MINUTE);
    expect(session.notice.get()).toBeNull();
    await hand.advanceAsync(MINUTE);
    expect(session.notice.get()).toMatchObject({ kind: 'idle' });
  });

  test('hear of activity here, once a second at most', async () => {
    const { session, hand, told } = start();
    await hand.advanceAsync(0);
    for (let tenth = 0; tenth < 20; tenth++) {
      session.active('moved');
      await hand.advanceAsync(100);
    }
    expect(told.filter((message) => message.kind === 'active')).toHaveLength(2);
  });

  test('are asked to look when this one is refused, once', async () => {
    const { session, hand, told, hear, server } = start();
    await hand.advanceAsync(0);
    server.signedIn = false;
    session.heed(new ApiError('unauthenticated', '', { status: 401 }));
    hear({ kind: 'changed' });
    await hand.advanceAsync(0);
    expect(told).toEqual([{ kind: 'changed' }]);
  });

  test('are told of a changed password: what it lifts is lifted in all of them', async () => {
    const { session, hand, told } = start();
    await hand.advanceAsync(0);
    await session.changePassword('old', 'new');
    expect(told).toEqual([{ kind: 'changed' }]);
  });
});
