/**
 * Actions on applications. Each is a command: made by `Commands.create`, which also sees to it that one application has
 * one action at a time, and followed like every other.
 */
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import { OpsError } from '@ops/protocol/errors.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import type { Audit } from '../auth/audit.ts';
import { commandTextOf } from '../commands/command-rows.ts';
import { CommandRejected } from '../commands/command-rejected.ts';
import type { Actor, Commands, CreateRequest, IdempotencyKey } from '../commands/commands.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { ReleaseDraft, Releases } from '../releases/releases.ts';
import { actionRefusal } from './judge-action.ts';
import type { AppWork } from './judge-action.ts';

export interface AppOrder {
  readonly clientId: string;
  readonly work: AppWork;
  readonly timeoutSecs: number;
  /** Undefined: it is not kept for a client that is offline. */
  readonly queueSecs?: number | undefined;
  readonly idempotency?: IdempotencyKey | undefined;
  /** What the release of an update is; without it, an update on its own. */
  readonly release?: Pick<ReleaseDraft, 'kind' | 'rolloutId'> | undefined;
  /** As in CreateRequest. */
  readonly alongside?: CreateRequest['alongside'];
}

export interface AppActions {
  /**
   * @returns the command; `isQueued`: its client is offline, and it waits for it
   * @throws OpsError `client_not_found`, `app_not_found`, `client_offline`, `operation_in_progress`,
   *   `idempotency_key_reused`, `storage_unavailable`, `server_busy`; CommandRejected
   */
  act(order: AppOrder, by: Actor): Promise<{ readonly commandId: string; readonly isQueued: boolean }>;
}

export function createAppActions(needs: {
  readonly commands: Pick<Commands, 'repeated' | 'create'>;
  readonly releases: Pick<Releases, 'recorded'>;
  readonly fleet: Pick<Fleet, 'appsOf'>;
  /** A command would reach the client now. */
  readonly isConnected: (clientId: string) => boolean;
  readonly audit: Audit;
  readonly clock: Clock;
}): AppActions {
  const { commands, releases, fleet, isConnected, audit, clock } = needs;

  return {
    async act(order, by) {
      const { clientId, work, timeoutSecs, queueSecs, idempotency } = order;
      const before = idempotency && (await commands.repeated(idempotency, by));
      if (before) return { commandId: before.commandIds[0]!, isQueued: false };
      const client = fleet.appsOf(clientId);
      if (!client) throw new OpsError('client_not_found');
      const app = client.apps.find(({ name }) => name === work.appName);
      if (!app) throw new OpsError('app_not_found');
      const refusal = actionRefusal(work, client, app);
      if (refusal) {
        const { reason: rule, detail } = refusal;
        await audit.record({
          ...by,
          atMs: clock.wall(),
          action: 'command_refused',
          target: clientId,
          detail: { command: commandTextOf(work), rule, token: detail.token, refused_by: 'host' },
          outcome: 'refused',
        });
        throw new CommandRejected(refusal, 'host');
      }
      const isOnline = isConnected(clientId);
      if (!isOnline && queueSecs === undefined) throw new OpsError('client_offline');
      const request: CreateRequest = {
        work,
        ran: null,
        targets: [{ clientId, hostname: client.hostname }],
        timeoutSecs,
        queueSecs,
        idempotency,
        alongside: order.alongside,
      };
      const made = await (work.kind === 'update'
        ? releases.recorded(draftOf(order, work, client.hostname, app, by), (release) =>
            commands.create(
              { ...request, alongside: (ids) => [...release(ids), ...(order.alongside?.(ids) ?? [])] },
              by,
            ),
          )
        : commands.create(request, by));
      return { commandId: made.commandIds[0]!, isQueued: !isOnline };
    },
  };
}

function draftOf(
  { clientId, release }: AppOrder,
  { appName, version }: Extract<AppWork, { readonly kind: 'update' }>,
  hostname: string,
  { version: versionBefore }: AppInfo,
  { actor: createdBy }: Actor,
): ReleaseDraft {
  const { kind = 'update', rolloutId = null } = release ?? {};
  return {
    clientId,
    hostname,
    appName,
    kind,
    version,
    versionBefore: versionBefore ?? null,
    createdBy,
    rolloutId,
  };
}
