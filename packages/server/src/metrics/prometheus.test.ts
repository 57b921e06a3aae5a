import { afterEach, describe, expect, it } from 'vitest';

import { ManualClock } from '@ops/testkit/manual-clock.ts';

import { recordedLog } from '../fleet/test-fleet.ts';
import { METRICS } from './metric-table.ts';
import type { ServerFigures } from './metric-table.ts';
import { createPrometheus } from './prometheus.ts';
import type { Prometheus } from './prometheus.ts';

const FIGURES: ServerFigures = {
  clients: () => ({ total: 10, online: 7, late: 2, offline: 3 }),
  clientsOnPreviousSecret: () => 1,
  connections: () => 7,
  unauthenticatedConnections: () => 4,
  authFailures: () => 5,
  frames: () => ({ in: 100, out: 90 }),
  commands: () => ({ pending: 2, executing: 1 }),
  commandsFinished: () => ({ completed: 90, timeout: 4, failed: 5, cancelled: 1 }),
  batches: () => 1,
  rollouts: () => 2,
  upgradeHosts: () => 12,
  unstoredOutput: () => 65_536,
  outputWaits: () => 3,
  dropped: () => ({ sample_future: 0, 'a "quoted"\nkind': 2 }),
  httpRequests: () => ({ '2xx': 30, '4xx': 3 }),
  eventStreams: () => 2,
  eventPolls: () => 5,
  sessions: () => Promise.resolve(6),
  logins: () => ({ ok: 8, refused: 9 }),
  storageCommits: () => 11,
  storageFaults: () => 0,
};

const started: Prometheus[] = [];
const log = recordedLog();
function prometheus(figures: Partial<ServerFigures> = {}): Prometheus {
  const made = createPrometheus({ figures: { ...FIGURES, ...figures }, clock: new ManualClock(), log });
  started.push(made);
  return made;
}
afterEach(() => {
  for (const each of started.splice(0)) each.stop();
});

/** Lines of one metric, without comments. */
function linesOf(text: string, name: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

describe('metrics', () => {
  it('are all there, each with its type and what it means', async () => {
    const text = await prometheus().render();
    for (const { name, type, meaning } of METRICS) {
      expect(text).toContain(`# TYPE ${name} ${type}\n`);
      expect(text).toContain(`# HELP ${name} ${meaning.en}\n`);
    }
    expect(linesOf(text, 'ops_connections')).toEqual(['ops_connections 7']);
    expect(linesOf(text, 'ops_sessions')).toEqual(['ops_sessions 6']);
    expect(linesOf(text, 'ops_frames_total')).toEqual([
      'ops_frames_total{direction="in"} 100',
      'ops_frames_total{direction="out"} 90',
    ]);
    expect(linesOf(text, 'ops_storage_faults_total')).toEqual(['ops_storage_faults_total 0']);
    expect(linesOf(text, 'ops_dropped_total')).toContain(
      String.raw`ops_dropped_total{what="a \"quoted\"\nkind"} 2`,
    );
    for (const name of [
      'process_resident_memory_bytes',
      'nodejs_heap_size_used_bytes',
      'process_cpu_seconds_total',
    ]) {
      expect(Number(linesOf(text, name)[0]?.split(' ')[1])).toBeGreaterThan(0);
    }
  });

  it('count each client in one state', async () => {
    expect(linesOf(await prometheus().render(), 'ops_clients')).toEqual([
      'ops_clients{state="online"} 5',
      'ops_clients{state="late"} 2',
      'ops_clients{state="offline"} 3',
    ]);
  });

  it('are asked for at each scrape, and add nothing up themselves', async () => {
    let frames = { in: 1, out: 1 };
    const made = prometheus({ frames: () => frames, authFailures: () => frames.in });
    await made.render();
    frames = { in: 5, out: 6 };
    const [text, again] = await Promise.all([made.render(), made.render()]);
    for (const each of [text, again]) {
      expect(linesOf(each, 'ops_frames_total')).toContain('ops_frames_total{direction="in"} 5');
      expect(linesOf(each, 'ops_auth_failures_total')).toEqual(['ops_auth_failures_total 5']);
    }
  });

  it('leave out what cannot be had, log it, and show the rest', async () => {
    const made = prometheus({
      sessions: () => Promise.reject(new Error('planted')),
      storageCommits: () => {
        throw new Error('planted');
      },
    });
    const text = await made.render();
    expect([linesOf(text, 'ops_sessions'), linesOf(text, 'ops_storage_commits_total')]).toEqual([[], []]);
    expect(linesOf(text, 'ops_connections')).toEqual(['ops_connections 7']);
    expect(log.lines.filter((line) => line.level === 'warn')).toHaveLength(1);
  });

  it('have names Prometheus takes, no name twice, and words in both languages', () => {
    const names = METRICS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, type, meaning } of METRICS) {
      expect(name).toMatch(/^[a-z][a-z0-9_]+$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(meaning.zh).toMatch(/[\u4e00-\u9fff]/);
      expect(meaning.en).toMatch(/[A-Za-z]/);
    }
  });
});
