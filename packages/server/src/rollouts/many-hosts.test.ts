import type { RolloutGate } from '@ops/protocol/http/rollouts.ts';
import { expect, it } from 'vitest';

import { testRollouts } from './test-rollouts.ts';

const HOSTS = 2000;
const GATE: RolloutGate = {
  soak_secs: 3,
  status: 'Running',
  max_restarts: 0,
  checks: [{ reading: 'cpu_usage', max_above: 10 }],
};

it('two thousand hosts are changed and go back, in seconds', async () => {
  await using test = await testRollouts(HOSTS);
  for (let n = 1; n <= HOSTS; n++) test.hosts.measure(n, { cpu_usage: 20 });
  const id = await test.create({ waves: ['1', '50%', 'rest'], gate: GATE, concurrency: HOSTS });
  const end = await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
  expect(end.counts).toMatchObject({ healthy: HOSTS });
  const ordered = test.rollouts.order(id, 'rollback', { actor: 'bob', role: 'operator', address: '' });
  // It is read in pieces, between which others have their turn; it may be over before one looks.
  await test.reached(id, 'on its way back', ({ state }) => state !== 'succeeded');
  await ordered;
  await test.reached(id, 'back', ({ state }) => state === 'rolled_back');
  for (const { ran } of test.hosts.all.values()) expect(ran).toEqual(['update v2', 'update v1']);
  expect((await test.rollouts.hosts(id, {}, { offset: 1000, limit: 1000 }))?.hosts).toHaveLength(1000);
}, 60_000);
