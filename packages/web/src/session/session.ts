/** The session of this tab: signs in and out, keeps it alive while someone is there, and follows the other tabs. */
import { changePassword, checkAuth, keepAlive, login, logout } from '@ops/protocol/http/auth.ts';

import { ApiError } from '../api/api-error.ts';
import type { Api } from '../api/client.ts';
import type { BrowserClock } from '../browser/clock.ts';
import { createSignal } from '../browser/signal.ts';
import type { Signal } from '../browser/signal.ts';
import type { Activity } from './activity.ts';
import { step } from './session-state.ts';
import type { SessionEvent, SessionState } from './session-state.ts';
import type { Tabs } from './tabs.ts';
import { freshTiming, isOver, keepAliveDue, noticeAt, withLeft } from './timing.ts';
import type { Notice } from './timing.ts';

/** How often the console looks at the time of the session. */
const TICK_MS = 1000;
/** Other tabs hear of activity here at most this often. */
const ACTIVITY_TOLD_EVERY_MS = 1000;
/** A server that gives no answer at the start is asked again this often. */
const RETRY_MS = 3000;

export interface Session {
  readonly state: Pick<Signal<SessionState>, 'get' | 'subscribe'>;
  readonly notice: Pick<Signal<Notice | null>, 'get' | 'subscribe'>;
  /** Begins: asks the server who this is. Returns how to stop. */
  start(): () => void;
  /** Asks again, which does not extend the session. */
  check(): Promise<void>;
  /** @throws ApiError */
  signIn(username: string, password: string): Promise<void>;
  /** @throws ApiError when the server could not be told; the session then still lives */
  signOut(): Promise<void>;
  /** @throws ApiError */
  changePassword(current: string, next: string): Promise<void>;
  /** A sign of the reader; tells the server now and then. */
  readonly active: (activity: Activity) => void;
  /** The reader wants to stay. */
  stay(): Promise<void>;
  /** The reader signs in anew on top of the page, before the session reaches its end. */
  renew(): void;
  /** What any call that failed means for the session. */
  readonly heed: (error: ApiError) => void;
}

interface SessionNeeds {
  /** Late, because the calls report their failures here. */
  readonly api: () => Api;
  readonly clock: BrowserClock;
  readonly tabs: Tabs;
}

export function createSession({ api, clock, tabs }: SessionNeeds): Session {
  const state = createSignal<SessionState>({ phase: 'checking' });
  const notice = createSignal<Notice | null>(null);
  let timing = freshTiming(null, clock.wall());
  let confirming = false;
  let activityToldAt = 0;

  function apply(event: SessionEvent): void {
    state.set(step(state.get(), event));
    if (state.get().phase !== 'signed-in') notice.set(null);
  }

  /** The session is over. The other tabs share it, and ask for themselves. */
  function refused(): void {
    const wasIn = state.get().phase === 'signed-in';
    apply({ kind: 'refused' });
    if (wasIn) tabs.tell({ kind: 'changed' });
  }

  async function check(): Promise<void> {
    try {
      const answer = await api().call(checkAuth, {});
      const now = clock.wall();
      const known = state.get().phase === 'signed-in';
      timing = known ? withLeft(timing, answer, now) : freshTiming(answer, now);
      const { username: name, role, must_change_password: mustChangePassword, restricted } = answer;
      apply({ kind: 'verified', user: { name, role, mustChangePassword, restricted } });
    } catch (error) {
      // A refusal has been heeded on its way here.
      if (!(error instanceof ApiError)) throw error;
      if (error.code !== 'unauthenticated') apply({ kind: 'no-answer' });
    }
  }

  async function extend(): Promise<void> {
    const now = clock.wall();
    timing = { ...timing, lastActivityAt: now, lastKeepAliveAt: now };
    notice.set(noticeAt(timing, now));
    try {
      const answer = await api().call(keepAlive, {});
      const { expires_in_secs, max_expires_in_secs } = answer;
      const left = { expires_in_secs, max_expires_in_secs };
      timing = withLeft(timing, left, clock.wall());
      notice.set(noticeAt(timing, clock.wall()));
      tabs.tell({ kind: 'extended', at: now, left });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Not told: the next sign of the reader tries again.
      if (error.code !== 'unauthenticated') timing = { ...timing, lastKeepAliveAt: 0 };
    }
  }

  /** Its time is over by this clock; the server has the last word. */
  async function confirmOver(): Promise<void> {
    if (confirming) return;
    confirming = true;
    await check();
    confirming = false;
    if (isOver(timing, clock.wall())) refused();
  }

  function tick(): void {
    if (state.get().phase !== 'signed-in') return;
    const now = clock.wall();
    notice.set(noticeAt(timing, now));
    if (isOver(timing, now)) void confirmOver();
  }

  function retry(): void {
    if (state.get().phase !== 'unreachable') return;
    void check();
  }

  return {
    state,
    notice,
    start() {
      void check();
      const ticking = clock.every(TICK_MS, tick);
      const retrying = clock.every(RETRY_MS, retry);
      const stopListening = tabs.listen((message) => {
        switch (message.kind) {
          case 'left':
            return apply({ kind: 'left' });
          case 'changed':
            return void check();
          case 'active':
            timing = { ...timing, lastActivityAt: Math.max(timing.lastActivityAt, message.at) };
            return tick();
          case 'extended':
            timing = { ...timing, lastActivityAt: message.at, lastKeepAliveAt: message.at };
            timing = withLeft(timing, message.left, clock.wall());
            return tick();
        }
      });
      return () => {
        ticking.cancel();
        retrying.cancel();
        stopListening();
      };
    },
    check,
    async signIn(username, password) {
      await api().call(login, { body: { username, password } });
      await check();
      tabs.tell({ kind: 'changed' });
    },
    async signOut() {
      try {
        await api().call(logout, {});
      } catch (error) {
        // Nobody was signed in any more: that is what was wanted.
        if (!(error instanceof ApiError && error.code === 'unauthenticated')) throw error;
      }
      apply({ kind: 'left' });
      tabs.tell({ kind: 'left' });
    },
    async changePassword(current, next) {
      await api().call(changePassword, { body: { current_password: current, new_password: next } });
      await check();
      tabs.tell({ kind: 'changed' });
    },
    active(activity) {
      if (state.get().phase !== 'signed-in') return;
      if (activity === 'moved' && notice.get() !== null) return;
      const now = clock.wall();
      timing = { ...timing, lastActivityAt: now };
      if (now - activityToldAt >= ACTIVITY_TOLD_EVERY_MS) {
        activityToldAt = now;
        tabs.tell({ kind: 'active', at: now });
      }
      if (keepAliveDue(timing, now)) void extend();
      else tick();
    },
    stay: extend,
    renew: () => apply({ kind: 'refused' }),
    heed(error) {
      if (error.code === 'unauthenticated') refused();
      if (error.code === 'password_change_required') apply({ kind: 'restricted' });
    },
  };
}
