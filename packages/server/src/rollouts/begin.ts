/**
 * Begins one step of one host: its command, and the row that says which step it is, are one transaction. Whatever became
 * of an attempt that was not answered, a second command for the same step is impossible: the row is there already.
 */
import { OpsError } from '@ops/protocol/errors.ts';
import type { RolloutReason } from '@ops/protocol/domain/rollout.ts';
import type { Words } from '@ops/protocol/http/endpoint.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { AppActions, AppOrder } from '../apps/app-actions.ts';
import type { AppWork } from '../apps/judge-action.ts';
import { CommandRejected } from '../commands/command-rejected.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { FOUND } from './findings.ts';
import type { Host, HostStep, RolloutRecord } from './record.ts';
import type { RolloutStore } from './rollout-store.ts';

export type Begun =
  /** On disk. */
  | { readonly kind: 'begun'; readonly host: Host }
  /** It will not be: the host says why. */
  | { readonly kind: 'failed'; readonly reason: RolloutReason; readonly detail: Words }
  /** Not now. */
  | { readonly kind: 'later' };

export interface BeginNeeds {
  readonly record: RolloutRecord;
  readonly store: Pick<RolloutStore, 'stepStatements' | 'step'>;
  readonly apps: Pick<AppActions, 'act'>;
  readonly fleet: Pick<Fleet, 'appsOf'>;
  /** It is offline, but the server has only just started: it may be on its way. */
  readonly mayReturn: () => boolean;
  /** What becomes of this command is to be told. Before it is made. Returns how to stop. */
  readonly follow: (commandId: string) => () => void;
  /** How a command stands that was made before it was followed. */
  readonly recall: (commandId: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Beginner {
  begin(host: Host, step: Omit<HostStep, 'commandId'>, work: AppWork, by: string): Promise<Begun>;
}

export function createBeginner(needs: BeginNeeds): Beginner {
  const { record, store, apps, fleet, mayReturn, follow, recall, clock, log } = needs;
  const { id, timeoutSecs } = record.facts;
  /** Hosts whose app is busy with something else, since when. */
  const busySince = new Map<number, number>();

  function busy({ position }: Host): Begun {
    const since = busySince.get(position) ?? clock.mono();
    busySince.set(position, since);
    if (clock.mono() - since < timeoutSecs * 1000) return { kind: 'later' };
    busySince.delete(position);
    return { kind: 'failed', reason: 'command', detail: FOUND.busy(timeoutSecs) };
  }

  async function afterFailure(error: unknown, host: Host, step: Omit<HostStep, 'commandId'>): Promise<Begun> {
    if (error instanceof CommandRejected)
      return {
        kind: 'failed',
        reason: 'refused',
        detail: { en: error.refusal.detail.en, zh: error.refusal.detail.zh },
      };
    const code = error instanceof OpsError ? error.code : undefined;
    if (code === 'operation_in_progress') return busy(host);
    if (code === 'client_offline') return offline(FOUND.wentOffline);
    if (code === 'client_not_found') return offline(FOUND.forgotten);
    if (code === 'app_not_found') return { kind: 'failed', reason: 'no_app', detail: FOUND.appGone };
    // It may have been made, now or the last time, and nobody heard of it.
    const commandId = await store.step(id, host.position, step);
    if (commandId !== undefined) {
      follow(commandId);
      await recall(commandId);
      return { kind: 'begun', host: movingBy(host, { ...step, commandId }) };
    }
    log.warn('a host of a rollout could not be changed; trying again', {
      rollout: id,
      client: host.clientId,
      error,
    });
    return { kind: 'later' };
  }

  return {
    async begin(host, step, work, by) {
      const { clientId, position } = host;
      if (fleet.appsOf(clientId)?.status === 'offline' && mayReturn()) return { kind: 'later' };
      let begun = host;
      let unfollow: (() => void) | undefined;
      try {
        const order: AppOrder = {
          clientId,
          work,
          timeoutSecs,
          release: { kind: step.attempt > 0 ? 'rollback' : 'update', rolloutId: id },
          alongside: ([commandId = '']: readonly string[]) => {
            begun = movingBy(host, { ...step, commandId });
            unfollow = follow(commandId);
            return store.stepStatements(id, begun, { ...step, commandId }, ++record.revision);
          },
        };
        await apps.act(order, { actor: by, role: '', address: '' });
        busySince.delete(position);
        return { kind: 'begun', host: begun };
      } catch (error) {
        unfollow?.();
        return afterFailure(error, host, step);
      }
    },
  };
}

function movingBy(host: Host, step: HostStep): Host {
  const state = step.attempt === 0 ? 'changing' : 'rolling_back';
  return { ...host, state, reason: null, detail: null, steps: [...host.steps, step] };
}

function offline(detail: Words): Begun {
  return { kind: 'failed', reason: 'offline', detail };
}
