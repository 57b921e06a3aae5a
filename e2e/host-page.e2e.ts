/** The page of one host: its charts, what is done on it, and what it allows. */
import type { Locator, Page } from '@playwright/test';

import { exampleFacts, exampleOutput, exampleResult, exampleSample } from '@ops/testkit/example-messages.ts';
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import type { FakeClient } from '@ops/testkit/fake-client.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';

import { SHOP } from './app-hosts.ts';
import {
  expect,
  inBothLanguages,
  inBothSchemes,
  LABEL,
  onEveryScreen,
  OURS,
  SECRET,
  test,
} from './console.ts';

const MINUTE = 60_000;
const CHARTS = 6;
/** Pages are looked at closely, in light and in dark. */
const SLOW_MS = 120_000;

const TEXT = {
  zh: {
    cpu: 'CPU',
    network: '网络',
    table: '表格',
    days: '7 天',
    hour: '1 小时',
    noData: /没有数据/,
    live: '实时',
    reset: '恢复时间范围',
    earlier: '更早',
    cursor: 'CPU图表的游标',
    other: 'English',
    otherCursor: 'Cursor of the chart: CPU',
    policy: '主机策略',
    root: 'root：命令和脚本拥有全部权限',
    refused: '始终拒绝',
    scripts: '/opt/ops-scripts',
    connection: '连接',
    notEncrypted: '未加密',
    apps: '应用',
    underWay: '正在重启',
  },
  en: {
    cpu: 'CPU',
    network: 'Network',
    table: 'Table',
    days: '7 d',
    hour: '1 h',
    noData: /No data/,
    live: 'Live',
    reset: 'Back to the time range',
    earlier: 'Earlier',
    cursor: 'Cursor of the chart: CPU',
    other: '中文',
    otherCursor: 'CPU图表的游标',
    policy: 'Policy of the host',
    root: 'root: commands and scripts may do anything',
    refused: 'Always refused',
    scripts: '/opt/ops-scripts',
    connection: 'Connection',
    notEncrypted: 'Not encrypted',
    apps: 'Applications',
    underWay: 'Restart under way',
  },
};

/** A host that was measured for an hour, but for ten minutes of it, and whose processor is at 20 percent. */
async function connectMeasured(server: RunningServer, name: string): Promise<FakeClient> {
  const client = await connectFakeClient({ port: server.tcpPort, secret: SECRET });
  await client.enter({
    system_info: exampleFacts({ hostname: name }),
    heartbeat_interval: 60,
    app_info: [SHOP],
    policy: {
      readonly: false,
      commands: ['df', 'raid-status', 'uptime'],
      script_dirs: ['/opt/ops-scripts'],
      script_extensions: ['sh'],
      custom_commands: ['raid-status'],
      apps_dir: '/opt/apps',
      user: 'root',
    },
  });
  const now = Math.floor(Date.now() / MINUTE) * MINUTE;
  const minutes = Array.from({ length: 58 }, (_, n) => now - (58 - n) * MINUTE).filter(
    (_, n) => n < 30 || n >= 40,
  );
  client.send({
    type: 'samples',
    resolution_secs: 60,
    samples: minutes.map((t, n) => ({ t, ...exampleSample({ cpu_usage: 20 + (n % 5) }) })),
  });
  await client.waitFor('samples_ack');
  await client.heartbeat(exampleSample({ cpu_usage: 20 }));
  return client;
}

async function openHost(page: Page, client: FakeClient, query = ''): Promise<Locator> {
  await page.goto(`/clients/${client.clientId}${query}`);
  await expect(page.locator('.uplot')).toHaveCount(CHARTS);
  return page.getByRole('slider').first();
}

/** What of a chart is drawn, as a picture. */
function picture(page: Page): Promise<string> {
  return page.evaluate<string>("document.querySelector('.uplot canvas').toDataURL()");
}

function chosenTime(page: Page): { from: number; to: number } | undefined {
  const { searchParams } = new URL(page.url());
  const [from, to] = [searchParams.get('from'), searchParams.get('to')];
  return from === null || to === null ? undefined : { from: Number(from), to: Number(to) };
}

/** The way back to the first language. */
const WORDS_BACK = { zh: '中文', en: 'English' } as const;

let made = 0;

inBothLanguages((language) => {
  const text = TEXT[language];
  test.describe.configure({ timeout: SLOW_MS });

  test('the charts of this host are live', async ({ console: ops }) => {
    await ops.signIn();
    await ops.open(OURS);
    await ops.card(LABEL).getByRole('link').click();
    const { page } = ops;
    await expect(page.locator('.uplot')).toHaveCount(CHARTS);
    await expect(page.getByText(text.live, { exact: true })).toBeVisible();
    const before = await picture(page);
    // Readings come each second, and each is drawn.
    await expect.poll(() => picture(page)).not.toBe(before);
    await expect(page.getByRole('region', { name: text.cpu, exact: true })).toContainText(/\d%/);
    await ops.expectNoSidewaysScroll();
  });

  test('a reading that comes is shown at once, and a time without any is a gap', async ({
    console: ops,
    server,
  }) => {
    await ops.signIn();
    const { page } = ops;
    const client = await connectMeasured(server, `measured-${++made}`);
    await openHost(page, client);
    const cpu = page.getByRole('region', { name: text.cpu, exact: true });
    await expect(cpu).toContainText('20%');
    await client.heartbeat(exampleSample({ cpu_usage: 77 }));
    await expect(cpu).toContainText('77%');

    await page.getByRole('radio', { name: text.table }).check({ force: true });
    const gap = page.getByRole('row').filter({ hasText: text.noData });
    await expect(gap).toHaveCount(1);
    // 48 minutes that were measured, the one at hand, the gap and the names of the columns.
    expect(await page.getByRole('table').first().getByRole('row').count()).toBeGreaterThanOrEqual(50);
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();
    await client.close();
  });

  test('all charts have one cursor, also by keyboard', async ({ console: ops, server }) => {
    await ops.signIn();
    const { page } = ops;
    const client = await connectMeasured(server, `measured-${++made}`);
    const slider = await openHost(page, client);
    await expect(slider).toHaveAccessibleName(text.cursor);
    await slider.focus();
    await page.keyboard.press('Home');
    const first = await slider.getAttribute('aria-valuetext');
    await page.keyboard.press('ArrowRight');
    await expect(slider).not.toHaveAttribute('aria-valuetext', first ?? '');
    // The moment stands above each of the charts, and it is the same.
    const second = (await slider.getAttribute('aria-valuetext'))?.split(/[,，]/)[0] ?? '';
    await expect(page.getByText(second, { exact: true })).toHaveCount(CHARTS);
    const cursors = await page.evaluate<number[]>(`
      [...document.querySelectorAll('.u-over')].map((plot) => {
        const { left, width } = plot.getBoundingClientRect();
        return (plot.querySelector('.u-cursor-x').getBoundingClientRect().left - left) / width;
      })
    `);
    expect(Math.max(...cursors) - Math.min(...cursors)).toBeLessThan(0.01);
    await page.keyboard.press('Escape');
    await expect(page.getByText(second, { exact: true })).toHaveCount(0);

    await page.keyboard.press('+');
    await expect.poll(() => chosenTime(page)).toBeDefined();
    const zoomed = chosenTime(page)!;
    expect(zoomed.to - zoomed.from).toBe(30 * MINUTE);
    await page.keyboard.press('PageUp');
    await expect.poll(() => chosenTime(page)?.to).toBe(zoomed.to - 15 * MINUTE);
    await slider.focus();
    await page.keyboard.press('Escape');
    await expect.poll(() => chosenTime(page)).toBeUndefined();
    await client.close();
  });

  test('a drag zooms all charts into a time, a double click goes back', async ({
    console: ops,
    server,
    isMobile,
  }) => {
    test.skip(isMobile, 'a finger moves the cursor; there are buttons to zoom');
    await ops.signIn();
    const { page } = ops;
    const client = await connectMeasured(server, `measured-${++made}`);
    await openHost(page, client);
    const box = (await page.locator('.u-over').nth(1).boundingBox())!;
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.25, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, y, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => chosenTime(page)).toBeDefined();
    const { from, to } = chosenTime(page)!;
    expect(Math.abs(to - from - 15 * MINUTE)).toBeLessThan(MINUTE);
    await expect(page.locator('.u-select').nth(1)).toHaveCSS('width', '0px');
    await page.locator('.u-over').first().dblclick();
    await expect.poll(() => chosenTime(page)).toBeUndefined();
    await client.close();
  });

  test('the time is in the address and survives a reload', async ({ console: ops, server }) => {
    await ops.signIn();
    const { page } = ops;
    const client = await connectMeasured(server, `measured-${++made}`);
    await openHost(page, client);
    await page.getByRole('radio', { name: text.days, exact: true }).check({ force: true });
    await expect(page).toHaveURL(/range=7d/);
    await page.getByRole('button', { name: text.earlier }).click();
    await expect.poll(() => chosenTime(page)).toBeDefined();
    const chosen = chosenTime(page);
    await page.reload();
    await expect(page.getByRole('button', { name: text.reset })).toBeEnabled();
    expect(chosenTime(page)).toEqual(chosen);
    await page.getByRole('button', { name: text.reset }).click();
    await expect(page.getByRole('radio', { name: text.days, exact: true })).toBeChecked();
    await expect(page.locator('.uplot')).toHaveCount(CHARTS);
    await ops.expectAccessible();
    // Back from longer steps, which have peaks, to minutes, which have none.
    await page.getByRole('radio', { name: text.hour, exact: true }).check({ force: true });
    await expect.poll(() => new URL(page.url()).search).toBe('');
    await expect(page.locator('.uplot')).toHaveCount(CHARTS);
    await client.close();
  });

  test('language and theme change what is drawn, without another visit', async ({ console: ops, server }) => {
    await ops.signIn();
    const { page } = ops;
    await page.emulateMedia({ colorScheme: 'light' });
    const client = await connectMeasured(server, `measured-${++made}`);
    const to = Math.floor(Date.now() / MINUTE) * MINUTE - 5 * MINUTE;
    await openHost(page, client, `?from=${to - 20 * MINUTE}&to=${to}`);
    await expect.poll(async () => (await picture(page)) === (await picture(page))).toBe(true);
    const inLight = await picture(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => picture(page)).not.toBe(inLight);
    await page.getByRole('button', { name: text.other }).first().click();
    await expect(page.getByRole('slider').first()).toHaveAccessibleName(text.otherCursor);
    await page.getByRole('button', { name: WORDS_BACK[language] }).first().click();
    await expect(page.getByRole('slider').first()).toHaveAccessibleName(text.cursor);
    await client.close();
  });

  test('it says what the host allows, how it is connected and what is being done', async ({
    console: ops,
    server,
  }) => {
    await ops.signIn();
    const { page } = ops;
    const client = await connectMeasured(server, `measured-${++made}`);
    await openHost(page, client);
    const policy = page.getByRole('region', { name: text.policy });
    for (const words of [text.root, text.refused, text.scripts, '/opt/apps', 'raid-status'])
      await expect(policy).toContainText(words);
    const connection = page.getByRole('region', { name: text.connection, exact: true });
    await expect(connection).toContainText(text.notEncrypted);
    await expect(connection).toContainText('ops v2');

    const answer = await page.request.post('/api/manage-service', {
      data: { client_id: client.clientId, app_name: 'shop', action: 'Restart' },
      headers: { origin: server.url },
    });
    expect(answer.ok()).toBe(true);
    const { command_id: id } = await client.waitFor('service');
    client.accept(id);
    const apps = page.getByRole('region', { name: text.apps, exact: true });
    await expect(apps).toContainText(text.underWay);
    client.send(exampleOutput(id, 0, 'done\n'));
    client.send(exampleResult(id, { chunks: 1, stdout_bytes: 5 }));
    await expect(apps).not.toContainText(text.underWay);

    await page
      .getByRole('link', { name: /uptime/ })
      .first()
      .click();
    await expect(page).toHaveURL(new RegExp(`/commands\\?hosts=${client.clientId}&command=uptime`));
    await client.close();
  });
});

onEveryScreen((language) => {
  const text = TEXT[language];
  test.describe.configure({ timeout: SLOW_MS });

  test('nothing jumps while it loads, and everything can be reached', async ({ console: ops, server }) => {
    await ops.signIn();
    const { page } = ops;
    const client = await connectMeasured(server, `measured-${++made}`);
    await page.addInitScript(`
      globalThis.jumps = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.jumps += entry.value;
      }).observe({ type: 'layout-shift', buffered: true });
    `);
    await openHost(page, client);
    await client.heartbeat(exampleSample({ cpu_usage: 5.5 }));
    await expect(page.getByRole('region', { name: text.cpu, exact: true })).toContainText('5.5%');
    expect(await page.evaluate<number>('globalThis.jumps')).toBeLessThan(0.05);
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();
    await client.close();
  });
});
