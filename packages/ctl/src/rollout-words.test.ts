import type { previewRollout, RolloutHost } from '@ops/protocol/http/rollouts.ts';
import type { AnswerOf } from '@ops/protocol/http/endpoint.ts';
import { describe, expect, it } from 'vitest';

import { previewText, rolloutStep, rolloutText } from './rollout-words.ts';
import { rolloutSummaryOf } from './test-rollout.ts';

type Planned = AnswerOf<typeof previewRollout>['hosts'][number];

function planned(hostname: string, changes: Partial<Planned> = {}): Planned {
  const id = '00000000-0000-4000-8000-000000000001';
  return {
    client_id: id,
    hostname,
    wave: 1,
    reason: null,
    detail: null,
    version: 'v1',
    service_status: 'Running',
    ...changes,
  };
}

describe('the preview', () => {
  const hosts = [
    planned('a', { wave: 0 }),
    ...Array.from({ length: 10 }, (_, index) => planned(`b${index}`)),
    planned('c', { wave: null, reason: 'offline' }),
    planned('d\u001b[31m', { wave: null, reason: 'refused', detail: 'readonly' }),
  ];
  const preview = { waves: [1, 10], targets: 11, unknown_ids: [], hosts };

  it('names a few hosts of each wave, and why others are left out', () => {
    const change = { app_name: 'shop', action: null, version: 'v2' };
    expect(previewText(change, preview, 'en').split('\n')).toEqual([
      'shop → v2: 11 hosts in 2 waves, 2 skipped',
      '  wave 1   1   a (v1)',
      '  wave 2   10  b0 (v1), b1 (v1), b2 (v1), b3 (v1), b4 (v1), b5 (v1), b6 (v1), b7 (v1), … +2',
      '  skipped  2   c (offline), d (refused: readonly)',
      '',
    ]);
  });

  it('is there in Chinese', () => {
    const change = { app_name: 'shop', action: 'Restart' as const, version: null };
    expect(previewText(change, { ...preview, hosts: hosts.slice(0, 1), targets: 1 }, 'zh')).toMatch(
      /^Restart shop: 1 台主机，2 批\n {2}第1批 +1 +a \(v1\)\n/,
    );
  });
});

it('how far it is: hosts that are over, the wave, and what becomes of it', () => {
  expect(rolloutStep(rolloutSummaryOf(), false)).toEqual({
    done: 1,
    targets: 3,
    words: 'wave 2/2 changing: 1 healthy, 1 changing, 1 waiting',
    isLast: false,
  });
  const held = rolloutSummaryOf({ state: 'held', counts: { healthy: 1, failed: 2 } });
  expect(rolloutStep(held, true)).toMatchObject({ done: 3, words: 'wave 2/2 held: 1 healthy, 2 failed' });
});

it('as a whole: each wave with what its gate saw, each host with why', () => {
  const host: RolloutHost = {
    client_id: '00000000-0000-4000-8000-000000000002',
    hostname: 'web-1',
    position: 0,
    wave: 0,
    state: 'failed',
    reason: 'status',
    detail: 'it was Stopped',
    version_before: 'v1',
    command_ids: [],
  };
  const left: RolloutHost = {
    ...host,
    hostname: 'web-2',
    wave: null,
    state: 'skipped',
    reason: 'offline',
    detail: null,
  };
  expect(rolloutText(rolloutSummaryOf(), [host, left], 'en').split('\n')).toEqual([
    '00000000-0000-4000-8000-000000000001  shop → v2  running  admin',
    'WAVE  STATE     HOSTS  RESULT',
    '1     passed    1      1 healthy; cpu_usage 12.35, unchanged -, +10 allowed',
    '2     changing  2      1 changing, 1 waiting',
    'HOST   WAVE  STATE    BEFORE  WHY',
    'web-1  1     failed   v1      status: it was Stopped',
    'web-2  -     skipped  v1      offline',
    '',
  ]);
});
