import type { UpgradePreview } from '@ops/protocol/http/upgrades.ts';
import { describe, expect, test } from 'vitest';

import { canaryOf, createBody, previewBody, toggled } from './upgrade-draft.ts';

const plan: UpgradePreview = {
  release: { version: '2', commit: 'c', released_at: 7, key: 'k' },
  targets: 2,
  unknown_ids: [],
  hosts: ['a', 'b'].map((id) => ({
    client_id: id,
    hostname: id,
    online: true,
    canary: id === 'a',
    client_version: '1',
    reason: null,
  })),
};

describe('the request of the form', () => {
  test('is none while nobody is meant', () => {
    expect(previewBody({ targets: { kind: 'hosts', ids: [] } })).toBeUndefined();
    expect(createBody({ targets: { kind: 'selector', selector: ' ' } }, plan)).toBeUndefined();
  });

  test('says what was filled in, and the release that was looked at', () => {
    expect(createBody({ targets: { kind: 'all' } }, plan)).toEqual({ all: true, released_at: 7 });
    expect(
      createBody({ targets: { kind: 'all' }, canary: 2, concurrency: 5, maxFailures: 1, hours: 2 }, plan),
    ).toEqual({
      all: true,
      canary: 2,
      released_at: 7,
      concurrency: 5,
      max_failures: 1,
      expires_in_secs: 7200,
    });
    expect(previewBody({ targets: { kind: 'all' }, canary: 2, canaryIds: ['b'] })).toEqual({
      all: true,
      canary_ids: ['b'],
    });
  });
});

test('a press makes a host one of the canary, or takes it away; with none left it is by number', () => {
  const now = canaryOf({ targets: { kind: 'all' } }, plan);
  expect(now).toEqual(['a']);
  expect(toggled(now, 'b')).toEqual(['a', 'b']);
  expect(toggled(now, 'a')).toBeUndefined();
  expect(canaryOf({ targets: { kind: 'all' }, canaryIds: ['b'] }, plan)).toEqual(['b']);
});
