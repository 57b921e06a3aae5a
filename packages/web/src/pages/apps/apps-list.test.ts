import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import { describe, expect, test } from 'vitest';

import { appKey } from '../../live/apps-live.ts';
import { findDrift, hostsWithApps, isSameDrift, showApps } from './apps-list.ts';
import { readAppsSearch } from './apps-search.ts';

const idOf = (n: number): string => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`;

function appOf(name: string, more: Partial<AppInfo> = {}): AppInfo {
  return { name, service_status: 'Running', has_script: true, ...more };
}

function clientsOf(...apps: (readonly AppInfo[])[]): ReadonlyMap<string, ClientApps> {
  return new Map(
    apps.map((list, n) => [
      idOf(n),
      {
        client_id: idOf(n),
        hostname: `web-${n}`,
        status: n % 2 === 0 ? 'online' : 'offline',
        readonly: false,
        apps: [...list],
      },
    ]),
  );
}

const at = (...versions: (string | undefined)[]) =>
  clientsOf(...versions.map((version) => [appOf('shop', version === undefined ? {} : { version })]));
const marked = (clients: ReadonlyMap<string, ClientApps>) => Object.fromEntries(findDrift(clients));

describe('the list', () => {
  const clients = clientsOf(
    [appOf('Shop'), appOf('mail', { service_status: 'Stopped' })],
    [appOf('mail')],
    [],
  );
  const names = (search: object, limit = 100): string[] =>
    showApps(clients, readAppsSearch({ ...search }), findDrift(clients), limit).hosts.flatMap(
      ({ hostname, apps }) => apps.map(({ name }) => `${hostname} ${name}`),
    );

  test('shows hosts with apps, by name', () => {
    expect(names({})).toEqual(['web-0 Shop', 'web-0 mail', 'web-1 mail']);
  });

  test('failing are those that should run and do not, where it is known', () => {
    const crashed = appOf('crashed', { service_status: 'Stopped', notes: ['stale_pid'] });
    const stopped = appOf('stopped', { service_status: 'Stopped' });
    const hosts = clientsOf([crashed, stopped, appOf('fine')], [crashed]);
    const { hosts: shown } = showApps(hosts, { status: 'failing' }, new Map(), 100);
    expect(shown.map(({ hostname, apps }) => [hostname, apps.map(({ name }) => name)])).toEqual([
      ['web-0', ['crashed']],
    ]);
  });

  test('is narrowed by client, part of a name, connection and service, together', () => {
    expect(names({ client: idOf(1) })).toEqual(['web-1 mail']);
    expect(names({ name: ' shO ' })).toEqual(['web-0 Shop']);
    expect(names({ connection: 'offline' })).toEqual(['web-1 mail']);
    expect(names({ status: 'Stopped' })).toEqual(['web-0 mail']);
    expect(names({ status: 'Stopped', connection: 'offline' })).toEqual([]);
  });

  test('keeps the object of a host that is shown whole, so that it is not drawn again', () => {
    const [first] = showApps(clients, {}, new Map(), 100).hosts;
    expect(first).toBe(clients.get(idOf(0)));
    const [narrowed] = showApps(clients, { name: 'mail' }, new Map(), 100).hosts;
    expect(narrowed?.apps.map(({ name }) => name)).toEqual(['mail']);
    expect(clients.get(idOf(0))?.apps).toHaveLength(2);
  });

  test('believes nothing of an address someone typed', () => {
    expect(names({ client: '../x', connection: 'late', status: 'running', other: '1' })).toHaveLength(3);
  });

  test('counts everything, and stops at a host when it is long', () => {
    expect(showApps(clients, {}, new Map(), 100)).toMatchObject({ shown: 3, total: 3, more: false });
    expect(showApps(clients, {}, new Map(), 1)).toMatchObject({ shown: 3, total: 3, more: true });
    expect(names({}, 1)).toEqual(['web-0 Shop', 'web-0 mail']);
  });

  test('offers hosts that have apps, and the one that is chosen', () => {
    const offered = [undefined, idOf(2)].map((chosen) => hostsWithApps(clients, chosen));
    expect(offered[0]?.map(({ hostname }) => hostname)).toEqual(['web-0', 'web-1']);
    expect(offered[1]?.map(({ hostname }) => hostname)).toEqual(['web-0', 'web-1', 'web-2']);
  });
});

describe('drift', () => {
  test('is the same while versions are, whatever the state', () => {
    const before = findDrift(at('v2', 'v1', 'v2'));
    expect(isSameDrift(before, before)).toBe(true);
    expect(isSameDrift(before, findDrift(at('v2', 'v1', 'v2')))).toBe(true);
    expect(isSameDrift(before, findDrift(at('v2', 'v2', 'v1')))).toBe(false);
    expect(isSameDrift(before, findDrift(at('v3', 'v1', 'v3')))).toBe(false);
    expect(isSameDrift(before, findDrift(at('v2', 'v2', 'v2')))).toBe(false);
  });

  test('is the minority on another version', () => {
    expect(marked(at('v2', 'v1', 'v2', undefined))).toEqual({
      [appKey(idOf(1), 'shop')]: { kind: 'version', most: 'v2' },
    });
  });

  test('is everybody when no version is ahead', () => {
    expect(Object.values(marked(at('v1', 'v2')))).toEqual([
      { kind: 'version', most: undefined },
      { kind: 'version', most: undefined },
    ]);
  });

  test('is nobody where all are alike, or one is alone', () => {
    expect(marked(at('v1', 'v1'))).toEqual({});
    expect(marked(clientsOf([appOf('shop', { version: 'v1' })], [appOf('mail', { version: 'v2' })]))).toEqual(
      {},
    );
  });

  test('is the same version from another commit', () => {
    const clients = clientsOf(...['a', 'a', 'b'].map((commit) => [appOf('shop', { version: 'v1', commit })]));
    expect(marked(clients)).toEqual({ [appKey(idOf(2), 'shop')]: { kind: 'commit', most: 'a' } });
  });
});
