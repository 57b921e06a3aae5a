/** Who is changed when: decided once, when a rollout is made, and frozen. Pure. */
import { APP_VERSION_PATTERN, type AppInfo } from '@ops/protocol/domain/app.ts';
import type { RolloutReason } from '@ops/protocol/domain/rollout.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import type { Words } from '@ops/protocol/http/endpoint.ts';

import { actionRefusal, type AppWork } from '../apps/judge-action.ts';
import type { Change, PlannedHost } from './rollouts.ts';

export type ServiceStatus = AppInfo['service_status'];

/** What is asked of a host, one after the other. */
export function stepsOf(appName: string, change: Change, versionBack?: string): readonly AppWork[] {
  if (change.kind === 'action') return [{ kind: 'service', appName, action: change.action }];
  const update = { kind: 'update', appName, version: versionBack ?? change.version } as const;
  return change.restart ? [update, { kind: 'service', appName, action: 'Restart' }] : [update];
}

/** A version that can be asked for. */
export const isNameable = (version: string): boolean => APP_VERSION_PATTERN.test(version);

/** Why a host is left out from the start; undefined: it is not. */
function skipped(
  client: ClientApps,
  app: AppInfo | undefined,
  change: Change,
): { readonly reason: RolloutReason; readonly detail: Words | null } | undefined {
  if (!app) return { reason: 'no_app', detail: null };
  if (client.status === 'offline') return { reason: 'offline', detail: null };
  const [first] = stepsOf(app.name, change);
  const refusal = actionRefusal(first!, client, app);
  if (refusal) return { reason: 'refused', detail: { zh: refusal.detail.zh, en: refusal.detail.en } };
  return isThere(app, change) ? { reason: 'up_to_date', detail: null } : undefined;
}

function isThere({ version, service_status: status }: AppInfo, change: Change): boolean {
  if (change.kind === 'version') return version === change.version;
  return (
    (change.action === 'Start' && status === 'Running') || (change.action === 'Stop' && status === 'Stopped')
  );
}

/** By host name, then id, each with why it is skipped; waves are not given yet. */
export function planHosts(
  clients: readonly ClientApps[],
  appName: string,
  change: Change,
): readonly (Omit<PlannedHost, 'wave'> & { readonly isTarget: boolean })[] {
  return clients
    .map((client) => {
      const app = client.apps.find(({ name }) => name === appName);
      const skip = skipped(client, app, change);
      return {
        clientId: client.client_id,
        hostname: client.hostname,
        isTarget: skip === undefined,
        reason: skip?.reason ?? null,
        detail: skip?.detail ?? null,
        version: app?.version ?? null,
        status: app?.service_status ?? null,
      };
    })
    .toSorted(byName);
}

/** By code unit, then by id: the order of the fleet. */
function byName(
  a: { hostname: string; clientId: string },
  b: { hostname: string; clientId: string },
): number {
  if (a.hostname !== b.hostname) return a.hostname < b.hostname ? -1 : 1;
  return a.clientId < b.clientId ? -1 : 1;
}

/**
 * @param waves `1`, `10%`, `rest`
 * @returns hosts in each wave, none of them empty; and how many are left over behind the last
 */
export function waveSizes(
  waves: readonly string[],
  targets: number,
): { readonly sizes: readonly number[]; readonly leftOver: number } {
  const sizes: number[] = [];
  let left = targets;
  for (const wave of waves) {
    const size = Math.min(left, sizeOf(wave, targets, left));
    left -= size;
    if (size > 0) sizes.push(size);
  }
  return { sizes, leftOver: left };
}

function sizeOf(wave: string, targets: number, left: number): number {
  if (wave === 'rest') return left;
  return wave.endsWith('%')
    ? Math.max(1, Math.ceil((targets * Number(wave.slice(0, -1))) / 100))
    : Number(wave);
}

/** Gives each host its wave. @returns undefined when the waves do not reach all */
export function planned(
  hosts: ReturnType<typeof planHosts>,
  waves: readonly string[],
):
  | { readonly hosts: readonly PlannedHost[]; readonly sizes: readonly number[] }
  | { readonly leftOver: number } {
  const targets = hosts.filter(({ isTarget }) => isTarget).length;
  const { sizes, leftOver } = waveSizes(waves, targets);
  if (leftOver > 0) return { leftOver };
  const turns = sizes.flatMap((size, wave) => Array.from({ length: size }, () => wave));
  let next = 0;
  return {
    sizes,
    hosts: hosts.map(({ isTarget, ...host }) => ({ ...host, wave: isTarget ? turns[next++]! : null })),
  };
}
