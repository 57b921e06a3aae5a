/** What the form of commands asks for, and the request it becomes. Pure. */
import { MAX_TARGETS } from '@ops/protocol/http/batches.ts';
import { MAX_QUEUE_SECS } from '@ops/protocol/http/commands.ts';
import { MAX_TIMEOUT_SECS } from '@ops/protocol/domain/command.ts';

export type Targets =
  | { readonly kind: 'hosts'; readonly ids: readonly string[] }
  | { readonly kind: 'selector'; readonly selector: string }
  | { readonly kind: 'all' };
export type TargetKind = Targets['kind'];
export const TARGET_KINDS = ['hosts', 'selector', 'all'] as const;

export interface Order {
  readonly targets: Targets;
  /** As it is typed. */
  readonly command: string;
  /** Absent ones are the server's own. */
  readonly timeoutSecs?: number | undefined;
  readonly queueSecs?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly stopAfterFailures?: number | undefined;
}

export const EMPTY_ORDER: Order = { targets: { kind: 'hosts', ids: [] }, command: '' };

/** Bounds of the numbers, as the server has them. */
export const BOUNDS = {
  timeoutSecs: { min: 1, max: MAX_TIMEOUT_SECS },
  queueSecs: { min: 1, max: MAX_QUEUE_SECS },
  concurrency: { min: 1, max: MAX_TARGETS },
  stopAfterFailures: { min: 1, max: MAX_TARGETS },
} as const;
export type NumberName = keyof typeof BOUNDS;

/** How long a command may be kept for a host that is offline, in seconds, as the form offers it. */
export const QUEUE_CHOICES = [3600, 24 * 3600, 7 * 24 * 3600] as const;

export type TargetBody =
  | { readonly client_ids: string[] }
  | { readonly selector: string }
  | { readonly all: true };

type PreviewBody = TargetBody & { readonly command: string; readonly queue_secs?: number };

export type RunRequest =
  | {
      readonly kind: 'single';
      readonly body: {
        readonly client_id: string;
        readonly command: string;
        readonly timeout_secs?: number;
        readonly queue_secs?: number;
      };
    }
  | {
      readonly kind: 'batch';
      readonly body: TargetBody & {
        readonly command: string;
        readonly timeout_secs?: number;
        readonly queue_secs?: number;
        readonly concurrency?: number;
        readonly stop_after_failures?: number;
      };
    };

/** Undefined while nobody is meant: nothing never means everything. */
export function targetBody(targets: Targets): TargetBody | undefined {
  switch (targets.kind) {
    case 'hosts':
      return targets.ids.length === 0 ? undefined : { client_ids: [...targets.ids] };
    case 'selector':
      return targets.selector.trim() === '' ? undefined : { selector: targets.selector.trim() };
    case 'all':
      break;
  }
  return { all: true };
}

export function hasTargets(order: Order): boolean {
  return targetBody(order.targets) !== undefined;
}

/** Undefined while something is missing. */
export function previewBody(order: Order): PreviewBody | undefined {
  const targets = targetBody(order.targets);
  if (targets === undefined || order.command.trim() === '') return undefined;
  return {
    ...targets,
    command: order.command,
    ...(order.queueSecs !== undefined && { queue_secs: order.queueSecs }),
  };
}

/** One chosen host is a command of its own; everything else is a batch. Undefined while something is missing. */
export function runRequest(order: Order): RunRequest | undefined {
  const targets = targetBody(order.targets);
  if (targets === undefined || order.command.trim() === '') return undefined;
  const common = {
    command: order.command,
    ...(order.timeoutSecs !== undefined && { timeout_secs: order.timeoutSecs }),
    ...(order.queueSecs !== undefined && { queue_secs: order.queueSecs }),
  };
  const only = 'client_ids' in targets && targets.client_ids.length === 1 ? targets.client_ids[0] : undefined;
  if (only !== undefined) return { kind: 'single', body: { client_id: only, ...common } };
  return {
    kind: 'batch',
    body: {
      ...targets,
      ...common,
      ...(order.concurrency !== undefined && { concurrency: order.concurrency }),
      ...(order.stopAfterFailures !== undefined && { stop_after_failures: order.stopAfterFailures }),
    },
  };
}

/** One key for one intent: the same request carries the same key until it was answered, another a new one. */
export function createSubmission(freshKey: () => string): {
  /** @param request as it is sent */
  readonly keyFor: (request: object) => string;
  /** It was done: the same form, sent again, means it once more. */
  readonly done: () => void;
} {
  let known: { readonly signature: string; readonly key: string } | undefined;
  return {
    keyFor(request) {
      const signature = JSON.stringify(request);
      if (known?.signature !== signature) known = { signature, key: freshKey() };
      return known.key;
    },
    done() {
      known = undefined;
    },
  };
}
