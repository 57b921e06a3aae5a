import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import { exampleFacts } from '@ops/testkit/example-messages.ts';

import { expect, inBothLanguages, LABEL, OURS, SECRET, test } from './console.ts';

const TEXT = {
  zh: {
    online: '在线',
    offline: '离线',
    table: '表格',
    filter: '筛选客户端',
    empty: '没有符合条件的客户端',
    notEncrypted: '未加密',
    conflict: 'ID',
  },
  en: {
    online: 'Online',
    offline: 'Offline',
    table: 'Table',
    filter: 'Filter clients',
    empty: 'No client matches',
    notEncrypted: 'Not encrypted',
    conflict: 'ID',
  },
};

inBothLanguages((language) => {
  const text = TEXT[language];

  test('the system page shows this host live', async ({ console: ops }) => {
    await ops.signIn();
    await ops.open(OURS);
    const card = ops.card(LABEL);
    await expect(card).toContainText(text.online);
    await expect(card).toContainText('GiB');
    await expect(card).toContainText(text.notEncrypted);
    await expect(card).toContainText(/\d+%/);
    await ops.expectAccessible();
    await ops.expectNoSidewaysScroll();
  });

  test('filter and view are in the address and survive a reload', async ({ console: ops }) => {
    await ops.signIn();
    const { page } = ops;
    await page.getByLabel(text.filter).fill('no such host');
    await expect(page.getByText(text.empty)).toBeVisible();
    await page.getByLabel(text.filter).fill(LABEL);
    await expect(page.getByText(LABEL).first()).toBeVisible();
    await page.getByRole('radio', { name: text.table }).check({ force: true });
    await expect(page.getByRole('table')).toBeVisible();
    await ops.expectAccessible();
    await page.reload();
    await expect(page.getByLabel(text.filter)).toHaveValue(LABEL);
    await expect(page.getByRole('table')).toContainText(text.online);
    await ops.expectNoSidewaysScroll();
  });

  test('a client that comes and goes is seen without a reload, and what it says is text', async ({
    console: ops,
    server,
  }) => {
    await ops.signIn();
    const { page } = ops;
    const hostname = `<img src=x onerror=alert(1)>${language}`;
    const client = await connectFakeClient({ port: server.tcpPort, secret: SECRET });
    await client.enter({ system_info: exampleFacts({ hostname, os: '\u202egnp.exe' }) });
    const card = ops.card(hostname);
    await expect(card).toContainText(text.online);
    await client.heartbeat({ cpu_usage: 77 });
    await expect(card).toContainText('77%');
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    await client.close();
    await expect(card).toContainText(text.offline);
    await ops.expectNoSidewaysScroll();
  });
});
