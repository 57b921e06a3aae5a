import { listBatches } from '@ops/protocol/http/batches.ts';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import { listCommands, MAX_COMMANDS_PAGE } from '@ops/protocol/http/commands.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { useEffect, useState } from 'react';

import { useVisible } from '../browser/use-visible.ts';
import { createSignal } from '../browser/signal.ts';
import type { Signal } from '../browser/signal.ts';
import { useConsole, useSignal } from '../console.ts';
import type { Api } from '../api/client.ts';
import { ApiError } from '../api/api-error.ts';
import { watchNews } from '../live/news-live.ts';
import { useStale } from '../live/use-stale.ts';
import type { StreamEvent } from '../live/event-stream.ts';
import { withChanged, withNewest, withOlder } from './history-list.ts';
import type { Page } from './history-list.ts';

interface HistoryPicture<T> {
  /** Undefined until the first page arrived. */
  readonly page: Page<T> | undefined;
  readonly error: ApiError | undefined;
  readonly loadingMore: boolean;
}

interface Source<T> {
  readonly fetch: (cursor: string | undefined) => Promise<Page<T>>;
  /** The item an event is about. */
  readonly changed: (event: StreamEvent) => T | undefined;
  readonly passes: (item: T) => boolean;
}

interface HistoryModel<T> {
  readonly picture: Pick<Signal<HistoryPicture<T>>, 'get' | 'subscribe'>;
  readonly refresh: () => void;
  readonly loadMore: () => void;
  readonly take: (event: StreamEvent) => void;
}

function createHistory<T extends { readonly id: string }>(source: Source<T>): HistoryModel<T> {
  const picture = createSignal<HistoryPicture<T>>({ page: undefined, error: undefined, loadingMore: false });
  let asked = 0;

  function change(next: Partial<HistoryPicture<T>>): void {
    picture.set({ ...picture.get(), ...next });
  }
  function failed(error: unknown): void {
    if (!(error instanceof ApiError)) throw error;
    change({ error, loadingMore: false });
  }

  return {
    picture,
    refresh() {
      const mine = ++asked;
      source.fetch(undefined).then((newest) => {
        if (mine !== asked) return;
        const { page } = picture.get();
        change({ page: page === undefined ? newest : withNewest(page, newest), error: undefined });
      }, failed);
    },
    loadMore() {
      const { page, loadingMore } = picture.get();
      if (page === undefined || page.next === null || loadingMore) return;
      change({ loadingMore: true });
      source.fetch(page.next).then((older) => {
        const now = picture.get().page ?? page;
        // The end moved meanwhile: what came does not join it.
        change({ page: now.next === page.next ? withOlder(now, older) : now, loadingMore: false });
      }, failed);
    },
    take(event) {
      const item = source.changed(event);
      const { page } = picture.get();
      if (item !== undefined && page !== undefined) change({ page: withChanged(page, item, source.passes) });
    },
  };
}

function isOfCommands({ name }: StreamEvent): boolean {
  return name === 'command' || name === 'batch';
}

/** Keeps lists up to date by one stream while the page is in sight. */
function useWatch(models: readonly Pick<HistoryModel<never>, 'refresh' | 'take'>[]): void {
  const { streams, session } = useConsole();
  const visible = useVisible();
  const [stale, setStale] = useState(false);
  useStale(stale);
  useEffect(() => {
    if (!visible) return undefined;
    return watchNews(streams, { topics: 'command,batch' }, isOfCommands, {
      onNews: () => {
        for (const model of models) model.refresh();
      },
      onEvent: (event) => {
        for (const model of models) model.take(event);
      },
      onStale: setStale,
      onRefused: () => void session.check(),
    });
  }, [visible, models, streams, session]);
}

/** What `make` makes, made anew when the question is another: that has another answer from its first page on. */
function useModels<M>(key: string, make: () => M): M {
  const [held, setHeld] = useState(() => ({ key, models: make() }));
  if (held.key === key) return held.models;
  const models = make();
  setHeld({ key, models });
  return models;
}

export interface CommandQuery {
  readonly limit: number;
  readonly search?: string;
  readonly status?: CommandSummary['state'] | 'active';
  readonly client_id?: string;
  readonly created_by?: string;
  readonly single?: 'true';
}

function passesState(command: CommandSummary, status: CommandQuery['status']): boolean {
  if (status === undefined) return true;
  return status === 'active'
    ? command.state === 'Pending' || command.state === 'Executing'
    : command.state === status;
}

function commandSource(api: Api, query: CommandQuery): Source<CommandSummary> {
  return {
    async fetch(cursor) {
      const answer = await api.call(listCommands, {
        query: { ...query, ...(cursor !== undefined && { cursor }) },
      });
      return { items: answer.commands, next: answer.next_cursor };
    },
    changed: (event) => (event.name === 'command' ? event.data : undefined),
    passes: (command) => passesState(command, query.status),
  };
}

function batchSource(api: Api, limit: number): Source<BatchSummary> {
  return {
    async fetch(cursor) {
      const answer = await api.call(listBatches, {
        query: { limit, ...(cursor !== undefined && { cursor }) },
      });
      return { items: answer.batches, next: answer.next_cursor };
    },
    changed: (event) => (event.name === 'batch' ? event.data : undefined),
    passes: () => true,
  };
}

/** Commands, newest first, kept up to date while the page is in sight. */
export function useCommandHistory(query: CommandQuery) {
  const { api } = useConsole();
  const models = useModels(JSON.stringify(query), () => [createHistory(commandSource(api, query))] as const);
  useWatch(models);
  return { ...useSignal(models[0].picture), loadMore: models[0].loadMore, ask: models[0].refresh };
}

/** The last commands of one host and all that are not over, by one stream. */
export function useHostCommands(clientId: string, limit: number) {
  const { api } = useConsole();
  const models = useModels(
    `${clientId} ${limit}`,
    () =>
      [
        createHistory(commandSource(api, { limit, client_id: clientId })),
        createHistory(
          commandSource(api, { limit: MAX_COMMANDS_PAGE, client_id: clientId, status: 'active' }),
        ),
      ] as const,
  );
  useWatch(models);
  return { recent: useSignal(models[0].picture), active: useSignal(models[1].picture) };
}

/** Batches, newest first. */
export function useBatchHistory(limit: number) {
  const { api } = useConsole();
  const models = useModels(String(limit), () => [createHistory(batchSource(api, limit))] as const);
  useWatch(models);
  return { ...useSignal(models[0].picture), loadMore: models[0].loadMore, ask: models[0].refresh };
}

/** The first pages of both. */
export function useBothHistories(limit: number) {
  const { api } = useConsole();
  const models = useModels(
    String(limit),
    () =>
      [
        createHistory(commandSource(api, { limit, single: 'true' })),
        createHistory(batchSource(api, limit)),
      ] as const,
  );
  useWatch(models);
  return { commands: useSignal(models[0].picture), batches: useSignal(models[1].picture) };
}
