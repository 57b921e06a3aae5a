/**
 * The applications of every client, the actions on them that are not over and the last rollouts, kept true while somebody looks: fetched
 * when the stream opens, then changed by its events. What an event cannot tell (a list too long for it, a host that
 * registered anew) is the sign to fetch again, at most once every `QUIET_MS`. Events that come while a list is on its
 * way are applied to it once more. Changes reach React once a frame, however many events brought them.
 */
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';

import type { Timer } from '../browser/clock.ts';
import { createSignal } from '../browser/signal.ts';
import type { Signal } from '../browser/signal.ts';
import { isOpen } from '../commands/command-state.ts';
import { keepStream } from './event-stream.ts';
import type { EventStreamNeeds, StreamEvent } from './event-stream.ts';
import { LOST_AFTER_MS, MAX_QUEUED_EVENTS } from './fleet-live.ts';

export const QUIET_MS = 1000;

export type AppsByClient = ReadonlyMap<string, ClientApps>;
/** The action that is not over, by `appKey`. A host carries out one at a time on an application. */
export type ActionsByApp = ReadonlyMap<string, CommandSummary>;

/** Names one application on one host. */
export function appKey(clientId: string, appName: string): string {
  return `${clientId} ${appName}`;
}

export interface AppsState {
  readonly clients: AppsByClient;
  readonly actions: ActionsByApp;
  /** The last ones, newest first. */
  readonly rollouts: readonly RolloutSummary[];
}

export const LAST_ROLLOUTS = 3;

export interface AppsPicture {
  /** Undefined until the first list arrived. */
  readonly state: AppsState | undefined;
  /** The last fetch failed. */
  readonly error: unknown;
  /** Nothing was heard for a while: what is shown may be old. */
  readonly stale: boolean;
}

export interface AppsLive {
  readonly picture: Pick<Signal<AppsPicture>, 'get' | 'subscribe'>;
  /** Listens until what it returns is called. */
  watch(): () => void;
  /** Asks for all of it at once, for a reader who does not want to wait. */
  readonly ask: () => void;
}

/** The clients, copied once for all events of a frame: ten thousand of them are not copied for each. */
class Draft {
  readonly #before: AppsByClient;
  #copy: Map<string, ClientApps> | undefined;

  constructor(before: AppsByClient) {
    this.#before = before;
  }

  get now(): AppsByClient {
    return this.#copy ?? this.#before;
  }

  edit(): Map<string, ClientApps> {
    return (this.#copy ??= new Map(this.#before));
  }
}

/** @returns false when only a fetch can tell */
function takeClient(clients: Draft, event: StreamEvent): boolean {
  switch (event.name) {
    case 'app': {
      const { client_id: id, apps } = event.data;
      const client = clients.now.get(id);
      if (client === undefined || apps === null) return false;
      clients.edit().set(id, { ...client, apps: [...apps] });
      return true;
    }
    case 'client': {
      const { id, hostname, status } = event.data;
      const client = clients.now.get(id);
      if (client === undefined || (client.status === 'offline' && status === 'online')) return false;
      if (client.hostname !== hostname || client.status !== status)
        clients.edit().set(id, { ...client, hostname, status });
      return true;
    }
    case 'forgotten':
      if (clients.now.has(event.data.id)) clients.edit().delete(event.data.id);
      return true;
    case 'reset':
      return false;
    case 'ready':
    case 'counts':
    case 'metrics':
    case 'command':
    case 'output':
    case 'batch':
    case 'rollout':
    case 'upgrade':
    case 'window':
    case 'map':
      break;
  }
  return true;
}

/** Commands that have to do with applications, by application. */
export function actionsOf(commands: readonly CommandSummary[]): ActionsByApp {
  const actions = new Map<string, CommandSummary>();
  for (const command of commands) {
    if (command.app_name !== null) actions.set(appKey(command.client_id, command.app_name), command);
  }
  return actions;
}

function withAction(actions: ActionsByApp, command: CommandSummary): ActionsByApp {
  if (command.app_name === null) return actions;
  const key = appKey(command.client_id, command.app_name);
  if (isOpen(command)) return new Map(actions).set(key, command);
  if (actions.get(key)?.id !== command.id) return actions;
  const left = new Map(actions);
  left.delete(key);
  return left;
}

function withRollout(
  rollouts: readonly RolloutSummary[],
  rollout: RolloutSummary,
): readonly RolloutSummary[] {
  return [rollout, ...rollouts.filter(({ id }) => id !== rollout.id)]
    .toSorted((a, b) => b.created_at_ms - a.created_at_ms)
    .slice(0, LAST_ROLLOUTS);
}

interface Applied {
  /** The very same when the events change nothing. */
  readonly state: AppsState;
  /** Some of them only a fetch can tell. */
  readonly isDue: boolean;
}

/** Applies events in order. Whatever did not change keeps its object. */
export function withEvents(before: AppsState, events: readonly StreamEvent[]): Applied {
  const draft = new Draft(before.clients);
  let { actions, rollouts } = before;
  let isDue = false;
  for (const event of events) {
    if (event.name === 'command') actions = withAction(actions, event.data);
    else if (event.name === 'rollout') rollouts = withRollout(rollouts, event.data);
    else if (!takeClient(draft, event)) isDue = true;
  }
  const clients = draft.now;
  const isSame = clients === before.clients && actions === before.actions && rollouts === before.rollouts;
  return { state: isSame ? before : { clients, actions, rollouts }, isDue };
}

export function createAppsLive(
  needs: EventStreamNeeds & {
    readonly fetchState: () => Promise<AppsState>;
    readonly onRefused: () => void;
  },
): AppsLive {
  const { clock } = needs;
  const picture = createSignal<AppsPicture>({ state: undefined, error: undefined, stale: false });
  /** Came while a list was on its way. */
  let meanwhile: StreamEvent[] = [];
  /** Came since the last frame. */
  let queue: StreamEvent[] = [];
  let drawing: Timer | undefined;
  let fetches = 0;
  let isFetching = false;
  let quiet: Timer | undefined;
  let isDue = false;

  function change(next: Partial<AppsPicture>): void {
    picture.set({ ...picture.get(), ...next });
  }

  function fetch(): void {
    if (quiet !== undefined) {
      isDue = true;
      return;
    }
    isDue = false;
    quiet = clock.after(QUIET_MS, () => {
      quiet = undefined;
      if (isDue) fetch();
    });
    const mine = ++fetches;
    isFetching = true;
    meanwhile = [];
    needs.fetchState().then(
      (fetched) => {
        if (mine !== fetches) return;
        isFetching = false;
        // Before it was asked for: the list knows. Since then: they are among `meanwhile`.
        queue = [];
        const { state, isDue: isMore } = withEvents(fetched, meanwhile);
        change({ state, error: undefined });
        if (isMore) fetch();
      },
      (error: unknown) => {
        if (mine !== fetches) return;
        isFetching = false;
        change({ error });
      },
    );
  }

  function take(event: StreamEvent): void {
    if (isFetching) meanwhile.push(event);
    queue.push(event);
    if (queue.length >= MAX_QUEUED_EVENTS) flush();
    else drawing ??= clock.frame(flush);
  }

  function flush(): void {
    drawing?.cancel();
    drawing = undefined;
    const events = queue;
    queue = [];
    const before = picture.get().state;
    if (before === undefined) return;
    const { state, isDue: isMore } = withEvents(before, events);
    if (state !== before) change({ state });
    if (isMore) fetch();
  }

  return {
    picture,
    ask: fetch,
    watch() {
      let losing: Timer | undefined;
      const close = keepStream(
        needs,
        { topics: 'client,app,command,rollout' },
        {
          onPhase(phase) {
            if (phase === 'live') {
              losing?.cancel();
              losing = undefined;
              change({ stale: false });
            } else if (phase !== 'closed') {
              losing ??= clock.after(LOST_AFTER_MS, () => change({ stale: true }));
            }
          },
          onFresh: fetch,
          onEvent: take,
          onRefused: needs.onRefused,
        },
      );
      return () => {
        close();
        losing?.cancel();
        quiet?.cancel();
        quiet = undefined;
        isDue = false;
        drawing?.cancel();
        drawing = undefined;
        queue = [];
        // What is on its way belongs to a watch that is over.
        fetches++;
        isFetching = false;
      };
    },
  };
}
