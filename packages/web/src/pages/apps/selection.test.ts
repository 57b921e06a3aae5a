import type { ClientApps } from '@ops/protocol/http/apps.ts';
import { expect, test } from 'vitest';

import { appKey } from '../../live/apps-live.ts';
import { chosenApps, keysOf, NOTHING, shareOf, withKeys } from './selection.ts';

function hostOf(client_id: string, ...names: string[]): ClientApps {
  return {
    client_id,
    hostname: `web-${client_id}`,
    status: 'online',
    readonly: false,
    apps: names.map((name) => ({ name, service_status: 'Running', has_script: true })),
  };
}
const HOSTS = [hostOf('2', 'shop', 'mail'), hostOf('1', 'shop'), hostOf('3', 'mail')];
const CLIENTS = new Map(HOSTS.map((host) => [host.client_id, host]));

test('a part of what a box stands for is told from all and none of it', () => {
  const keys = keysOf(HOSTS[0]!);
  const one = withKeys(NOTHING, keys.slice(0, 1), true);
  expect([NOTHING, one, withKeys(one, keys, true)].map((chosen) => shareOf(chosen, keys))).toEqual([
    'none',
    'some',
    'all',
  ]);
  expect(shareOf(NOTHING, [])).toBe('none');
  expect(withKeys(one, keys, false)).toEqual(NOTHING);
});

test('what is chosen stands by application, hosts by name, and what is gone is left out', () => {
  const chosen = new Set([
    appKey('2', 'shop'),
    appKey('1', 'shop'),
    appKey('3', 'mail'),
    appKey('9', 'gone'),
  ]);
  expect(
    chosenApps(chosen, CLIENTS).map(({ name, hosts, everywhere }) => [
      name,
      hosts.map(({ hostname }) => hostname),
      everywhere,
    ]),
  ).toEqual([
    ['mail', ['web-3'], 2],
    ['shop', ['web-1', 'web-2'], 2],
  ]);
  expect(chosenApps(NOTHING, CLIENTS)).toEqual([]);
});
