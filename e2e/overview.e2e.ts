import { connectAppHost, SHOP } from './app-hosts.ts';
import { expect, inBothLanguages, inBothSchemes, SECRET, test } from './console.ts';
import { connectHost } from './hosts.ts';

const TEXT = {
  zh: {
    filter: '筛选客户端',
    status: '按状态筛选',
    offline: '离线',
    running: '执行中的命令',
    failing: '异常应用',
    service: '服务状态',
    failingOption: '异常',
    table: '表格',
    map: '热力图',
    grid: '主机热力图',
    groupBy: '分组标签',
    show: '显示',
    without: '没有标签 rack',
    asOf: /截至 \d\d:\d\d，/,
    sort: '主机名',
  },
  en: {
    filter: 'Filter clients',
    status: 'Filter by status',
    offline: 'Offline',
    running: 'Running commands',
    failing: 'Failing apps',
    service: 'Service state',
    failingOption: 'Failing',
    table: 'Table',
    map: 'Heat map',
    grid: 'Heat map of hosts',
    groupBy: 'Group by label',
    show: 'Show',
    without: 'without rack',
    asOf: /as of \d\d:\d\d, /,
    sort: 'Host name',
  },
};

inBothLanguages((language) => {
  const text = TEXT[language];
  const own = `overview-${language}`;

  test('what fails and what runs is counted, and each count leads to the list it counts', async ({
    console: ops,
    server,
  }) => {
    await using host = await connectAppHost(server, {
      secret: SECRET,
      name: `${own}-apps`,
      apps: [SHOP, { ...SHOP, name: 'mail' }],
    });
    await ops.signIn();
    const { page } = ops;
    const failing = page.getByRole('link', { name: text.failing });
    await expect(failing).toContainText('0');
    host.becomes('mail', { service_status: 'Stopped', notes: ['stale_pid'] });
    await expect(failing).toContainText('1');
    await failing.click();
    await expect(page.getByLabel(text.service)).toHaveValue('failing');
    await expect(page.getByRole('main')).toContainText('mail');
    await expect(page.getByText('shop', { exact: true })).toHaveCount(0);
    await page.goBack();
    await page.getByRole('link', { name: text.running }).click();
    await expect(page).toHaveURL(/\/history\?state=active&members=yes$/);
    await ops.expectAccessible();
  });

  test('a host that is gone keeps its last values, with the time they are of', async ({
    console: ops,
    server,
  }) => {
    await using host = await connectHost(server, { name: `${own}-gone` });
    await ops.signIn();
    const { page } = ops;
    await ops.open(`/?q=${host.name}`);
    await host.client.heartbeat({ cpu_usage: 63 });
    const card = ops.card(host.name);
    await expect(card).toContainText('63%');
    await host.client.close();
    await expect(card).toContainText(text.offline);
    await expect(card).toContainText('63%');
    await expect(card).toContainText(text.asOf);
    await page.getByRole('radio', { name: text.table }).check({ force: true });
    const row = page.getByRole('row').filter({ hasText: host.name });
    await expect(row).toContainText('63%');
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();
  });

  test('filter and order are the work of the server, and nothing is fetched when something changes', async ({
    console: ops,
    server,
  }) => {
    await using busy = await connectHost(server, { name: `${own}-b`, labels: { sorted: language } });
    await using idle = await connectHost(server, { name: `${own}-a`, labels: { sorted: language } });
    const asked: string[] = [];
    ops.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await ops.signIn();
    const { page } = ops;
    await ops.open(`/?q=sorted%3D${language}&view=table&sort=cpu`);
    await busy.client.heartbeat({ cpu_usage: 91 });
    await idle.client.heartbeat({ cpu_usage: 4 });
    const names = page.getByRole('rowheader');
    await expect(names).toHaveText([new RegExp(`^${busy.name}`), new RegExp(`^${idle.name}`)]);
    await page.getByRole('button', { name: text.sort }).click();
    await expect(names).toHaveText([new RegExp(`^${idle.name}`), new RegExp(`^${busy.name}`)]);
    expect(asked.filter((path) => path === '/api/clients')).toEqual([]);
  });

  test('the map has every host, told by word and reached by keyboard, grouped by a label', async ({
    console: ops,
    server,
  }) => {
    const labels = (rack: string) => ({ rack, floor: language });
    await using first = await connectHost(server, { name: `${own}-map`, labels: labels('r1') });
    await using second = await connectHost(server, { name: `${own}-map`, labels: labels('r2') });
    await using other = await connectHost(server, { name: `${own}-map`, labels: { floor: language } });
    await ops.signIn();
    const { page } = ops;
    await ops.open(`/?q=${own}-map`);
    await page.getByRole('radio', { name: text.map }).check({ force: true });
    const grid = page.getByRole('grid', { name: text.grid });
    const cells = grid.getByRole('gridcell');
    await expect(cells).toHaveCount(3);
    await page.getByLabel(text.groupBy).selectOption('rack');
    await expect(grid.getByRole('rowheader')).toHaveText([/^rack=r1/, /^rack=r2/, new RegExp(text.without)]);

    await page.getByLabel(text.show, { exact: true }).selectOption('cpu');
    await first.client.heartbeat({ cpu_usage: 96.8 });
    await expect(cells.first()).toHaveAccessibleName(new RegExp(`^${first.name} · .+ · CPU .*95%$`));
    await other.client.close();
    await expect(cells.last()).toHaveAccessibleName(new RegExp(`${text.offline} · ${text.asOf.source}`));
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();

    // What was chosen is remembered, not only in the address.
    await ops.open(`/?q=${own}-map`);
    await expect(grid.getByRole('rowheader').first()).toContainText('rack=r1');
    await expect(page.getByLabel(text.show, { exact: true })).toHaveValue('cpu');
    await cells.first().focus();
    await page.keyboard.press('ArrowDown');
    await expect(cells.nth(1)).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: second.name, level: 1 })).toBeVisible();
  });
});
