/** The form of commands as a query string, so that it can be kept, sent to somebody, and opened filled in. Pure. */
import { DEFAULT_TIMEOUT_SECS } from '@ops/protocol/domain/command.ts';
import { DEFAULT_CONCURRENCY } from '@ops/protocol/http/batches.ts';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';

import { MAX_HOSTS_IN_ADDRESS, readOrderSearch } from './order-address.ts';
import type { OrderSearch, TargetSearch } from './order-address.ts';
import { BOUNDS } from './order.ts';
import { wholeNumber } from '../text/whole-number.ts';
import type { Order, Targets } from './order.ts';

export function targetsOf(search: TargetSearch): Targets {
  if (search.to === 'all') return { kind: 'all' };
  return search.to === 'selector'
    ? { kind: 'selector', selector: search.selector ?? '' }
    : { kind: 'hosts', ids: search.hosts?.split(',') ?? [] };
}

/** Too many hosts for an address are left out. */
export function searchOfTargets(targets: Targets): TargetSearch {
  if (targets.kind === 'all') return { to: 'all' };
  if (targets.kind === 'selector') return { to: 'selector', selector: targets.selector };
  return targets.ids.length > 0 && targets.ids.length <= MAX_HOSTS_IN_ADDRESS
    ? { hosts: targets.ids.join(',') }
    : {};
}

export function orderOf(search: OrderSearch): Order {
  return {
    targets: targetsOf(search),
    command: search.command ?? '',
    timeoutSecs: wholeNumber(search.timeout, BOUNDS.timeoutSecs),
    queueSecs: wholeNumber(search.queue, BOUNDS.queueSecs),
    concurrency: wholeNumber(search.concurrency, BOUNDS.concurrency),
    stopAfterFailures: wholeNumber(search.stop, BOUNDS.stopAfterFailures),
  };
}

function figure(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

export function searchOf(order: Order): OrderSearch {
  return readOrderSearch({
    ...searchOfTargets(order.targets),
    command: order.command,
    timeout: figure(order.timeoutSecs),
    queue: figure(order.queueSecs),
    concurrency: figure(order.concurrency),
    stop: figure(order.stopAfterFailures),
  });
}

function notDefault(value: number, usual: number): number | undefined {
  return value === usual ? undefined : value;
}

/** The form that would do the same again; undefined for what was not typed (an action on an application). */
export function searchOfCommand(
  command: Pick<CommandSummary, 'kind' | 'client_id' | 'command' | 'timeout_secs'>,
): OrderSearch | undefined {
  if (command.kind !== 'command') return undefined;
  return searchOf({
    targets: { kind: 'hosts', ids: [command.client_id] },
    command: command.command,
    timeoutSecs: notDefault(command.timeout_secs, DEFAULT_TIMEOUT_SECS),
  });
}

/** Undefined when the batch does not say who was meant: then it is run again from its own page. */
export function searchOfBatch(
  batch: Pick<
    BatchSummary,
    'selection' | 'command' | 'timeout_secs' | 'queue_secs' | 'concurrency' | 'stop_after_failures'
  >,
): OrderSearch | undefined {
  const { kind, selector } = batch.selection;
  const targets: Targets | undefined =
    kind === 'all'
      ? { kind: 'all' }
      : kind === 'selector' && selector !== null
        ? { kind: 'selector', selector }
        : undefined;
  if (targets === undefined) return undefined;
  return searchOf({
    targets,
    command: batch.command,
    timeoutSecs: notDefault(batch.timeout_secs, DEFAULT_TIMEOUT_SECS),
    queueSecs: batch.queue_secs ?? undefined,
    concurrency: notDefault(batch.concurrency, DEFAULT_CONCURRENCY),
    stopAfterFailures: batch.stop_after_failures ?? undefined,
  });
}
