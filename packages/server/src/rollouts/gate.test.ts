import type { AppInfo } from '@ops/protocol/domain/app.ts';
import { describe, expect, it } from 'vitest';

import {
  averageOf,
  defaultGate,
  NO_RESTARTS,
  NOTHING,
  plus,
  readingBreach,
  readingOf,
  REPORT_GRACE_MS,
  restartsBreach,
  restartsWith,
  statusBreach,
  watchMs,
} from './gate.ts';

const GATE = defaultGate({ kind: 'version', version: 'v2', restart: false });
const app = (overrides: Partial<AppInfo> = {}): AppInfo => ({
  name: 'my-app',
  service_status: 'Running',
  has_script: true,
  pid: 100,
  started_at_ms: 1,
  ...overrides,
});

describe('the gate when nobody says otherwise', () => {
  it('waits half a minute, and expects the app to be as the change leaves it', () => {
    expect(GATE).toEqual({ soak_secs: 30, status: 'Running', max_restarts: 0, checks: [] });
    expect(defaultGate({ kind: 'action', action: 'Restart' }).status).toBe('Running');
    expect(defaultGate({ kind: 'action', action: 'Stop' }).status).toBe('Stopped');
  });

  it('gives a client the time to tell, wherever anything is looked at', () => {
    expect(watchMs(GATE)).toBe(30_000);
    expect(watchMs({ ...GATE, soak_secs: 0 })).toBe(REPORT_GRACE_MS);
    expect(watchMs({ ...GATE, soak_secs: 1 })).toBe(REPORT_GRACE_MS);
    expect(watchMs({ ...GATE, soak_secs: 0, status: null })).toBe(0);
  });
});

describe('the status of the app', () => {
  it('must be the one that is asked for', () => {
    expect(statusBreach(GATE, app())).toBeUndefined();
    expect(
      statusBreach(GATE, app({ service_status: 'Stopped', status_reason: 'its pid file is gone' })),
    ).toEqual({
      reason: 'status',
      detail: expect.objectContaining({ en: 'the app is Stopped, not Running: its pid file is gone' }),
    });
    expect(statusBreach(GATE, undefined)?.detail.en).toBe('the app is not there any more, not Running');
  });

  it('is not looked at when that is asked for', () => {
    expect(statusBreach({ ...GATE, status: null }, app({ service_status: 'Stopped' }))).toBeUndefined();
  });
});

const seen = (...apps: AppInfo[]) => apps.reduce(restartsWith, NO_RESTARTS);

describe('restarts', () => {
  it('are changes of the process: its number, or when it started', () => {
    expect(seen(app(), app()).count).toBe(0);
    expect(seen(app(), app({ pid: 101 })).count).toBe(1);
    expect(seen(app(), app({ started_at_ms: 2 })).count).toBe(1);
  });

  it('count also when the app was seen without a process in between, and the first process is none', () => {
    const { pid: _pid, started_at_ms: _at, ...stopped } = app({ service_status: 'Stopped' });
    expect(seen(stopped, app()).count).toBe(0);
    expect(seen(app(), stopped, app()).count).toBe(0);
    expect(seen(app(), stopped, app({ pid: 101 })).count).toBe(1);
  });

  it('may be so many, and not one more', () => {
    const gate = { ...GATE, max_restarts: 2 };
    expect(restartsBreach(gate, { process: '1', count: 2 })).toBeUndefined();
    expect(restartsBreach(gate, { process: '1', count: 3 })).toEqual({
      reason: 'restarts',
      detail: expect.objectContaining({ en: 'the app was restarted 3 times, at most 2 are allowed' }),
    });
  });
});

describe('readings', () => {
  const sample = {
    cpu_usage: 50,
    load_average: [1.5, 1, 1],
    used_memory: 1,
    total_memory: 4,
    used_swap: 0,
    total_swap: 0,
    disks: [
      { mount: '/', filesystem: 'ext4', total: 100, used: 10 },
      { mount: '/data', filesystem: 'ext4', total: 100, used: 80 },
    ],
  };

  it('are shares in percent, and those of a sample that holds them', () => {
    expect(readingOf(sample, 'cpu_usage')).toBe(50);
    expect(readingOf(sample, 'load1')).toBe(1.5);
    expect(readingOf(sample, 'memory_usage')).toBe(25);
    expect(readingOf(sample, 'disk_usage')).toBe(80);
    expect(readingOf(sample, 'swap_usage')).toBeUndefined();
    expect(readingOf({}, 'cpu_usage')).toBeUndefined();
  });

  it('are averaged over what was read', () => {
    expect(averageOf([1, undefined, 2.005].reduce(plus, NOTHING))).toBe(1.5);
    expect(averageOf(NOTHING)).toBeNull();
  });

  const check = { reading: 'cpu_usage', changed: 40, unchanged: 20, max_above: 20 } as const;

  it('may be so far above those of the hosts not yet changed, and no further', () => {
    expect(readingBreach([check], [40])).toBeUndefined();
    expect(readingBreach([check], [40.01])).toEqual({
      reason: 'reading',
      detail: expect.objectContaining({
        en: 'cpu_usage was 40.01 on average, 20 on the hosts not yet changed: more than 20 above',
      }),
    });
  });

  it('are not compared with nothing', () => {
    expect(readingBreach([{ ...check, unchanged: null }], [99])).toBeUndefined();
    expect(readingBreach([check], [null])).toBeUndefined();
  });
});
