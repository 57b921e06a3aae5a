import type { AppInfo } from '@ops/protocol/domain/app.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, it } from 'vitest';

import { idOf } from '../fleet/test-fleet.ts';
import { BY, testRollouts, type TestRollouts } from '../rollouts/test-rollouts.ts';
import { RETRY_MS } from './behind.ts';
import { MAX_RELEASES_KEPT } from './releases.ts';

const APP = 'my-app';

async function releasesOf(test: TestRollouts, n = 1): Promise<string[]> {
  const { releases } = await test.releases.list({ clientId: idOf(n), appName: APP }, { limit: 500 });
  return releases.map(({ kind, version_before: before, version, outcome, current }) =>
    [kind, before, '→', version, outcome, ...(current ? ['current'] : [])].join(' '),
  );
}

function back(test: TestRollouts, more: Partial<Parameters<TestRollouts['rollBack']>[0]> = {}) {
  return test.rollBack({ clientId: idOf(1), appName: APP, timeoutSecs: 600, ...more }, BY);
}

async function ended(test: TestRollouts, commandId: string): Promise<void> {
  await until(async () => (await test.commands.summary(commandId))?.finished_at_ms, { what: 'its end' });
}

describe('a release', () => {
  it('is found when a client tells of a version that is none of ours', async () => {
    await using test = await testRollouts(1);
    test.hosts.becomes(1, { version: 'v1.5' });
    // Something else of the app changed.
    test.hosts.becomes(1, { pid: 7 });
    test.hosts.becomes(1, { version: undefined });
    test.hosts.becomes(1, { version: 'v1.5' });
    expect(await releasesOf(test)).toEqual(['found v1 → v1.5 succeeded current', 'found  → v1 succeeded']);
  });

  it('of an update is made with its command, and ends with it', async () => {
    await using test = await testRollouts(1);
    test.hosts.habit = () => ({ runsOn: true });
    await test.update(1, 'v2');
    expect(await releasesOf(test)).toEqual(['update v1 → v2 running', 'found  → v1 succeeded current']);
    await until(() => test.hosts.running.size === 1, { what: 'the update to run' });
    // The version is seen before the command has ended: it is ours all the same.
    test.hosts.becomes(1, { version: 'v2' });
    test.hosts.finish();
    await until(async () => (await releasesOf(test))[0]?.includes('succeeded'), { what: 'its end' });
    expect(await releasesOf(test)).toEqual(['update v1 → v2 succeeded current', 'found  → v1 succeeded']);
    const { releases } = await test.releases.list({}, { limit: 1 });
    expect(releases[0]).toMatchObject({ created_by: 'alice', hostname: 'host-00001', rollout_id: null });
    expect(releases[0]?.command_id).not.toBeNull();
  });

  it('of one that failed is told as that, and what it left behind is found', async () => {
    await using test = await testRollouts(1);
    test.hosts.habit = (host) => {
      host.version = 'half';
      return { exitCode: 1 };
    };
    await ended(test, await test.update(1, 'v2'));
    await until(async () => (await releasesOf(test)).length === 3, { what: 'what was left to be found' });
    expect(await releasesOf(test)).toEqual([
      'found v1 → half succeeded current',
      'update v1 → v2 failed',
      'found  → v1 succeeded',
    ]);
  });

  it('has an end also when the server was killed before it was written', async () => {
    await using test = await testRollouts(1);
    test.hosts.habit = () => ({ runsOn: true });
    await test.update(1, 'v2');
    await until(() => test.hosts.running.size === 1, { what: 'the update to run' });
    await test.kill();
    test.hosts.finish();
    await test.start();
    await until(async () => (await releasesOf(test))[0] === 'update v1 → v2 succeeded current', {
      what: 'its end',
    });
    expect(await releasesOf(test)).toHaveLength(2);
  });

  it('that was seen and not stored before the server was killed is found at its start', async () => {
    await using test = await testRollouts(1);
    await releasesOf(test);
    test.killAt(2, 'before');
    test.hosts.becomes(1, { version: 'v7' });
    await test.passes(1000);
    await test.kill();
    await test.start();
    expect((await releasesOf(test))[0]).toBe('found v1 → v7 succeeded current');
  });

  it('waits while the disk takes nothing, and is written in its order', async () => {
    await using test = await testRollouts(1);
    await releasesOf(test);
    test.fillDisk(true);
    test.hosts.becomes(1, { version: 'v2' });
    test.hosts.becomes(1, { version: 'v3' });
    await test.passes(1000);
    expect(await releasesOf(test)).toHaveLength(1);
    test.fillDisk(false);
    await test.passes(RETRY_MS);
    expect(await releasesOf(test)).toEqual([
      'found v2 → v3 succeeded current',
      'found v1 → v2 succeeded',
      'found  → v1 succeeded',
    ]);
  });

  it('goes with its client', async () => {
    await using test = await testRollouts(2);
    await releasesOf(test);
    test.hosts.disconnect(1);
    await test.fleet.forget(idOf(1), BY);
    expect(await releasesOf(test, 1)).toEqual([]);
    expect(await releasesOf(test, 2)).toHaveLength(1);
  });
});

describe('of one application', () => {
  it.each([
    [MAX_RELEASES_KEPT, 'found  → v0 succeeded'],
    [MAX_RELEASES_KEPT + 1, 'found v0 → v1 succeeded'],
  ])('so many are kept: of %i the oldest is %s', async (versions, oldest) => {
    await using test = await testRollouts(0);
    test.hosts.host(1).version = 'v0';
    test.hosts.connect(1);
    for (let n = 1; n < versions; n++) test.hosts.becomes(1, { version: `v${n}` });
    const all = await releasesOf(test);
    expect(all).toHaveLength(MAX_RELEASES_KEPT);
    expect(all.at(-1)).toBe(oldest);
  });
});

describe('the way back', () => {
  it('is the version before the one that is shown, and from there forth again', async () => {
    await using test = await testRollouts(1);
    await expect(back(test)).rejects.toMatchObject({ code: 'no_earlier_release' });
    await ended(test, await test.update(1, 'v2'));
    const made = await back(test, { version: 'v1' });
    expect(made).toMatchObject({ version: 'v1', isQueued: false });
    await ended(test, made.commandId);
    expect(test.hosts.host(1).version).toBe('v1');
    expect((await releasesOf(test))[0]).toBe('rollback v2 → v1 succeeded current');
    await expect(back(test, { version: 'v1' })).rejects.toMatchObject({ code: 'no_earlier_release' });
    expect((await back(test)).version).toBe('v2');
  });

  it('is answered the same when the request comes again, whatever became of the app since', async () => {
    await using test = await testRollouts(1);
    await ended(test, await test.update(1, 'v2'));
    const idempotency = { key: 'one', bodySha256: 'a'.repeat(64) };
    const made = await back(test, { idempotency, version: 'v1' });
    await ended(test, made.commandId);
    expect(await back(test, { idempotency, version: 'v1' })).toEqual(made);
    expect(test.hosts.host(1).ran).toEqual(['update v2', 'update v1']);
  });

  it('leads over no version that failed, or that cannot be asked for', async () => {
    await using test = await testRollouts(1);
    test.hosts.habit = (_host, order) =>
      order.type === 'update' && order.version === 'v2' ? { exitCode: 1 } : undefined;
    await ended(test, await test.update(1, 'v2'));
    await ended(test, await test.update(1, 'v3'));
    expect(await test.releases.versionBefore(idOf(1), APP, 'v3')).toBe('v1');
    test.hosts.becomes(1, { version: 'made by hand' });
    test.hosts.becomes(1, { version: 'v4' });
    expect(await test.releases.versionBefore(idOf(1), APP, 'v4')).toBeUndefined();
    await expect(back(test, { clientId: idOf(9) })).rejects.toMatchObject({ code: 'client_not_found' });
    await expect(back(test, { appName: 'other' })).rejects.toMatchObject({ code: 'app_not_found' });
  });
});

it('ten thousand clients that come back at once hold nobody up, and only what is new is written', async () => {
  await using test = await testRollouts(0);
  const apps = Array.from({ length: 10 }, (_, n): AppInfo => ({
    name: `app-${n}`,
    version: 'v1',
    service_status: 'Stopped',
    has_script: false,
  }));
  const CLIENTS = 10_000;
  let longest = 0;
  for (let n = 1; n <= CLIENTS; n++) {
    const start = systemClock.mono();
    test.hosts.connectWith(n, apps);
    longest = Math.max(longest, systemClock.mono() - start);
  }
  const writes = test.writes;
  const { releases } = await test.releases.list({}, { limit: 1 });
  expect(releases).toHaveLength(1);
  const { count } = await test.database.query
    .selectFrom('releases')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  expect(count).toBe(CLIENTS * 10);
  // 200 of these for the releases; the others are the clients' own.
  expect(test.writes - writes).toBeLessThan(1000);
  expect(longest).toBeLessThan(500);
  test.hosts.disconnect(1);
  test.hosts.connectWith(1, apps);
  expect((await test.releases.list({ clientId: idOf(1) }, { limit: 500 })).releases).toHaveLength(10);
}, 60_000);
