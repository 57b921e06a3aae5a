/** Whatever a client says moves its own row alone, along the arrows, and fetches what it was ordered, nothing else. */
import { UPGRADE_HOST_STATES, CLIENT_UPGRADE_STATES } from '@ops/protocol/domain/upgrade.ts';
import type { ClientUpgradeState } from '@ops/protocol/domain/upgrade.ts';
import { expect, it } from 'vitest';

import { heard, returned } from './moves.ts';
import type { Host } from './record.ts';
import { idOf, testUpgrades } from './test-upgrades.ts';

const OTHER = 'aaaaaaaa-0000-4000-8000-000000000000';

function hostIn(state: Host['state']): Host {
  return {
    position: 0,
    clientId: idOf(1),
    hostname: 'h',
    canary: true,
    versionBefore: '1',
    changedAtMs: 0,
    state,
    reason: null,
    detail: null,
  };
}

it('goes along the arrows and along nothing else', () => {
  const table: Partial<Record<Host['state'], readonly ClientUpgradeState[]>> = {};
  for (const from of UPGRADE_HOST_STATES) {
    const reached = CLIENT_UPGRADE_STATES.filter((to) =>
      heard(hostIn(from), { state: to, reason: null, detail: null }),
    );
    if (reached.length > 0) table[from] = reached;
  }
  expect(table).toEqual({
    ordered: ['fetching', 'waiting', 'trying', 'refused', 'failed', 'back'],
    fetching: ['waiting', 'trying', 'refused', 'failed', 'back'],
    waiting: ['trying', 'refused', 'failed', 'back'],
    trying: ['back'],
  });
});

it('a registration ends only what is on its way', async () => {
  await using test = await testUpgrades(0);
  const { release: about, name } = test.release;
  const report = { keys: [], release: name, last: null };
  const done = UPGRADE_HOST_STATES.filter(
    (state) => returned(hostIn(state), { id: OTHER, about }, report, false)?.state === 'done',
  );
  expect(done).toEqual(['ordered', 'fetching', 'waiting', 'trying']);
  // Almost that release is not that release.
  for (const release of [
    { ...name, commit: 'x' },
    { ...name, version: 'x' },
    { ...name, released_at: 1 },
    null,
  ]) {
    const said = returned(hostIn('ordered'), { id: OTHER, about }, { ...report, release }, false);
    expect(said).toBeUndefined();
  }
});

it('a status for another upgrade, of a host that is not meant, or before its turn moves nothing', async () => {
  await using test = await testUpgrades(3);
  test.hosts.host(1).habit = 'silent';
  const selection = { kind: 'ids', ids: [idOf(1), idOf(2)] } as const;
  const id = await test.create({ selection });
  await test.reached(id, 'the order', ({ counts }) => counts.ordered === 1);
  const { revision } = await test.upgrade(id);
  const told = { state: 'failed', reason: 'disk', detail: null } as const;
  test.hosts.says(1, { upgrade_id: OTHER, ...told });
  test.hosts.says(2, { upgrade_id: id, ...told });
  test.hosts.says(3, { upgrade_id: id, ...told });
  test.hosts.says(1, { upgrade_id: id, state: 'done', reason: null, detail: null });
  await test.passes(2000);
  expect(await test.upgrade(id)).toMatchObject({ revision, counts: { ordered: 1, queued: 1 } });
  test.hosts.says(1, { upgrade_id: id, state: 'trying', reason: null, detail: null });
  test.hosts.says(1, { upgrade_id: id, state: 'fetching', reason: null, detail: null });
  await test.passes(2000);
  expect(await test.lines(id)).toEqual(['1 trying', '2 queued']);
});

it('a host that says it is done without being so is ordered all the same', async () => {
  await using test = await testUpgrades(2);
  test.hosts.host(1).habit = 'silent';
  const id = await test.create();
  await test.reached(id, 'the order', ({ counts }) => counts.ordered === 1);
  test.hosts.host(1).last = { upgrade_id: id, state: 'done', reason: null, detail: null };
  test.hosts.connect(1);
  expect(await test.lines(id)).toEqual(['1 ordered', '2 queued']);
  expect(test.hosts.host(1).ordered).toEqual([id, id]);
});

it('who goes on with an upgrade that is over is called back', async () => {
  await using test = await testUpgrades(1);
  test.hosts.host(1).last = { upgrade_id: OTHER, state: 'waiting', reason: null, detail: null };
  test.hosts.connect(1);
  expect(test.hosts.host(1).cancelled).toEqual([OTHER]);
});

it('an archive is for whoever was ordered to fetch it, by its name, as long as it is there', async () => {
  await using test = await testUpgrades(2);
  await test.offer({ bytes: 400_000 });
  for (const n of [1, 2]) {
    test.hosts.host(n).keys = [test.release.key];
    test.hosts.host(n).habit = 'silent';
    test.hosts.connect(n);
  }
  const id = await test.create();
  await test.reached(id, 'the order', ({ counts }) => counts.ordered === 1);
  const [[name, archive] = ['', Buffer.alloc(0)]] = test.release.archives;
  const part = (n: number, wish: { upgrade_id?: string; name?: string; offset?: number }) =>
    test.upgrades.inbox.part(idOf(n), { type: 'upgrade_fetch', upgrade_id: id, name, offset: 0, ...wish });
  const whole: Buffer[] = [];
  for (let offset = 0; offset < archive.length; offset += whole.at(-1)!.length)
    whole.push(await part(1, { offset }));
  expect(Buffer.concat(whole).equals(archive)).toBe(true);
  expect(whole.map(({ length }) => length)).toEqual([196_608, 196_608, 6784]);

  const nothing = async (n: number, wish: Parameters<typeof part>[1]) =>
    expect((await part(n, wish)).length).toBe(0);
  await nothing(2, {});
  await nothing(9, {});
  await nothing(1, { upgrade_id: OTHER });
  for (const wrong of [
    'client-release.json',
    'SHA256SUMS',
    '../ops.db',
    `./${name}`,
    `${name}\0`,
    '',
    '/etc/passwd',
  ])
    await nothing(1, { name: wrong });
  await nothing(1, { offset: archive.length });
  await nothing(1, { offset: 256 * 1024 * 1024 });
  test.hosts.says(1, { upgrade_id: id, state: 'waiting', reason: null, detail: null });
  await nothing(1, {});
});
