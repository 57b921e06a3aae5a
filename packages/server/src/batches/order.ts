/** What is asked of `Commands.create` for a batch: its list of targets in their order, frozen from here on. */
import type { TargetVerdict } from '@ops/protocol/http/batches.ts';
import type { Allowed } from '@ops/policy/verdict.ts';

import type { BatchRow, CommandTarget, CreateRequest } from '../commands/commands.ts';
import type { BatchRequest, Selection } from './batches.ts';
import type { Target } from './targets.ts';
import { failureOf, judgeTarget } from './verdicts.ts';

export interface BatchOrder extends CreateRequest {
  readonly targets: readonly CommandTarget[];
  readonly batch: BatchRow;
}

/** Hosts that are there come first, then those that are waited for, then those on which nothing will run. */
const PLACE: Readonly<Record<TargetVerdict, 0 | 1 | 2>> = {
  will_run: 0,
  queued: 1,
  offline: 2,
  refused_by_host: 2,
  readonly: 2,
  too_old: 2,
};

export function orderFor(
  request: BatchRequest,
  of: {
    readonly id: string;
    readonly allowed: Allowed;
    readonly targets: readonly Target[];
    readonly rerunOf: { readonly id: string; readonly which: string } | null;
  },
): BatchOrder {
  const { queueSecs, concurrency, idempotency } = request;
  const { id, allowed, rerunOf } = of;
  const judged = of.targets.map((target) => judgeTarget(target, allowed, queueSecs !== undefined));
  const inPlace = judged.toSorted((a, b) => PLACE[a.verdict] - PLACE[b.verdict]);
  const there = judged.filter(({ verdict }) => PLACE[verdict] === 0).length;
  const expected = judged.filter(({ verdict }) => PLACE[verdict] < 2).length;
  // As they were typed, without the spaces around them, which do not count.
  const command = request.command.replaceAll(/^ +| +$/g, '');
  return {
    work: { kind: 'command', command },
    ran: allowed.normalised,
    targets: inPlace.map((target) => {
      const { clientId, hostname } = target;
      return { clientId, hostname, failed: failureOf(target) };
    }),
    timeoutSecs: Math.min(request.timeoutSecs, allowed.maxSecs ?? Number.POSITIVE_INFINITY),
    queueSecs,
    heldFrom: expected > concurrency ? Math.min(concurrency, there) : undefined,
    idempotency,
    batch: {
      id,
      command,
      selection: rerunOf ? { kind: 'rerun', which: rerunOf.which } : selectionRow(request.selection),
      concurrency,
      stopAfterFailures: request.stopAfterFailures ?? null,
      rerunOf: rerunOf?.id ?? null,
    },
  };
}

function selectionRow(selection: Selection): BatchRow['selection'] {
  return selection.kind === 'selector'
    ? { kind: selection.kind, selector: selection.selector }
    : { kind: selection.kind };
}
