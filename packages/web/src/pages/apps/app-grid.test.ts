import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import { expect, test } from 'vitest';

import { appKey } from '../../live/apps-live.ts';
import { cellOf, gridOf } from './app-grid.ts';

const appOf = (name: string, service_status: AppInfo['service_status'], version?: string): AppInfo => ({
  name,
  service_status,
  has_script: true,
  ...(version !== undefined && { version }),
});
const hostOf = (client_id: string, ...apps: AppInfo[]): ClientApps => ({
  client_id,
  hostname: `web-${client_id}`,
  status: 'online',
  readonly: false,
  apps,
});

test('one column for each application, by name, with what is counted over its hosts', () => {
  const grid = gridOf({
    hosts: [
      hostOf('1', appOf('shop', 'Running', 'v1'), appOf('mail', 'Stopped')),
      hostOf('2', appOf('shop', 'Running', 'v2')),
      hostOf('3', appOf('shop', 'Unknown', 'v2')),
    ],
  });
  expect(grid.columns).toEqual([
    {
      name: 'mail',
      keys: [appKey('1', 'mail')],
      counts: { Running: 0, Stopped: 1, Unknown: 0 },
      versions: 0,
    },
    {
      name: 'shop',
      keys: ['1', '2', '3'].map((id) => appKey(id, 'shop')),
      counts: { Running: 2, Stopped: 0, Unknown: 1 },
      versions: 2,
    },
  ]);
  expect(cellOf(grid.rows[1]!, 'shop')?.version).toBe('v2');
  expect(cellOf(grid.rows[1]!, 'mail')).toBeUndefined();
});
