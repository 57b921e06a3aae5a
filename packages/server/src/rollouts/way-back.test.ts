import { describe, expect, it } from 'vitest';

import { exampleCommand } from '../events/test-feeds.ts';
import { FOUND } from './findings.ts';
import type { Host } from './record.ts';
import { goingBack, wayBack } from './way-back.ts';

const ran = exampleCommand(1, { state: 'Completed', exit_code: 0, executed_at_ms: 1 });
const changed = { state: 'changed', versionBefore: 'v1' } as const;
const failed = { state: 'failed', versionBefore: 'v1' } as const;

describe('the way back of a host', () => {
  it('is the version it had before', () => {
    expect(wayBack(changed, 'v2', 'v2', ran)).toEqual({ kind: 'go', version: 'v1' });
    // What a failed update left behind nobody knows.
    expect(wayBack(failed, 'v2', 'v1', ran)).toEqual({ kind: 'go', version: 'v1' });
    expect(wayBack(failed, 'v2', 'half', ran)).toEqual({ kind: 'go', version: 'v1' });
    expect(wayBack(failed, 'v2', undefined, undefined)).toEqual({ kind: 'go', version: 'v1' });
  });

  it.each([
    ['expired: the client was offline', 'Failed', 'there'],
    ['rejected: busy', 'Failed', 'there'],
    [null, 'Cancelled', 'there'],
    ['interrupted: the client did not answer in time', 'Failed', 'go'],
  ] as const)('is none when the update never ran: %s (%s) → %s', (error, state, kind) => {
    const update = exampleCommand(1, { state, error, executed_at_ms: null });
    expect(wayBack(failed, 'v2', 'v1', update).kind).toBe(kind);
    // It shows something else: whatever the command says, it goes back.
    expect(wayBack(failed, 'v2', 'v2', update).kind).toBe('go');
  });

  it('is not there without a version before, or one that cannot be named, or when somebody else changed it since', () => {
    expect(wayBack({ ...changed, versionBefore: null }, 'v2', 'v2', ran).kind).toBe('no_way');
    expect(wayBack({ ...changed, versionBefore: 'a b' }, 'v2', 'v2', ran).kind).toBe('no_way');
    expect(wayBack(changed, 'v2', 'v3', ran)).toMatchObject({
      kind: 'no_way',
      detail: FOUND.foreign('v3', 'v2'),
    });
  });
});

const host = (position: number, wave: number | null, state: Host['state'], begun = true): Host => ({
  position,
  clientId: '',
  hostname: '',
  wave,
  heldToStatus: true,
  versionBefore: 'v1',
  state,
  reason: null,
  detail: null,
  steps: begun ? [{ attempt: 0, step: 0, commandId: '' }] : [],
});

it('the last wave goes first, and only hosts that were begun go', () => {
  const hosts = [
    host(0, 0, 'healthy'),
    host(1, 1, 'changed'),
    host(2, 1, 'failed'),
    host(3, 1, 'failed', false),
    host(4, 1, 'rolled_back'),
    host(5, 2, 'left', false),
    host(6, null, 'skipped', false),
  ];
  expect(goingBack(hosts).map(({ position }) => position)).toEqual([1, 2, 0]);
});
