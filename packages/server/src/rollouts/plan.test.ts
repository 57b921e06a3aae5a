import { MAX_WAVES, WAVE_PATTERN } from '@ops/protocol/domain/rollout.ts';
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { idOf } from '../fleet/test-fleet.ts';
import { planned, planHosts, stepsOf, waveSizes } from './plan.ts';
import type { Change } from './rollouts.ts';

const TO_V2: Change = { kind: 'version', version: 'v2', restart: false };

function host(n: number, app: Partial<AppInfo> | null = {}, client: Partial<ClientApps> = {}): ClientApps {
  const info = { name: 'my-app', version: 'v1', service_status: 'Running', has_script: true } as const;
  return {
    client_id: idOf(n),
    hostname: `host-${n}`,
    status: 'online',
    readonly: false,
    apps: app === null ? [] : [{ ...info, ...app }],
    ...client,
  };
}

describe('waves', () => {
  it.each([
    [['1', '10%', 'rest'], 100, [1, 10, 89]],
    // Of all, not of what is left; rounded up; at least one.
    [['50%', '50%'], 5, [3, 2]],
    [['1%', 'rest'], 5, [1, 4]],
    [['100%'], 7, [7]],
    [['3', '3', 'rest'], 4, [3, 1]],
    [['rest', '1'], 4, [4]],
    [['1', 'rest'], 1, [1]],
    [['rest'], 0, []],
  ])('%j of %i hosts are %j', (waves, targets, sizes) => {
    expect(waveSizes(waves, targets)).toEqual({ sizes, leftOver: 0 });
  });

  it('say how many hosts they do not reach', () => {
    expect(waveSizes(['1', '10%'], 100)).toEqual({ sizes: [1, 10], leftOver: 89 });
    expect(planned(planHosts([host(1), host(2)], 'my-app', TO_V2), ['1'])).toEqual({ leftOver: 1 });
  });

  it('are never empty, and take every host once', () => {
    const wave = fc.oneof(
      fc.integer({ min: 1, max: 99_999 }).map(String),
      fc.integer({ min: 1, max: 100 }).map((share) => `${share}%`),
      fc.constant('rest'),
    );
    const waves = fc.array(wave, { minLength: 1, maxLength: MAX_WAVES });
    fc.assert(
      fc.property(waves, fc.integer({ min: 0, max: 10_000 }), (list, targets) => {
        expect(list.every((each) => WAVE_PATTERN.test(each))).toBe(true);
        const { sizes, leftOver } = waveSizes(list, targets);
        expect(sizes.every((size) => size > 0)).toBe(true);
        expect(sizes.reduce((sum, size) => sum + size, leftOver)).toBe(targets);
        expect(list.includes('rest') && leftOver > 0).toBe(false);
      }),
    );
  });
});

describe('hosts', () => {
  it('are taken by name, and left out for a reason', () => {
    const clients = [
      host(9),
      host(2, {}, { status: 'offline' }),
      host(3, null),
      host(4, { version: 'v2' }),
      host(5, {}, { readonly: true }),
      host(6, { has_script: false }),
      host(7, { notes: ['unsafe'] }),
      host(1),
    ];
    const plan = planned(planHosts(clients, 'my-app', TO_V2), ['1', 'rest']);
    if ('leftOver' in plan) throw new Error('the waves reach all');
    expect(plan.sizes).toEqual([1, 1]);
    expect(plan.hosts.map(({ hostname, wave, reason }) => [hostname, wave, reason])).toEqual([
      ['host-1', 0, null],
      ['host-2', null, 'offline'],
      ['host-3', null, 'no_app'],
      ['host-4', null, 'up_to_date'],
      ['host-5', null, 'refused'],
      ['host-6', null, 'refused'],
      ['host-7', null, 'refused'],
      ['host-9', 1, null],
    ]);
    expect(plan.hosts[4]?.detail?.en).toContain('read');
    expect(plan.hosts[3]).toMatchObject({ version: 'v2', status: 'Running' });
  });

  it.each([
    ['Start', 'Running', 'up_to_date'],
    ['Start', 'Stopped', null],
    ['Start', 'Unknown', null],
    ['Stop', 'Stopped', 'up_to_date'],
    ['Stop', 'Running', null],
    ['Restart', 'Running', null],
  ] as const)('%s on one that is %s: %s', (action, service_status, reason) => {
    const [one] = planHosts([host(1, { service_status })], 'my-app', { kind: 'action', action });
    expect(one?.reason).toBe(reason);
  });
});

const update = (version: string) => ({ kind: 'update', appName: 'my-app', version });

describe('steps', () => {
  const restart = { kind: 'service', appName: 'my-app', action: 'Restart' };

  it('are the update, and a restart behind it where that is asked for, forth and back', () => {
    expect(stepsOf('my-app', TO_V2)).toEqual([update('v2')]);
    expect(stepsOf('my-app', { ...TO_V2, restart: true })).toEqual([update('v2'), restart]);
    expect(stepsOf('my-app', { ...TO_V2, restart: true }, 'v1')).toEqual([update('v1'), restart]);
    expect(stepsOf('my-app', { kind: 'action', action: 'Restart' })).toEqual([restart]);
  });
});
