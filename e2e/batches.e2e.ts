import { expect, inBothLanguages, test } from './console.ts';
import { answering, connectHost } from './hosts.ts';

const TEXT = {
  zh: {
    run: '执行命令',
    three: /3 台主机：3 台将执行/,
    finished: '已结束',
    succeeded: /成功/,
    all: /3 \/ 3 台已结束/,
    two: '2 台',
    compare: '与最大组比较',
    showHosts: '查看这些主机',
    hosts: '主机',
    rerun: '重新执行',
    different: '仅结果不同的主机',
    stop: '停止',
    stopWords: /1 台还没有开始|0 台还没有开始/,
    stopConfirm: '停止批量任务',
    stopped: /已停止此批量任务/,
    csv: '导出 CSV 表格',
    batches: '批量',
    selectorKind: '标签',
    selector: '标签选择器',
  },
  en: {
    run: 'Run command',
    three: /3 hosts: 3 will run it/,
    finished: 'Finished',
    succeeded: /Succeeded/,
    all: /3 of 3 ended/,
    two: '2 hosts',
    compare: 'Compare with the largest',
    showHosts: 'Show these hosts',
    hosts: 'Hosts',
    rerun: 'Run again',
    different: 'Hosts that differ only',
    stop: 'Stop',
    stopWords: /Not started, and never will/,
    stopConfirm: 'Stop batch',
    stopped: /stopped this batch/,
    csv: 'Export CSV table',
    batches: 'Batches',
    selectorKind: 'Labels',
    selector: 'Label selector',
  },
};

const BATCH_PAGE = /\/batches\/[0-9a-f]{8}-[0-9a-f-]{27}$/;

inBothLanguages((language) => {
  const text = TEXT[language];

  test('alike answers stand together, what differs is shown, and the others see the same', async ({
    console: ops,
    server,
    browser,
  }, info) => {
    const { page } = ops;
    const role = `group-${language}-${info.project.name}`;
    await using one = await connectHost(server, { name: 'alike', labels: { role } });
    await using two = await connectHost(server, { name: 'alike', labels: { role } });
    await using three = await connectHost(server, { name: 'odd', labels: { role } });
    for (const host of [one, two]) answering(host, () => ({ output: 'a\nkernel 6.1.0-30\nz\n' }));
    answering(three, () => ({ output: 'a\nkernel 6.1.0-28\nz\n', exitCode: 1 }));
    await ops.signIn();
    await ops.open('/commands?command=uptime');
    await page.getByRole('radio', { name: text.selectorKind }).check({ force: true });
    await page.getByLabel(text.selector).fill(`role=${role}`);
    await expect(page.getByText(text.three)).toBeVisible();
    await page.getByRole('button', { name: text.run, exact: true }).click();
    await expect(page).toHaveURL(BATCH_PAGE);
    await expect(page.getByText(text.finished, { exact: true }).first()).toBeVisible();
    await expect(page.getByText(text.all)).toBeVisible();
    const groups = page.getByRole('article');
    await expect(groups).toHaveCount(2);
    await expect(groups.first()).toContainText(text.two);
    await expect(groups.first()).toContainText('kernel 6.1.0-30');
    await groups.last().getByRole('button', { name: text.compare }).click();
    await expect(groups.last().locator('ins').last()).toHaveText('kernel 6.1.0-28');
    await expect(groups.last().locator('del').last()).toHaveText('kernel 6.1.0-30');
    await ops.expectAccessible();
    await ops.expectNoSidewaysScroll();

    await groups.last().getByRole('button', { name: text.showHosts }).click();
    const list = page.getByRole('table', { name: text.hosts });
    await expect(list.getByRole('row')).toHaveCount(1);
    await expect(list).toContainText(three.name);

    // Somebody else, with the address.
    const context = await browser.newContext({ storageState: await page.context().storageState() });
    const other = await context.newPage();
    await other.goto(page.url());
    await expect(other.getByRole('article')).toHaveCount(2);
    await context.close();

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: text.csv }).click(),
    ]);
    expect(await download.failure()).toBeNull();

    // Once more, where it differed.
    const before = page.url();
    await page.getByRole('button', { name: text.rerun }).click();
    await page.getByRole('menuitem', { name: text.different }).click();
    await page.getByRole('dialog').getByRole('button', { name: text.rerun }).click();
    await expect(page).not.toHaveURL(before);
    await expect(page).toHaveURL(BATCH_PAGE);
    await expect(page.getByRole('article')).toHaveCount(1);
    await expect(page.getByText(text.finished, { exact: true }).first()).toBeVisible();
    expect([one.arrived(), two.arrived(), three.arrived()]).toEqual([1, 1, 2]);

    await ops.open('/commands/history?tab=batches');
    await expect(page.getByRole('row').nth(1)).toContainText('uptime');
    await ops.expectAccessible();
    await ops.expectNoSidewaysScroll();
  });

  test('stopping: what has not started never starts, what runs is ended', async ({
    console: ops,
    server,
  }, info) => {
    const { page } = ops;
    const role = `stop-${language}-${info.project.name}`;
    await using one = await connectHost(server, { name: 'first', labels: { role } });
    await using two = await connectHost(server, { name: 'second', labels: { role } });
    await ops.signIn();
    await ops.open(`/commands?command=uptime&to=selector&selector=role%3D${role}&concurrency=1`);
    await page.getByRole('button', { name: text.run, exact: true }).click();
    await expect(page).toHaveURL(BATCH_PAGE);
    const [running, idle] = await Promise.race([
      one.command().then((command) => [{ host: one, command }, two] as const),
      two.command().then((command) => [{ host: two, command }, one] as const),
    ]);
    running.host.client.accept(running.command.command_id);
    await page.getByRole('button', { name: text.stop, exact: true }).click();
    await expect(page.getByRole('dialog')).toContainText(text.stopWords);
    await ops.expectAccessible();
    await page.getByRole('dialog').getByRole('button', { name: text.stopConfirm }).click();
    await running.host.client.waitFor('cancel');
    running.host.end(running.command.command_id, { outcome: 'cancelled', exit_code: null });
    await expect(page.getByText(text.stopped)).toBeVisible();
    await expect(page.getByText(text.finished, { exact: true }).first()).toBeVisible();
    expect(idle.arrived()).toBe(0);
  });
});
