import type { AppInfo } from '@ops/protocol/domain/app.ts';

import { connectAppHost, SHOP } from './app-hosts.ts';
import { expect, inBothLanguages, inBothSchemes, SECRET, test } from './console.ts';

const TEXT = {
  zh: {
    empty: '暂无客户端应用信息',
    name: '应用名称',
    client: '客户端',
    service: '服务状态',
    stopped: '已停止',
    drift: '多数主机为 v1.0.0',
    nothing: '没有符合条件的应用',
    clear: '清除筛选',
    actions: /^操作 shop/,
    stop: '停止',
    updateAsk: '更新…',
    update: '更新',
    version: '新版本',
    running: '运行中',
    updating: '正在更新 · admin',
    busy: 'admin 正在更新，结束之前不能进行其他操作。',
    unsafe: '该应用的目录或脚本可被他人修改，主机拒绝操作。',
    loose: /^操作 loose/,
    differing: /^不一致/,
    grid: '矩阵',
    gridName: '主机与应用矩阵',
    chooseColumn: '选择所有主机上的 shop',
    chosen: '已选 2 项',
    bar: '已选择',
    restart: '重启',
    close: '关闭',
    releases: '发布记录',
    current: '当前',
    found: '发现',
    back: '回滚到 v1.0.0',
    kindBack: '回滚',
  },
  en: {
    empty: 'No applications yet',
    name: 'Application name',
    client: 'Client',
    service: 'Service state',
    stopped: 'Stopped',
    drift: 'Most hosts have v1.0.0',
    nothing: 'No application matches',
    clear: 'Clear filter',
    actions: /^Actions on shop/,
    stop: 'Stop',
    updateAsk: 'Update…',
    update: 'Update',
    version: 'New version',
    running: 'Running',
    updating: 'Update under way · admin',
    busy: 'Update under way (admin). Nothing else can be done until it is over.',
    unsafe: 'Others could change the directory or the script of this app, so the host refuses.',
    loose: /^Actions on loose/,
    differing: /^Differing/,
    grid: 'Grid',
    gridName: 'Hosts by applications',
    chooseColumn: 'Select shop on all hosts',
    chosen: '2 selected',
    bar: 'Selection',
    restart: 'Restart',
    close: 'Close',
    releases: 'Releases',
    current: 'Current',
    found: 'Found',
    back: 'Roll back to v1.0.0',
    kindBack: 'Roll-back',
  },
};

/** More than there is room for. */
function appsWith(version: string): AppInfo[] {
  return [{ ...SHOP, version }, ...Array.from({ length: 12 }, (_, n) => ({ ...SHOP, name: `app-${n}` }))];
}

const RUN_PAGE = /\/commands\/[0-9a-f-]{36}/;

inBothLanguages((language) => {
  const text = TEXT[language];

  test('applications are listed by host, filtered in the address, marked where they differ, and live', async ({
    console: ops,
    server,
  }) => {
    await ops.signIn();
    const { page } = ops;
    await ops.open('/apps');
    const names = ['a', 'b', 'c'].map((letter) => `${letter}-${language}-${test.info().project.name}`);
    const unsafe: AppInfo = {
      name: 'loose',
      service_status: 'Unknown',
      status_reason: 'anybody may write to its directory',
      notes: ['unsafe'],
      has_script: true,
      actions: false,
    };
    await using hosts = new AsyncDisposableStack();
    const [first] = await Promise.all(
      [[SHOP, unsafe], [SHOP], [{ ...SHOP, version: 'v0.9.0' }]].map(async (apps, n) =>
        hosts.use(await connectAppHost(server, { secret: SECRET, name: names[n]!, apps })),
      ),
    );
    const table = (n: number) => page.getByRole('table', { name: names[n]! });
    await expect(table(0)).toContainText('v1.0.0');
    await expect(table(0)).toContainText('anybody may write to its directory');
    await expect(table(2)).toContainText(text.drift);
    await expect(table(1)).not.toContainText(text.drift);
    await ops.expectAccessible();
    await ops.expectNoSidewaysScroll();

    await page.getByRole('button', { name: text.loose }).click();
    await expect(page.getByText(text.unsafe).first()).toBeVisible();
    await expect(page.getByRole('menuitem', { name: text.stop, exact: true })).toBeDisabled();
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: text.differing }).click();
    await expect(page).toHaveURL(/drift=only/);
    await expect(table(2)).toContainText('v0.9.0');
    await expect(table(0)).toHaveCount(0);
    await page.getByRole('button', { name: text.differing }).click();

    first!.becomes('shop', { service_status: 'Stopped' });
    await expect(table(0)).toContainText(text.stopped);

    await page.getByLabel(text.service, { exact: true }).selectOption(text.stopped);
    await expect(page).toHaveURL(/status=Stopped/);
    await expect(table(1)).toHaveCount(0);
    await page.getByLabel(text.name).fill('HO');
    await expect(page).toHaveURL(/name=HO/);
    await page.reload();
    await expect(table(0)).toContainText('shop');
    await expect(table(1)).toHaveCount(0);
    await page.getByLabel(text.name).fill('no such app');
    await expect(page.getByText(text.nothing)).toBeVisible();
    await page.getByRole('button', { name: text.clear }).filter({ hasText: text.clear }).click();
    await page.getByLabel(text.client, { exact: true }).selectOption(names[1]!);
    await expect(table(1)).toContainText('shop');
    await expect(table(0)).toHaveCount(0);
  });

  test('an action says what will happen where, runs once, and leads to its result', async ({
    console: ops,
    server,
  }) => {
    await ops.signIn();
    const { page } = ops;
    const name = `act-${language}-${test.info().project.name}`;
    const gate = Promise.withResolvers<void>();
    await using host = await connectAppHost(server, {
      secret: SECRET,
      name,
      apps: [SHOP],
      habit: () => ({ output: 'Updating to version v1.1.0...\n', until: gate.promise }),
    });
    await ops.open('/apps');
    await page.getByRole('button', { name: text.actions }).click();
    await ops.expectAccessible();
    await page.getByRole('menuitem', { name: text.updateAsk }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('shop.sh update');
    await expect(dialog).toContainText(name);
    await expect(dialog).toContainText('v1.0.0');
    await ops.expectAccessible();
    await ops.expectNoSidewaysScroll();
    await dialog.getByLabel(text.version).fill('-rf');
    await expect(dialog.getByRole('button', { name: text.update, exact: true })).toBeDisabled();
    await dialog.getByLabel(text.version).fill('v1.1.0');
    await dialog.getByRole('button', { name: text.update, exact: true }).click();
    await expect(page).toHaveURL(RUN_PAGE);

    // While it runs, its row says so, and nothing else can be begun.
    await ops.open('/apps');
    const row = page.getByRole('table', { name }).getByRole('row').nth(1);
    await expect(row.getByRole('link', { name: text.updating })).toBeVisible();
    await page.getByRole('button', { name: text.actions }).click();
    await expect(page.getByText(text.busy).first()).toBeVisible();
    await expect(page.getByRole('menuitem', { name: text.stop, exact: true })).toBeDisabled();
    await ops.expectAccessible();
    await page.keyboard.press('Escape');
    await row.getByRole('link', { name: text.updating }).click();
    await expect(page).toHaveURL(RUN_PAGE);
    await expect(page.getByText('Updating to version v1.1.0')).toBeVisible();
    await page.goBack();
    await expect(row.getByRole('link', { name: text.updating })).toBeVisible();
    gate.resolve();
    await expect(row).toContainText('v1.1.0');
    await expect(row.getByRole('link', { name: text.updating })).toHaveCount(0);
    expect(host.ran).toEqual(['shop update v1.1.0']);

    // Its releases, and the way back.
    await page.getByRole('button', { name: text.actions }).click();
    await page.getByRole('menuitem', { name: text.releases }).click();
    await expect(page).toHaveURL(/\/apps\/[0-9a-f-]{36}\/shop\/releases/);
    const releases = page.getByRole('table', { name: text.releases });
    await expect(releases.getByRole('row').nth(1)).toContainText('v1.1.0');
    await expect(releases.getByRole('row').nth(1)).toContainText(text.current);
    await expect(releases.getByRole('row').nth(2)).toContainText('v1.0.0');
    await inBothSchemes(ops);
    await page.getByRole('button', { name: text.back }).click();
    await expect(dialog).toContainText(name);
    await expect(dialog).toContainText('shop.sh update v1.0.0');
    await ops.expectAccessible();
    await dialog.getByRole('button', { name: text.back }).click();
    await expect(page).toHaveURL(RUN_PAGE);
    await page.goBack();
    await expect(releases.getByRole('row').nth(1)).toContainText('v1.0.0');
    expect(host.ran).toEqual(['shop update v1.1.0', 'shop update v1.0.0']);
  });

  test('the grid: hosts by applications, opened cell by cell, chosen by column', async ({
    console: ops,
    server,
  }) => {
    await ops.signIn();
    const { page } = ops;
    const names = ['a', 'b', 'c'].map((letter) => `${letter}-grid-${language}-${test.info().project.name}`);
    await using hosts = new AsyncDisposableStack();
    const [, second] = await Promise.all(
      [appsWith('v1.0.0'), appsWith('v0.9.0'), appsWith('v1.0.0').slice(1)].map(async (found, n) =>
        hosts.use(await connectAppHost(server, { secret: SECRET, name: names[n]!, apps: found })),
      ),
    );
    await ops.open('/apps');
    await page.getByRole('radio', { name: text.grid }).check({ force: true });
    await expect(page).toHaveURL(/view=grid/);
    const grid = page.getByRole('table', { name: text.gridName });
    await expect(grid).toContainText(names[0]!);
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();
    // It is wider than a phone, and scrolls in its own box.
    await ops.open('/apps?name=shop');
    await expect(grid).toBeVisible();
    const cell = grid.getByRole('row', { name: new RegExp(names[1]!) }).getByRole('button');
    await expect(cell).toContainText('v0.9.0');
    await expect(cell).toContainText(text.running);
    second!.becomes('shop', { service_status: 'Stopped' });
    await expect(cell).toContainText(text.stopped);
    await cell.click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText(names[1]!);
    await expect(dialog.getByRole('button', { name: text.restart })).toBeEnabled();
    await inBothSchemes(ops);
    await dialog.getByRole('button', { name: text.close }).click();

    await page.getByRole('checkbox', { name: text.chooseColumn }).check();
    const bar = page.getByRole('region', { name: text.bar });
    await expect(bar).toContainText(text.chosen);
    await expect(bar).toContainText(names[0]!);
    await expect(bar).toContainText(names[1]!);
    await expect(bar).not.toContainText(names[2]!);
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();
    await bar.getByRole('button', { name: text.restart }).click();
    await expect(page).toHaveURL(/\/apps\/shop\/rollout\?.*do=Restart/);
  });
});
