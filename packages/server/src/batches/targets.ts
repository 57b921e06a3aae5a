/**
 * Who a batch is for. The words of the request become a list of clients once; from then on only the list counts (S-3):
 * it is what is judged, stored and audited.
 */
import { OpsError } from '@ops/protocol/errors.ts';
import { MAX_TARGETS } from '@ops/protocol/http/batches.ts';
import type { ClientView } from '@ops/protocol/http/clients.ts';

import type { Fleet } from '../fleet/fleet.ts';
import type { Selection } from './batches.ts';

/** Ids a refusal names; the rest is counted. */
const NAMED_IDS = 5;

export interface Target {
  readonly clientId: string;
  readonly hostname: string;
  readonly online: boolean;
  readonly policy: ClientView['policy'];
}

export interface Targets {
  /** Ids that were listed keep their order; others come by host name. None twice. */
  readonly known: readonly Target[];
  readonly unknownIds: readonly string[];
}

/** @throws OpsError `invalid_request` for an empty list, a malformed selector, or more hosts than a batch may have */
export function expandTargets(fleet: Pick<Fleet, 'ids' | 'target'>, selection: Selection): Targets {
  const ids = idsOf(fleet, selection);
  if (ids.length > MAX_TARGETS) {
    const reason = `means ${ids.length} hosts, at most ${MAX_TARGETS} are allowed`;
    throw new OpsError('invalid_request', { field: fieldOf(selection), reason });
  }
  const known: Target[] = [];
  const unknownIds: string[] = [];
  for (const clientId of ids) {
    const target = fleet.target(clientId);
    if (target) known.push({ clientId, ...target });
    else unknownIds.push(clientId);
  }
  return { known, unknownIds };
}

function fieldOf({ kind }: Selection): string {
  return { ids: 'body.client_ids', selector: 'body.selector', all: 'body.all' }[kind];
}

function idsOf(fleet: Pick<Fleet, 'ids'>, selection: Selection): readonly string[] {
  if (selection.kind === 'all') return fleet.ids({});
  if (selection.kind === 'ids') {
    if (selection.ids.length > 0) return [...new Set(selection.ids)];
    throw new OpsError('invalid_request', { field: fieldOf(selection), reason: 'names no client' });
  }
  try {
    return fleet.ids({ selector: selection.selector });
  } catch (cause) {
    if (!(cause instanceof OpsError) || cause.code !== 'invalid_request') throw cause;
    throw new OpsError('invalid_request', { ...cause.details, field: fieldOf(selection), cause });
  }
}

/** The first few ids, and how many there are beside them. */
export function namedIds(ids: readonly string[]): string {
  const shown = ids.slice(0, NAMED_IDS).join(', ');
  return ids.length > NAMED_IDS ? `${shown}, … (${ids.length})` : shown;
}
