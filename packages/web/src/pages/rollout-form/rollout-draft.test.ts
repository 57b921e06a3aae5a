import { DEFAULT_SOAK_SECS } from '@ops/protocol/domain/rollout.ts';
import { describe, expect, test } from 'vitest';

import { readRolloutSearch } from '../../rollouts/rollout-address.ts';
import { createBody, draftOf, gateOf, previewBody, searchOf } from './rollout-draft.ts';
import type { Draft } from './rollout-draft.ts';

const ID = '00000001-0000-4000-8000-000000000000';
const OTHER = '00000002-0000-4000-8000-000000000000';
const draft = (search: object = {}, more: Partial<Draft> = {}): Draft => ({
  ...draftOf(readRolloutSearch({ hosts: `${ID},${OTHER}`, version: 'v2', ...search }), undefined),
  ...more,
});

describe('the address', () => {
  test('holds whom, what and the waves, and gives the same form again', () => {
    for (const search of [
      { hosts: ID, version: 'v2' },
      { to: 'all', do: 'Restart' },
      { to: 'selector', selector: 'env=prod', version: 'v2', restart: 'no', waves: '1, rest' },
    ]) {
      expect(searchOf(draftOf(readRolloutSearch(search), undefined))).toEqual(search);
    }
  });

  test('is believed nothing', () => {
    expect(readRolloutSearch({ hosts: 'x', do: 'Status', restart: 'yes', version: 7, other: '1' })).toEqual(
      {},
    );
    expect(readRolloutSearch({ version: 'v'.repeat(65) }).version).toHaveLength(64);
  });

  test('that is too short for its hosts gives way to what the browser kept', () => {
    expect(draftOf({}, [ID]).targets).toEqual({ kind: 'hosts', ids: [ID] });
    expect(draftOf({ to: 'all' }, [ID]).targets).toEqual({ kind: 'all' });
  });
});

describe('the request', () => {
  test('says one of version and action', () => {
    expect(previewBody('shop', draft())).toEqual({
      client_ids: [ID, OTHER],
      app_name: 'shop',
      version: 'v2',
      restart: true,
      waves: ['1', '10%', 'rest'],
    });
    expect(previewBody('shop', draft({ do: 'Stop' }))).toEqual({
      client_ids: [ID, OTHER],
      app_name: 'shop',
      action: 'Stop',
      waves: ['1', '10%', 'rest'],
    });
  });

  test('is not made of what is missing or not understood, and nobody never means everybody', () => {
    expect(previewBody('shop', draft({ version: '' }))).toBeUndefined();
    expect(previewBody('shop', draft({ version: '-rf' }))).toBeUndefined();
    expect(previewBody('shop', draft({ waves: 'ten' }))).toBeUndefined();
    expect(createBody('shop', draft({ hosts: '' }))).toBeUndefined();
    expect(createBody('shop', draft({ to: 'selector' }))).toBeUndefined();
  });

  test('the gate asks for what the work leads to', () => {
    expect(gateOf(draft())).toEqual({
      soak_secs: DEFAULT_SOAK_SECS,
      status: 'Running',
      max_restarts: 0,
      checks: [],
    });
    expect(gateOf(draft({ do: 'Stop' })).status).toBe('Stopped');
    expect(gateOf(draft({ restart: 'no' })).status).toBeNull();
    expect(gateOf(draft({}, { status: null, soakSecs: 0 }))).toMatchObject({ status: null, soak_secs: 0 });
  });

  test('only a version is rolled back by itself', () => {
    expect(createBody('shop', draft({}, { onFailure: 'rollback', maxFailures: 2 }))).toMatchObject({
      on_failure: 'rollback',
      max_failures: 2,
    });
    expect(createBody('shop', draft({ do: 'Restart' }, { onFailure: 'rollback' }))).toMatchObject({
      on_failure: 'hold',
    });
  });
});
