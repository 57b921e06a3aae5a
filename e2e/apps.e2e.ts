import type { AppInfo } from '@ops/protocol/domain/app.ts';
import { exampleFacts } from '@ops/testkit/example-messages.ts';
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import type { FakeClient } from '@ops/testkit/fake-client.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';

import { expect, inBothLanguages, SECRET, test } from './console.ts';

const TEXT = {
  zh: {
    empty: '暂无客户端应用信息',
    name: '应用名称',
    client: '客户端',
    service: '服务状态',
    stopped: '已停止',
    running: '运行中',
    drift: '多数主机为 v1.0.0',
    nothing: '没有符合条件的应用',
    clear: '清除筛选',
    actions: /^操作 shop/,
    stop: '停止',
    updateAsk: '更新…',
    update: '更新',
    version: '新版本',
    succeeded: '成功',
    busy: '该应用正在执行另一项操作',
    cancel: '取消',
    noActions: '不可操作',
  },
  en: {
    empty: 'No applications yet',
    name: 'Application name',
    client: 'Client',
    service: 'Service state',
    stopped: 'Stopped',
    running: 'Running',
    drift: 'Most hosts have v1.0.0',
    nothing: 'No application matches',
    clear: 'Clear filter',
    actions: /^Actions on shop/,
    stop: 'Stop',
    updateAsk: 'Update…',
    update: 'Update',
    version: 'New version',
    succeeded: 'Succeeded',
    busy: 'Another action on this app is not over',
    cancel: 'Cancel',
    noActions: 'None',
  },
};

const SHOP: AppInfo = {
  name: 'shop',
  version: 'v1.0.0',
  deploy_time: '2025-08-30 10:00:00',
  branch: 'main',
  commit: 'abc123def456',
  service_status: 'Running',
  pid: 4711,
  has_script: true,
};

async function hostWith(server: RunningServer, hostname: string, apps: AppInfo[]): Promise<FakeClient> {
  const client = await connectFakeClient({ port: server.tcpPort, secret: SECRET });
  await client.enter({
    system_info: exampleFacts({ hostname }),
    heartbeat_interval: 60,
    app_info: apps,
    policy: { readonly: false, commands: ['uptime'], script_dirs: [], script_extensions: [] },
  });
  return client;
}

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
    const [first, ...others] = await Promise.all([
      hostWith(server, names[0]!, [SHOP, unsafe]),
      hostWith(server, names[1]!, [SHOP]),
      hostWith(server, names[2]!, [{ ...SHOP, version: 'v0.9.0' }]),
    ]);
    const table = (n: number) => page.getByRole('table', { name: names[n]! });
    await expect(table(0)).toContainText('v1.0.0');
    await expect(table(0)).toContainText('anybody may write to its directory');
    await expect(table(0)).toContainText(text.noActions);
    await expect(table(2)).toContainText(text.drift);
    await expect(table(1)).not.toContainText(text.drift);
    await ops.expectAccessible();
    await ops.expectNoSidewaysScroll();

    first.send({ type: 'app_info', app_info: [{ ...SHOP, service_status: 'Stopped' }] });
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
    await page.getByRole('button', { name: text.clear }).click();
    await page.getByLabel(text.client, { exact: true }).selectOption(names[1]!);
    await expect(table(1)).toContainText('shop');
    await expect(table(0)).toHaveCount(0);
    for (const client of [first, ...others]) {
      client.send({ type: 'app_info', app_info: [] });
      await client.heartbeat();
      await client.close();
    }
  });

  test('an action says what will happen where, runs once, and leads to its result', async ({
    console: ops,
    server,
  }) => {
    await ops.signIn();
    const { page } = ops;
    const name = `act-${language}-${test.info().project.name}`;
    const client = await hostWith(server, name, [SHOP]);
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
    await expect(page).toHaveURL(/\/commands\/[0-9a-f-]{36}/);
    const { command_id: id, version } = await client.waitFor('update');
    expect(version).toBe('v1.1.0');
    client.accept(id);

    await ops.open('/apps');
    await page.getByRole('button', { name: text.actions }).click();
    await page.getByRole('menuitem', { name: text.stop, exact: true }).click();
    await dialog.getByRole('button', { name: text.stop, exact: true }).click();
    await expect(dialog.getByRole('alert')).toContainText(text.busy);
    await ops.expectAccessible();
    await page.getByRole('button', { name: text.cancel }).click();
    await ops.open(`/commands/${id}`);
    client.run(id, 'Updating to version v1.1.0...\nUpdate completed\n');
    await expect(page.getByText('Update completed')).toBeVisible();
    await ops.expectAccessible();
    client.send({ type: 'app_info', app_info: [] });
    await client.heartbeat();
    await client.close();
  });
});
