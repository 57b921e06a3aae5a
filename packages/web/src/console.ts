/** Puts the console's parts together. React reaches them through `useConsole`. */
import { listClients } from '@ops/protocol/http/clients.ts';
import type { ClientName, ClientNames } from '@ops/protocol/http/clients.ts';
import { pollEvents } from '@ops/protocol/http/events.ts';
import { QueryClient } from '@tanstack/react-query';
import { createContext, useContext, useSyncExternalStore } from 'react';

import { ApiError, isNoAnswer } from './api/api-error.ts';
import { createApi } from './api/client.ts';
import type { Api, Fetch } from './api/client.ts';
import { checkHealth } from './api/health-check.ts';
import type { BrowserClock } from './browser/clock.ts';
import { hrefBelow } from './browser/root.ts';
import type { HrefOf } from './browser/root.ts';
import { createSignal } from './browser/signal.ts';
import type { Signal } from './browser/signal.ts';
import type { EventStreamNeeds } from './live/event-stream.ts';
import { createFleetLive } from './live/fleet-live.ts';
import type { FleetLive } from './live/fleet-live.ts';
import { createFreshness } from './live/freshness.ts';
import type { Freshness } from './live/freshness.ts';
import { createPolling } from './live/polling.ts';
import type { Polling } from './live/stream-terms.ts';
import { createServerClock } from './live/server-clock.ts';
import type { ServerClock } from './live/server-clock.ts';
import { createWindowLive } from './live/window-live.ts';
import type { WindowLive } from './live/window-live.ts';
import { createTicker } from './live/ticker.ts';
import type { Ticker } from './live/ticker.ts';
import { createShortcuts } from './shortcuts/shortcuts.ts';
import type { Shortcuts } from './shortcuts/shortcuts.ts';
import { REMEMBERED, recall, remember } from './preferences/remembered.ts';
import { createSession } from './session/session.ts';
import type { Session } from './session/session.ts';
import type { Tabs } from './session/tabs.ts';
import { LANGUAGE_TAGS } from './text/language.ts';
import type { Language } from './text/language.ts';

export interface Console {
  /** Path the console lies at, with a slash at its end. */
  readonly root: string;
  /** For links and downloads; `api` and `streams` do it by themselves. */
  readonly hrefOf: HrefOf;
  readonly api: Api;
  readonly session: Session;
  readonly fleet: FleetLive;
  readonly freshness: Freshness;
  readonly fleetWindow: WindowLive;
  readonly streams: EventStreamNeeds;
  /** How live updates come. */
  readonly way: Polling['way'];
  readonly queries: QueryClient;
  readonly clock: BrowserClock;
  readonly serverClock: ServerClock;
  readonly ticker: Ticker;
  readonly language: Signal<Language>;
  readonly shortcuts: Shortcuts;
}

interface ConsoleNeeds {
  readonly clock: BrowserClock;
  readonly root: string;
  /** Takes paths of the server, as `connect` does. */
  readonly fetch: Fetch;
  readonly connect: (path: string) => EventSource;
  readonly tabs: Tabs;
  readonly language: Language;
  /** Keys without Control or Command are shortcuts. */
  readonly singleKeys: boolean;
  readonly apple: boolean;
}

/** Tries of a reading query; a refusal is final. */
const MAX_RETRIES = 2;

/** All hosts by their names, page by page. */
async function fetchFleet(api: Api): Promise<ClientNames> {
  const clients: Record<string, ClientName> = {};
  let cursor: string | undefined;
  for (;;) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion no-await-in-loop -- names have their own form; a page names the next
    const page = (await api.call(listClients, {
      query: { fields: 'names', ...(cursor !== undefined && { cursor }) },
    })) as unknown as ClientNames;
    Object.assign(clients, page.clients);
    if (page.next_cursor === null) return { ...page, clients };
    cursor = page.next_cursor;
  }
}

/** Changes each time the reader of an expired session has signed in again. */
function signsOfReturn({ state }: Pick<Session, 'state'>): Signal<number> {
  const returns = createSignal(0);
  let wasExpired = false;
  state.subscribe(() => {
    const { phase } = state.get();
    if (wasExpired && phase === 'signed-in') returns.set(returns.get() + 1);
    wasExpired = phase === 'expired';
  });
  return returns;
}

export function createConsole(needs: ConsoleNeeds): Console {
  const { clock, root } = needs;
  const language = createSignal<Language>(needs.language);
  const session: Session = createSession({ api: () => api, clock, tabs: needs.tabs });
  const api: Api = createApi({
    fetch: needs.fetch,
    languageTag: () => LANGUAGE_TAGS[language.get()],
    onFailure(error) {
      session.heed(error);
      if (isNoAnswer(error)) checkHealth(queries);
    },
  });
  const serverClock = createServerClock(clock);
  const polling = createPolling({
    clock,
    connect: needs.connect,
    ask: (query, signal) => api.call(pollEvents, { query, signal }),
    remembered: recall(REMEMBERED.liveWay) === 'poll' ? 'poll' : 'stream',
    remember: (way) => remember(REMEMBERED.liveWay, way),
  });
  const streams: EventStreamNeeds = {
    clock,
    connect: needs.connect,
    polling,
    signedIn: signsOfReturn(session),
  };
  const fleet = createFleetLive({
    ...streams,
    serverClock,
    fetchFleet: () => fetchFleet(api),
    onRefused: () => void session.check(),
  });
  const fleetWindow = createWindowLive({
    ...streams,
    serverClock,
    onRefused: () => void session.check(),
  });
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        retry: (count, error) =>
          count < MAX_RETRIES && (!(error instanceof ApiError) || error.status >= 500 || error.status === 0),
        staleTime: 1000,
      },
      mutations: { networkMode: 'always' },
    },
  });
  const freshness = createFreshness(clock);
  const shortcuts = createShortcuts({ clock, apple: needs.apple, single: needs.singleKeys });
  const ticker = createTicker(clock);
  return {
    root,
    hrefOf: hrefBelow(root),
    api,
    session,
    fleet,
    fleetWindow,
    freshness,
    streams,
    way: polling.way,
    queries,
    clock,
    serverClock,
    ticker,
    language,
    shortcuts,
  };
}

export const ConsoleContext = createContext<Console | null>(null);

export function useConsole(): Console {
  const found = useContext(ConsoleContext);
  if (found === null) throw new Error('a component of the console was drawn outside of it');
  return found;
}

/** The present value of a signal, drawn again when it changes. */
export function useSignal<T>(signal: Pick<Signal<T>, 'get' | 'subscribe'>): T {
  return useSyncExternalStore(signal.subscribe, signal.get);
}
