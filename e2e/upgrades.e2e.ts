import { join } from 'node:path';

import { signInAsAdmin } from '@ops/testkit/admin-session.ts';
import { putRelease } from '@ops/testkit/signed-release.ts';
import type { PutRelease } from '@ops/testkit/signed-release.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { startUpgradingClient } from '@ops/testkit/upgrading-client.ts';
import type { UpgradingClient, UpgradingClientOptions } from '@ops/testkit/upgrading-client.ts';

import { expect, inBothLanguages, inBothSchemes, test as base } from './console.ts';

const TEXT = {
  zh: {
    title: '客户端升级',
    noRelease: '没有可用的发布包',
    copy: /client_files_dir/,
    account: /admin/,
    release: '服务端上的发布包',
    versions: '各版本的主机',
    ready: '4 台主机中，3 台可以升级',
    plan: '将会发生什么',
    three: /3 台主机升级到 2\.0\.0/,
    off: /未启用升级：/,
    each: '逐台查看',
    take: (host: string) => `将 ${host} 作为金丝雀`,
    begin: '开始升级…',
    confirm: '开始升级',
    canary: '金丝雀阶段',
    rolling: '进行中',
    held: '已停下',
    back: '已退回旧版本',
    notConnected: /60 秒内未连上/,
    skipped: '跳过',
    finished: '已结束',
    done: '已升级',
    paused: '已暂停',
    stopped: '已停止',
    pause: '暂停',
    resume: '继续',
    stop: '停止',
    pauseWords: /会进行到结束/,
    resumeWords: /接受目前 1 台没有升级成功/,
    stopWords: /停止后不能继续/,
    hosts: '主机',
    list: '升级记录',
    available: '可升级到 2.0.0',
    blocked: /不能升级到 2\.0\.0：未启用升级/,
    newest: '已是服务端上的最新版本',
    missing: '没有这个客户端升级',
    another: '已有一个升级尚未结束',
    failed: '无法读取发布包',
    adminOnly: '只有管理员可以升级客户端',
  },
  en: {
    title: 'Client upgrades',
    noRelease: 'There is no release to hand out',
    copy: /client_files_dir/,
    account: /admin/,
    release: 'Release on the server',
    versions: 'Hosts by version',
    ready: '3 of 4 hosts can be upgraded',
    plan: 'What will happen',
    three: /3 hosts to 2\.0\.0/,
    off: /Upgrades not enabled: /,
    each: 'Host by host',
    take: (host: string) => `Take ${host} as canary`,
    begin: 'Upgrade…',
    confirm: 'Begin upgrade',
    canary: 'Canary first',
    rolling: 'Under way',
    held: 'Held',
    back: 'Went back',
    notConnected: /did not connect within 60 s/,
    skipped: 'Skipped',
    finished: 'Finished',
    done: 'Upgraded',
    paused: 'Paused',
    stopped: 'Stopped',
    pause: 'Pause',
    resume: 'Resume',
    stop: 'Stop',
    pauseWords: /go on|going on to their end/,
    resumeWords: /That is accepted/,
    stopWords: /cannot be resumed/,
    hosts: 'Hosts',
    list: 'Upgrades so far',
    available: 'Available: 2.0.0',
    blocked: /Not to 2\.0\.0: Upgrades not enabled/,
    newest: 'Runs the newest release on the server',
    missing: 'There is no such upgrade',
    another: 'Another upgrade is not over',
    failed: 'The release cannot be read',
    adminOnly: 'Only administrators may upgrade clients',
  },
};

const UPGRADE_PAGE = /\/upgrades\/[0-9a-f-]{36}/;
/** Longer than the canary has to stay. */
const STAY = { timeout: 45_000 };
const OLD = { version: '1.0.0', commit: 'a', released_at: 1 };

interface Place {
  readonly server: RunningServer;
  /** Where releases are put. */
  readonly shelf: string;
  host(name: string, more?: Partial<UpgradingClientOptions>): Promise<UpgradingClient>;
  put(): Promise<PutRelease>;
}

/** A server of its own for each test: only one upgrade runs at a time. */
const test = base.extend<{ readonly place: Place }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads which fixtures are needed from the pattern
  place: async ({}, use) => {
    await using folder = await tempDirectory('upgrades-e2e');
    await using server = await startServer({ env: { OPS_CLIENT_FILES_DIR: folder.path } });
    const clients: UpgradingClient[] = [];
    let release: PutRelease | undefined;
    await use({
      server,
      shelf: folder.path,
      async put() {
        release = await putRelease(folder.path);
        return release;
      },
      async host(name, more = {}) {
        const client = await startUpgradingClient({
          port: server.tcpPort,
          hostname: name,
          labels: { env: 'up' },
          keys: release ? [release.key] : [],
          running: OLD,
          target: release?.name ?? OLD,
          ...more,
        });
        clients.push(client);
        return client;
      },
    });
    for (const client of clients) await client[Symbol.asyncDispose]();
  },
  baseURL: async ({ place }, use) => use(place.server.url),
});

inBothLanguages((language) => {
  const text = TEXT[language];
  test.use({ language });

  test('without a release the page says what to do, and finds one that is put there', async ({
    console: ops,
    place,
  }) => {
    const { page } = ops;
    await ops.signIn();
    await page.getByRole('button', { name: text.account }).click();
    await page.getByRole('menuitem', { name: text.title }).click();
    await expect(page.getByRole('heading', { name: text.title, level: 1 })).toBeVisible();
    const release = page.getByRole('region', { name: text.release });
    await expect(release).toContainText(text.noRelease);
    await expect(release).toContainText(text.copy);
    await expect(page.getByRole('button', { name: text.begin })).toHaveCount(0);
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();
    const { key } = await place.put();
    await release.getByRole('button').click();
    await expect(release).toContainText('2.0.0');
    await expect(release).toContainText(key);
    await expect(page.getByRole('button', { name: text.begin })).toBeDisabled();
  });

  test('the canary goes first, then the others, and every page says so', async ({ console: ops, place }) => {
    test.setTimeout(120_000);
    const { page } = ops;
    await place.put();
    const turn = Promise.withResolvers<void>();
    const [one, two, three] = [
      await place.host('up-1'),
      await place.host('up-2', { turn: turn.promise }),
      await place.host('up-3'),
    ];
    const off = await place.host('up-4', { keys: [] });
    await ops.signIn();

    await ops.open(`/clients/${off.clientId}`);
    await expect(page.getByText(text.blocked)).toBeVisible();
    await ops.open(`/clients/${one.clientId}`);
    await page.getByRole('link', { name: text.available }).click();
    await expect(page).toHaveURL(/\/upgrades\?hosts=/);
    await expect(page.getByText(text.ready)).toBeVisible();

    await ops.open('/upgrades?to=selector&selector=env%3Dup');
    const plan = page.getByRole('region', { name: text.plan });
    await expect(plan).toContainText(text.three);
    await expect(plan).toContainText(text.off);
    await plan.getByRole('button', { name: text.each }).click();
    await plan.getByRole('checkbox', { name: text.take('up-2') }).check();
    await plan.getByRole('checkbox', { name: text.take('up-1') }).uncheck();
    await expect(plan.getByRole('checkbox', { name: text.take('up-2') })).toBeChecked();
    await expect(plan.getByRole('checkbox', { name: text.take('up-1') })).not.toBeChecked();
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();
    await page.getByRole('button', { name: text.begin }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('up-2');
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();
    await dialog.getByRole('button', { name: text.confirm }).click();

    await expect(page).toHaveURL(UPGRADE_PAGE);
    const state = page.locator('main header').getByRole('status').first();
    await expect(state).toContainText(text.canary);
    await expect(page.getByRole('row', { name: /up-4/ })).toContainText(text.skipped);
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();
    expect([one.ordered, three.ordered]).toEqual([[], []]);
    turn.resolve();
    await expect(page.getByRole('row', { name: /up-2/ })).toContainText(text.done);
    await expect(state).toContainText(text.finished, STAY);
    for (const host of [one, two, three]) expect(host.ordered).toHaveLength(1);
    await inBothSchemes(ops);

    await ops.open('/upgrades');
    await expect(page.getByRole('table', { name: text.list })).toContainText(text.finished);
    await expect(page.getByRole('table', { name: text.versions })).toContainText('2.0.0');
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();
    await ops.open(`/clients/${one.clientId}`);
    await expect(page.getByText(text.newest)).toBeVisible();
  });

  test('a host that goes back holds it; resumed, paused and stopped, each after a question', async ({
    console: ops,
    place,
  }) => {
    const { page } = ops;
    await place.put();
    const turn = Promise.withResolvers<void>();
    await place.host('bad-1', { ends: { state: 'back', reason: 'not_connected' } });
    await place.host('bad-2', { turn: turn.promise });
    const last = await place.host('bad-3');
    await ops.signIn();
    await ops.open('/upgrades?to=all');
    await page.getByRole('button', { name: text.begin }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: text.confirm }).click();
    await expect(page).toHaveURL(UPGRADE_PAGE);
    const state = page.locator('main header').getByRole('status').first();
    await expect(state).toContainText(text.held);
    const row = page.getByRole('row', { name: /bad-1/ });
    await expect(row).toContainText(text.back);
    await expect(row).toContainText(text.notConnected);
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();

    async function order(name: string, words: RegExp): Promise<void> {
      await page.getByRole('button', { name, exact: true }).click();
      await expect(dialog).toContainText(words);
      await ops.expectAccessible();
      await dialog.getByRole('button', { name, exact: true }).click();
      await expect(dialog).toHaveCount(0);
    }
    await order(text.resume, text.resumeWords);
    await expect(state).toContainText(text.rolling);
    await order(text.pause, text.pauseWords);
    await expect(state).toContainText(text.paused);
    const address = page.url();
    await ops.open('/upgrades?to=all');
    await expect(page.getByText(text.another)).toBeVisible();
    await expect(page.getByRole('button', { name: text.begin })).toBeDisabled();
    await page.goto(address);
    await order(text.stop, text.stopWords);
    turn.resolve();
    await expect(state).toContainText(text.stopped);
    expect(last.ordered.length).toBeLessThanOrEqual(1);
  });

  test('whoever may only look sees everything and can do nothing', async ({ console: ops, place }) => {
    const { page } = ops;
    await place.put();
    const turn = Promise.withResolvers<void>();
    await place.host('look-1', { turn: turn.promise });
    const admin = await signInAsAdmin(place.server.url);
    const made = await admin.ask('POST', '/api/upgrades', { all: true });
    // The server decides again; this is about what the page shows.
    for (const who of ['**/api/login', '**/api/check-auth']) {
      // oxlint-disable-next-line no-await-in-loop -- one page
      await page.route(who, async (route) => {
        const response = await route.fetch();
        const body: unknown = await response.json();
        await route.fulfill({ response, json: { ...Object(body), role: 'viewer' } });
      });
    }
    await ops.signIn();
    await ops.open('/upgrades?to=all');
    await expect(page.getByRole('button', { name: text.begin })).toBeDisabled();
    await expect(page.getByText(text.adminOnly)).toBeVisible();
    await ops.expectAccessible();
    await ops.open(join('/upgrades', String(made.body['upgrade_id'])));
    await expect(page.getByRole('button', { name: text.pause, exact: true })).toBeDisabled();
    await expect(page.getByRole('row', { name: /look-1/ })).toBeVisible();
    turn.resolve();
  });

  test('an address of no upgrade says so, and so does a server that fails', async ({ console: ops }) => {
    const { page } = ops;
    await ops.signIn();
    await ops.open('/upgrades/00000000-0000-4000-8000-000000000000');
    await expect(page.getByRole('heading', { name: text.missing })).toBeVisible();
    await ops.expectAccessible();
    await page.route('**/api/client-release', (route) =>
      route.fulfill({ status: 409, json: { success: false, code: 'conflict', message: 'not now' } }),
    );
    await ops.open('/upgrades');
    await expect(page.getByText(text.failed)).toBeVisible();
    await page.unrouteAll();
  });
});
