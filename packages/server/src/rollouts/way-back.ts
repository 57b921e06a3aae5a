/** Whether, and to what, a host goes back. Pure. */
import { failureWord } from '@ops/protocol/domain/command.ts';
import type { Words } from '@ops/protocol/http/endpoint.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';

import { FOUND } from './findings.ts';
import { isNameable } from './plan.ts';
import type { Host } from './record.ts';

/** Hosts whose update was begun. The last wave goes first. */
export function goingBack(hosts: readonly Host[]): readonly Host[] {
  return hosts
    .filter(
      ({ state, steps }) =>
        steps.length > 0 && (state === 'changed' || state === 'healthy' || state === 'failed'),
    )
    .toSorted((a, b) => (b.wave ?? 0) - (a.wave ?? 0) || a.position - b.position);
}

export type WayBack =
  | { readonly kind: 'go'; readonly version: string }
  | { readonly kind: 'there'; readonly detail: Words }
  | { readonly kind: 'no_way'; readonly detail: Words };

/**
 * @param shown the version the host shows now
 * @param update the command of its update, undefined when it is not kept any more
 */
export function wayBack(
  { state, versionBefore }: Pick<Host, 'state' | 'versionBefore'>,
  version: string,
  shown: string | undefined,
  update: CommandSummary | undefined,
): WayBack {
  if (versionBefore === null) return { kind: 'no_way', detail: FOUND.noVersionBefore };
  if (shown === versionBefore && update && neverRan(update))
    return { kind: 'there', detail: FOUND.neverRan(versionBefore) };
  const isForeign = shown !== undefined && shown !== version && shown !== versionBefore;
  if (isForeign && state !== 'failed') return { kind: 'no_way', detail: FOUND.foreign(shown, version) };
  if (!isNameable(versionBefore)) return { kind: 'no_way', detail: FOUND.notNameable(versionBefore) };
  return { kind: 'go', version: versionBefore };
}

/** The host said so, or it was never sent. `interrupted` means that nobody knows. */
function neverRan({ state, error, executed_at_ms: executedAtMs }: CommandSummary): boolean {
  if (executedAtMs !== null) return false;
  if (state === 'Cancelled') return true;
  const word = failureWord(error);
  return word === 'expired' || word === 'rejected' || word === 'spawn_failed' || word === 'unsupported';
}
