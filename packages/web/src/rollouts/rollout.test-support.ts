import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';

/** A rollout in its first wave, apart from what the test says. */
export function rolloutOf(more: Partial<RolloutSummary> = {}): RolloutSummary {
  return {
    id: '00000505-0000-4000-8000-000000000000',
    app_name: 'shop',
    action: null,
    version: 'v1.2.0',
    restart: true,
    state: 'running',
    created_by: 'admin',
    created_at_ms: 1000,
    finished_at_ms: null,
    changed_by: null,
    targets: 3,
    counts: { waiting: 2, changing: 1 },
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
    ...more,
  };
}
