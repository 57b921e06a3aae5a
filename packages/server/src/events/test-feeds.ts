/** What commands, batches, rollouts and upgrades tell the events, in the hands of a test. */
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';
import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';

import type { Batches } from '../batches/batches.ts';
import type { CommandChange, Commands, OutputPiece } from '../commands/commands.ts';
import type { Rollouts } from '../rollouts/rollouts.ts';
import type { Upgrades } from '../upgrades/upgrades.ts';

export interface Feed<T> {
  readonly listen: (call: (value: T) => void) => () => void;
  /** Calls everybody who listens. */
  readonly tell: (value: T) => void;
}

function createFeed<T>(): Feed<T> {
  const listeners = new Set<(value: T) => void>();
  return {
    listen(call) {
      listeners.add(call);
      return () => listeners.delete(call);
    },
    tell(value) {
      for (const call of listeners) call(value);
    },
  };
}

export interface StandInFeeds {
  readonly commands: Pick<Commands, 'onChange' | 'onOutput'>;
  readonly batches: Pick<Batches, 'onChange'>;
  readonly rollouts: Pick<Rollouts, 'onChange'>;
  readonly upgrades: Pick<Upgrades, 'onChange'>;
  command(summary: CommandSummary): void;
  output(commandId: string, offset: number, text: string | Buffer, stream?: OutputPiece['stream']): void;
  batch(summary: BatchSummary): void;
  rollout(summary: RolloutSummary): void;
  upgrade(summary: UpgradeSummary): void;
}

export function createStandInFeeds(): StandInFeeds {
  const changes = createFeed<CommandChange>();
  const outputs = createFeed<OutputPiece>();
  const batches = createFeed<BatchSummary>();
  const rollouts = createFeed<RolloutSummary>();
  const upgrades = createFeed<UpgradeSummary>();
  return {
    commands: { onChange: changes.listen, onOutput: outputs.listen },
    batches: { onChange: batches.listen },
    rollouts: { onChange: rollouts.listen },
    upgrades: { onChange: upgrades.listen },
    command: (summary) => changes.tell({ summary, before: undefined, groupKey: null, held: false }),
    output(commandId, offset, text, stream = 'stdout') {
      outputs.tell({ commandId, clientId: CLIENT, stream, offset, bytes: Buffer.from(text) });
    },
    batch: batches.tell,
    rollout: rollouts.tell,
    upgrade: upgrades.tell,
  };
}

/** Of the n-th command or batch, made up. */
export function exampleId(n: number): string {
  return `${String(n).padStart(8, '0')}-1111-4000-8000-000000000000`;
}

const CLIENT = '00000001-0000-4000-8000-000000000000';

export function exampleCommand(n: number, overrides: Partial<CommandSummary> = {}): CommandSummary {
  return {
    id: exampleId(n),
    batch_id: null,
    client_id: CLIENT,
    hostname: 'host-00001',
    kind: 'command',
    app_name: null,
    command: 'uptime',
    ran: 'uptime',
    state: 'Pending',
    exit_code: null,
    signal: null,
    error: null,
    late: false,
    cancel_requested: false,
    created_by: 'admin',
    created_at_ms: 1_767_225_600_000,
    sent_at_ms: 1_767_225_600_001,
    executed_at_ms: null,
    finished_at_ms: null,
    duration_ms: null,
    timeout_secs: 30,
    expires_at_ms: 1_767_225_630_000,
    stdout_bytes: 0,
    stderr_bytes: 0,
    output_truncated: false,
    ...overrides,
  };
}

export function exampleBatch(n: number, overrides: Partial<BatchSummary> = {}): BatchSummary {
  return {
    id: exampleId(n),
    command: 'uptime',
    ran: 'uptime',
    state: 'running',
    stopped: null,
    stopped_by: null,
    created_by: 'admin',
    created_at_ms: 1_767_225_600_000,
    finished_at_ms: null,
    targets: 2,
    counts: {
      held: 0,
      pending: 2,
      executing: 0,
      succeeded: 0,
      nonzero: 0,
      timeout: 0,
      failed: 0,
      cancelled: 0,
    },
    version: 1,
    concurrency: 1000,
    stop_after_failures: null,
    timeout_secs: 30,
    queue_secs: null,
    selection: { kind: 'ids', selector: null },
    rerun_of: null,
    ...overrides,
  };
}

export function exampleRollout(n: number, overrides: Partial<RolloutSummary> = {}): RolloutSummary {
  return {
    id: exampleId(n),
    app_name: 'my-app',
    action: null,
    version: 'v1.1.0',
    restart: false,
    state: 'running',
    created_by: 'admin',
    created_at_ms: 1_767_225_600_000,
    finished_at_ms: null,
    changed_by: null,
    targets: 0,
    counts: {},
    wave: 0,
    waves: [],
    failures: 0,
    max_failures: 0,
    on_failure: 'hold',
    gate: { soak_secs: 30, status: 'Running', max_restarts: 0, checks: [] },
    concurrency: 50,
    timeout_secs: 600,
    orders: ['pause', 'stop', 'rollback'],
    revision: 1,
    ...overrides,
  };
}

export function exampleUpgrade(n: number, overrides: Partial<UpgradeSummary> = {}): UpgradeSummary {
  return {
    id: exampleId(n),
    version: '1.2.0',
    commit: 'abc1234',
    released_at: 1_767_000_000_000,
    key: `ed25519:${'A'.repeat(43)}`,
    state: 'canary',
    created_by: 'admin',
    created_at_ms: 1_767_225_600_000,
    expires_at_ms: 1_767_312_000_000,
    finished_at_ms: null,
    changed_by: null,
    targets: 2,
    counts: { queued: 1, fetching: 1 },
    canary: { hosts: 1, done: 0 },
    failures: 0,
    max_failures: 0,
    concurrency: 10,
    orders: ['pause', 'stop'],
    revision: 1,
    ...overrides,
  };
}
