import { appInfo } from '@ops/protocol/domain/app.ts';
import { decode } from '@ops/protocol/schema.ts';
import { describe, expect, test } from 'vitest';

import type { AppFacts } from './app-files.ts';
import { fitting, MAX_REGISTER_APPS_BYTES } from './fitting.ts';
import type { ProcessLook } from './pid.ts';
import { appInfoOf, CLOCK_SLACK_MS, localTime, MAX_START_MS } from './status.ts';

const AT = Date.UTC(2026, 5, 1);
const PID_FILE = { kind: 'pid', pid: 4711, writtenAtMs: AT } as const;

function facts(overrides: Partial<AppFacts> = {}): AppFacts {
  return {
    name: 'shop',
    version: 'v1',
    versionAtMs: AT - 60_000,
    hasScript: true,
    pidFile: PID_FILE,
    ...overrides,
  };
}

function alive(startedAtMs: number, appName?: string): ProcessLook {
  return { kind: 'alive', startTime: '1', startedAtMs, appName };
}

/** `Status notes: reason` */
function told(app: AppFacts, look: ProcessLook | undefined): string {
  const {
    service_status,
    notes = [],
    status_reason = '',
  } = appInfoOf(app, {
    look,
    baseUnsafe: undefined,
    readonly: false,
  });
  return `${service_status} ${notes.join(',')}: ${status_reason}`;
}

describe('an application is', () => {
  test.each<[string, Partial<AppFacts>, ProcessLook | undefined, RegExp]>([
    ['no pid file', { pidFile: { kind: 'none' } }, undefined, /^Stopped : $/],
    [
      'a bad pid file',
      { pidFile: { kind: 'bad', problem: 'it is a link' } },
      undefined,
      /^Unknown unreadable: it is a link$/,
    ],
    ['no process', {}, { kind: 'gone' }, /^Stopped stale_pid: .* 4711, which does not exist$/],
    ['a zombie', {}, { kind: 'zombie' }, /^Stopped zombie: .*has ended/],
    ['a hidden process', {}, { kind: 'hidden' }, /^Unknown unreadable: .*does not show it$/],
    ['a process of the moment', {}, alive(AT), /^Running : $/],
    ['a start just within the slack', {}, alive(AT + CLOCK_SLACK_MS), /^Running : $/],
    [
      'a start after the pid file',
      {},
      alive(AT + CLOCK_SLACK_MS + 1),
      /^Stopped foreign_pid: .*another program$/,
    ],
    ['a slow start', { versionAtMs: AT - 9e6 }, alive(AT - MAX_START_MS), /^Running : $/],
    [
      'a start long before the pid file',
      {},
      alive(AT - MAX_START_MS - 1),
      /^Unknown foreign_pid: .*may be another/,
    ],
    ['our own process, whatever the times', {}, alive(AT + 1e6, 'shop'), /^Running : $/],
    [
      'the process of another application',
      {},
      alive(AT, 'cart'),
      /^Stopped foreign_pid: .*another application$/,
    ],
    [
      'VERSION written after the start',
      { versionAtMs: AT + CLOCK_SLACK_MS + 1 },
      alive(AT),
      /^Running not_restarted: .*updated, not restarted$/,
    ],
    ['VERSION written at the start', { versionAtMs: AT + CLOCK_SLACK_MS }, alive(AT), /^Running : $/],
  ])('with %s', (_what, overrides, look, expected) => {
    expect(told(facts(overrides), look)).toMatch(expected);
  });
});

describe('it may be acted on', () => {
  const safe = { look: undefined, baseUnsafe: undefined, readonly: false };
  test.each([
    ['safe', facts(), safe, true],
    ['without a script', facts({ hasScript: false }), safe, false],
    ['unsafe', facts({ unsafe: 'it is open' }), safe, false],
    ['in an unsafe place', facts(), { ...safe, baseUnsafe: 'it is open' }, false],
    ['on a read-only host', facts(), { ...safe, readonly: true }, false],
  ])('%s', (_what, app, circumstances, expected) => {
    const info = appInfoOf(app, circumstances);
    expect(info.actions).toBe(expected);
    expect(info.notes?.includes('unsafe') ?? false).toBe(info.status_reason?.includes('it is open') ?? false);
  });
});

test('what is told passes the schema of the wire as it is', () => {
  const info = appInfoOf(
    facts({ branch: 'main', commit: 'abc', unsafe: 'x'.repeat(600), unreadable: 'COMMIT is a link' }),
    { look: alive(AT - 1), baseUnsafe: undefined, readonly: false },
  );
  expect(decode(appInfo, info)).toBe(info);
  expect(info).toMatchObject({ pid: 4711, started_at_ms: AT - 1, notes: ['unsafe', 'unreadable'] });
});

test('times are local', () => {
  const at = new Date(2025, 7, 30, 9, 5, 7).getTime();
  expect(localTime(at)).toBe('2025-08-30 09:05:07');
});

test('a list that is too long for a frame loses details first, then entries', () => {
  const long = Array.from({ length: 1000 }, (_, n) =>
    appInfoOf(facts({ name: `app-${n}`, branch: 'b'.repeat(128), commit: '字'.repeat(128) }), {
      look: undefined,
      baseUnsafe: undefined,
      readonly: false,
    }),
  );
  const few = long.slice(0, 10);
  expect(fitting(few, MAX_REGISTER_APPS_BYTES)).toEqual(few);
  const fit = fitting(long, MAX_REGISTER_APPS_BYTES);
  expect(Buffer.byteLength(JSON.stringify(fit))).toBeLessThanOrEqual(MAX_REGISTER_APPS_BYTES);
  expect(fit).toHaveLength(1000);
  expect(fit[0]?.commit).toBeUndefined();
  expect(fitting(long, 1000).length).toBeGreaterThan(0);
});
