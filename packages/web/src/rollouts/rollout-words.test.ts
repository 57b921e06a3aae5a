import { ORDER_STATES, ROLLOUT_HOST_STATES, ROLLOUT_STATES } from '@ops/protocol/domain/rollout.ts';
import { expect, test } from 'vitest';

import { enApps } from '../text/en-apps.ts';
import { enRollouts } from '../text/en-rollouts.ts';
import { en } from '../text/en.ts';
import { createFormat } from '../text/format.ts';
import { rolloutOf } from './rollout.test-support.ts';
import { gateWords, sharesOf, stateHelp, versionNow, workWords } from './rollout-words.ts';

const text = { ...en, ...enApps, ...enRollouts };
const format = createFormat('en', en);

test('the title says what is done to which application', () => {
  expect(workWords(rolloutOf(), text)).toBe('Update shop to v1.2.0');
  expect(workWords(rolloutOf({ action: 'Restart', version: null }), text)).toBe('Restart shop');
});

test('every state that waits for somebody, or ended early, says what it means', () => {
  const silent = ROLLOUT_STATES.filter(
    (state) => stateHelp(rolloutOf({ state }), text, format) === undefined,
  );
  expect(silent).toEqual(['running', 'rolling_back', 'succeeded']);
  expect(stateHelp(rolloutOf({ state: 'held', failures: 1, max_failures: 0 }), text, format)).toContain(
    'Failed: 1 host, more than the 0 allowed',
  );
});

test('what rolled back by itself names nobody', () => {
  const back = rolloutOf({ state: 'rolled_back' });
  expect(stateHelp({ ...back, changed_by: null }, text, format)).toBe(text.rolledBackHelp);
  expect(stateHelp({ ...back, changed_by: 'anna' }, text, format)).toContain('anna rolled it back');
});

test('the gate is told part by part', () => {
  const rollout = rolloutOf({
    gate: {
      soak_secs: 90,
      status: 'Running',
      max_restarts: 0,
      checks: [
        { reading: 'cpu_usage', max_above: 20 },
        { reading: 'load1', max_above: 1.5 },
      ],
    },
    max_failures: 1,
  });
  expect(gateWords(rollout, text, format)).toEqual([
    'Soak 1m 30s',
    'service stays running',
    'process restarts at most 0 times',
    'CPU at most 20 points above unchanged hosts',
    'Load at most 1.50 above unchanged hosts',
    '1 host may fail',
    'one more, and it is held',
  ]);
  const without = rolloutOf({
    gate: { soak_secs: 0, status: null, max_restarts: 3, checks: [] },
    on_failure: 'rollback',
  });
  expect(gateWords(without, text, format)).toEqual([
    'No soak',
    'service state not looked at',
    'process restarts at most 3 times',
    '0 hosts may fail',
    'one more, and it is rolled back',
  ]);
});

test('an order counts each host once', () => {
  const counts = Object.fromEntries(ROLLOUT_HOST_STATES.map((state) => [state, 1]));
  expect(sharesOf({ counts })).toEqual({ waiting: 2, changing: 2, changed: 4, failed: 2, done: 5 });
  expect(sharesOf({ counts: {} }).waiting).toBe(0);
  expect(ORDER_STATES.rollback).toContain('succeeded');
});

test('a version is told where it is known', () => {
  const states = ['healthy', 'changed', 'rolled_back', 'failed', 'waiting'] as const;
  expect(states.map((state) => versionNow({ state, version_before: 'v1' }, 'v2'))).toEqual([
    'v2',
    'v2',
    'v1',
    undefined,
    undefined,
  ]);
});
