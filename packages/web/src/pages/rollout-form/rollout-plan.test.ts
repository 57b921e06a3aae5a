import { expect, test } from 'vitest';

import { hostsByWave, skippedBy, versionsNow } from './rollout-plan.ts';
import type { PlannedHost } from './rollout-plan.ts';

let made = 0;
const host = (more: Partial<PlannedHost>): PlannedHost => ({
  client_id: String(++made),
  hostname: `web-${made}`,
  wave: 0,
  reason: null,
  detail: null,
  version: 'v1',
  service_status: 'Running',
  ...more,
});

test('hosts stand by wave, those left out by reason, and versions by number', () => {
  const hosts = [
    host({}),
    host({ wave: 1, version: 'v0' }),
    host({ wave: 1 }),
    host({ wave: null, reason: 'offline' }),
    host({ wave: null, reason: 'up_to_date', version: 'v2' }),
    host({ wave: null, reason: 'offline' }),
    host({ wave: 1, version: null }),
  ];
  const plan = { waves: [1, 3], hosts };
  expect(hostsByWave(plan).map((wave) => wave.length)).toEqual([1, 3]);
  expect(skippedBy(plan).map(([reason, left]) => [reason, left.length])).toEqual([
    ['offline', 2],
    ['up_to_date', 1],
  ]);
  expect(versionsNow(plan)).toEqual([
    ['v1', 2],
    ['v0', 1],
    [null, 1],
  ]);
});
