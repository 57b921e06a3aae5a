/** A rollout as the server tells of it, for tests. */
import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';

export function rolloutSummaryOf(changes: Partial<RolloutSummary> = {}): RolloutSummary {
  return {
    id: '00000000-0000-4000-8000-000000000001',
    app_name: 'shop',
    action: null,
    version: 'v2',
    restart: false,
    state: 'running',
    created_by: 'admin',
    created_at_ms: 0,
    finished_at_ms: null,
    changed_by: null,
    targets: 3,
    counts: { healthy: 1, changing: 1, waiting: 1 },
    wave: 1,
    waves: [
      {
        state: 'passed',
        hosts: 1,
        counts: { healthy: 1 },
        started_at_ms: 0,
        soak_started_at_ms: 0,
        finished_at_ms: 0,
        readings: [{ reading: 'cpu_usage', changed: 12.3456, unchanged: null, max_above: 10 }],
      },
      {
        state: 'changing',
        hosts: 2,
        counts: { changing: 1, waiting: 1 },
        started_at_ms: 0,
        soak_started_at_ms: null,
        finished_at_ms: null,
        readings: [],
      },
    ],
    failures: 0,
    max_failures: 0,
    on_failure: 'hold',
    gate: { soak_secs: 30, status: 'Running', max_restarts: 0, checks: [] },
    concurrency: 50,
    timeout_secs: 600,
    orders: ['pause', 'stop', 'rollback'],
    revision: 1,
    ...changes,
  };
}
