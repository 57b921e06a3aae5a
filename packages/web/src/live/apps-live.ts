/**
 * The applications of every client, the actions on them that are not over and the last rollouts, kept true while somebody looks: fetched
 * when the stream opens, then changed by its events. What an event cannot tell (a list too long for it, a host that
 * registered anew) is the sign to fetch again, at most once every `QUIET_MS`. Events that come while a list is on its
 * way are applied to it once more.
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
import { LOST_AFTER_MS } from './fleet-live.ts';

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

function withClient(clients: AppsByClient, event: StreamEvent): AppsByClient | undefined {
  switch (event.name) {
    case 'app': {
      const { client_id: id, apps } = event.data;
      const client = clients.get(id);
      if (client === undefined || apps === null) return undefined;
      return new Map(clients).set(id, { ...client, apps: [...apps] });
    }
    case 'client': {
      const { id, hostname, status } = event.data;
      const client = clients.get(id);
      if (client === undefined || (client.status === 'offline' && status === 'online')) return undefined;
      if (client.hostname === hostname && client.status === status) return clients;
      return new Map(clients).set(id, { ...client, hostname, status });
    }
    case 'forgotten': {
      if (!clients.has(event.data.id)) return clients;
      const left = new Map(clients);
      left.delete(event.data.id);
      return left;
    }
    case 'reset':
      return undefined;
    case 'ready':
    case 'counts':
    case 'metrics':
    case 'command':
    case 'output':
    case 'batch':
    case 'rollout':
    case 'window':
    case 'map':
      break;
  }
  return clients;
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

/** @returns the same state when the event changes nothing, undefined when only a fetch can tell */
export function withEvent(state: AppsState, event: StreamEvent): AppsState | undefined {
  if (event.name === 'command') {
    const actions = withAction(state.actions, event.data);
    return actions === state.actions ? state : { ...state, actions };
  }
  if (event.name === 'rollout') return { ...state, rollouts: withRollout(state.rollouts, event.data) };
  const clients = withClient(state.clients, event);
  if (clients === undefined) return undefined;
  return clients === state.clients ? state : { ...state, clients };
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
        let state = fetched;
        for (const event of meanwhile) {
          const next = withEvent(state, event);
          if (next === undefined) fetch();
          else state = next;
        }
        change({ state, error: undefined });
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
    const { state } = picture.get();
    if (state === undefined) return;
    const next = withEvent(state, event);
    if (next === undefined) fetch();
    else if (next !== state) change({ state: next });
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
        // What is on its way belongs to a watch that is over.
        fetches++;
        isFetching = false;
      };
    },
  };
}
