import type { Locator, Page } from '@playwright/test';

import { expect, inBothLanguages, LABEL, slowScript, test } from './console.ts';
import { connectHost } from './hosts.ts';

const TEXT = {
  zh: {
    run: '执行命令',
    again: '重复执行',
    typed: '自定义命令',
    search: '查找主机',
    succeeded: '成功',
    running: '正在执行',
    cancelled: '已取消',
    cancelling: '正在取消',
    nonzero: '非零退出',
    unknown: '结果未知',
    look: '到主机上确认',
    allowed: '策略允许',
    dangerous: '危险命令',
    willRun: /1 台主机：1 台将执行/,
    cancel: '取消命令',
    stdout: '标准输出',
    stderr: /错误输出/,
    recent: '最近执行',
    exitCode: '退出码',
    find: '在输出中查找',
    download: '下载输出',
    history: '执行历史',
    filter: '命令或主机名',
    runHere: '在此主机上执行命令',
    notRun: /1 台离线，不执行/,
    whenBack: /1 台离线，上线后执行/,
    keep: '为离线主机保留一天',
    waiting: '等待发送',
  },
  en: {
    run: 'Run command',
    again: 'Run again',
    typed: 'Your command',
    search: 'Find hosts',
    succeeded: 'Succeeded',
    running: 'Running',
    cancelled: 'Cancelled',
    cancelling: 'Cancelling',
    nonzero: 'Non-zero exit',
    unknown: 'Outcome unknown',
    look: 'look at the host',
    allowed: 'Allowed by policy',
    dangerous: 'dangerous command',
    willRun: /1 host: 1 will run it/,
    cancel: 'Cancel command',
    stdout: 'Standard output',
    stderr: /Error output/,
    recent: 'Recent',
    exitCode: 'Exit code',
    find: 'Find in output',
    download: 'Download output',
    history: 'History',
    filter: 'Command or host name',
    runHere: 'Run a command here',
    notRun: /1 offline, not run/,
    whenBack: /1 offline, when back/,
    keep: 'Keep a day for offline hosts',
    waiting: 'Waiting',
  },
};
type Words = (typeof TEXT)['zh' | 'en'];

const RUN_PAGE = /\/commands\/[0-9a-f]{8}-[0-9a-f-]{27}$/;
/** The predefined commands of the manual that every Linux host has. */
const PREDEFINED = ['ps aux', 'whoami', 'date', 'uptime', 'free -h', 'df -h', 'top -n 1', 'ls -la'];
/** Those that a host may lack, or that tell of a host without their service. */
const PREDEFINED_ELSEWHERE = ['netstat -tlnp', 'systemctl status'];

/** For a test that goes through many pages. */
const SLOW_MS = 120_000;

async function choose(page: Page, text: Words, words: string): Promise<void> {
  await page.getByRole('combobox', { name: text.search }).fill(words);
  await page.getByRole('listbox').getByRole('option').first().click();
}

/** The word for the state, in the head of the page of one run. */
function state(page: Page): Locator {
  return page.locator('main header').getByRole('status');
}

async function submit(page: Page, text: Words): Promise<void> {
  await page.getByRole('button', { name: text.run, exact: true }).click();
  await expect(page).toHaveURL(RUN_PAGE);
}

inBothLanguages((language) => {
  const text = TEXT[language];

  test('each predefined command runs on this very host', async ({ console: ops }) => {
    test.setTimeout(SLOW_MS);
    const { page } = ops;
    await ops.signIn();
    for (const command of [...PREDEFINED, ...PREDEFINED_ELSEWHERE]) {
      await ops.open('/commands');
      await choose(page, text, LABEL);
      await page.getByRole('button', { name: command }).click();
      await expect(page.getByText(text.willRun)).toBeVisible();
      await submit(page, text);
      if (PREDEFINED.includes(command)) await expect(state(page)).toHaveText(text.succeeded);
      else await expect(state(page)).not.toHaveText(/正在|已发送|Running|Sent/);
      await expect(
        page.getByRole('region', { name: /标准输出|错误输出|Standard output|Error output/ }),
      ).not.toBeEmpty();
    }
    await ops.open('/commands');
    const recent = page.getByRole('table', { name: text.recent });
    await expect(recent.getByRole('row').nth(1)).toContainText('systemctl status');
    await expect(recent.getByRole('row')).toHaveCount(11);
  });

  test('what the policy refuses is refused as it is typed, with the rule and the part to blame', async ({
    console: ops,
  }) => {
    const { page } = ops;
    await ops.signIn();
    await ops.open('/commands');
    await choose(page, text, LABEL);
    await page.getByLabel(text.typed).fill('top -n 1');
    await expect(page.getByText(text.allowed)).toBeVisible();
    await expect(page.locator('#verdict')).toContainText('top -b -n 1');
    await page.getByLabel(text.typed).fill('rm -rf /');
    await expect(page.locator('#verdict')).toContainText(text.dangerous);
    await expect(page.locator('#verdict code')).toContainText('rm');
    await expect(page.getByRole('button', { name: text.run, exact: true })).toBeDisabled();
    await ops.expectAccessible();
    await ops.expectNoSidewaysScroll();
    // The form is in the address.
    await expect(page).toHaveURL(/command=rm/);
    await page.reload();
    await expect(page.getByLabel(text.typed)).toHaveValue('rm -rf /');
  });

  test('output is seen while it is written, and stays after a reload', async ({ console: ops, server }) => {
    const { page } = ops;
    await using host = await connectHost(server, { name: 'live' });
    await ops.signIn();
    await ops.open('/commands?command=uptime');
    await choose(page, text, host.name);
    await expect(page.getByText(text.willRun)).toBeVisible();
    await submit(page, text);
    const { command_id: id } = await host.command();
    host.client.accept(id);
    await expect(state(page)).toHaveText(text.running);
    host.say(id, 'first \u001b[31mred\u001b[0m\n');
    const output = page.getByRole('region', { name: text.stdout });
    await expect(output).toContainText('first red');
    await expect(output.locator('[data-fg="red"]')).toHaveText('red');
    host.say(id, 'oh dear\n', 'stderr');
    for (let line = 0; line < 200; line++) host.say(id, `line ${line}\n`);
    // It follows.
    await expect(output).toContainText('line 199');
    await page.reload();
    await expect(output).toContainText('line 199');
    host.say(id, 'after the reload\n');
    await expect(output).toContainText('after the reload');
    await ops.expectAccessible();
    await ops.expectNoSidewaysScroll();
    host.end(id, { exit_code: 3 });
    await expect(state(page)).toHaveText(text.nonzero);
    await page.getByRole('radio', { name: text.stderr }).check({ force: true });
    await expect(page.getByRole('region', { name: text.stderr })).toContainText('oh dear');
    await page.getByRole('radio', { name: text.stdout }).check({ force: true });
    await page.getByLabel(text.find).fill('line 42');
    await page.getByLabel(text.find).press('Enter');
    await expect(page.locator('mark[data-chosen]')).toHaveText('line 42');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: text.download }).click(),
    ]);
    expect(await download.failure()).toBeNull();
  });

  test('a running command is cancelled, and over when its host says so', async ({ console: ops, server }) => {
    const { page } = ops;
    await using host = await connectHost(server, { name: 'cancel' });
    await ops.signIn();
    await ops.open('/commands?command=uptime');
    await choose(page, text, host.name);
    await submit(page, text);
    const { command_id: id } = await host.command();
    host.client.accept(id);
    await page.getByRole('button', { name: text.cancel }).click();
    await ops.expectAccessible();
    await page.getByRole('dialog').getByRole('button', { name: text.cancel }).click();
    expect((await host.client.waitFor('cancel')).command_id).toBe(id);
    await expect(state(page)).toHaveText(text.cancelling);
    host.end(id, { outcome: 'cancelled', exit_code: null });
    await expect(state(page)).toHaveText(text.cancelled);
  });

  test('a script of this very host is seen as it goes on, and ended in the middle', async ({
    console: ops,
    server,
  }) => {
    const { page } = ops;
    await ops.signIn();
    await ops.open('/commands');
    await choose(page, text, LABEL);
    await page.getByLabel(text.typed).fill(slowScript(server));
    await expect(page.getByText(text.willRun)).toBeVisible();
    await submit(page, text);
    const output = page.getByRole('region', { name: text.stdout });
    await expect(output).toContainText('step 3');
    await expect(state(page)).toHaveText(text.running);
    await page.getByRole('button', { name: text.cancel }).click();
    await page.getByRole('dialog').getByRole('button', { name: text.cancel }).click();
    await expect(state(page)).toHaveText(text.cancelled);
    await expect(output).toContainText('step 3');
    await expect(output).not.toContainText('step 99');
  });

  test('what a host prints is text, whatever it prints', async ({ console: ops, server }) => {
    const { page } = ops;
    await using host = await connectHost(server, { name: '<b>evil' });
    await ops.signIn();
    await ops.open('/commands?command=uptime');
    await choose(page, text, host.name);
    await submit(page, text);
    const { command_id: id } = await host.command();
    host.client.accept(id);
    host.say(id, '<img src=x onerror=alert(1)> \u001b[2J\u001b]0;owned\u0007 \u202egnp.exe\n');
    host.end(id, { outcome: 'failed', exit_code: null, error: 'interrupted: <script>alert(2)</script>' });
    const output = page.getByRole('region', { name: text.stdout });
    await expect(output).toContainText(
      String.raw`<img src=x onerror=alert(1)> \x1b[2J\x1b]0;owned\x07 \u202egnp.exe`,
    );
    await expect(state(page)).toHaveText(text.unknown);
    await expect(page.getByText(text.look)).toBeVisible();
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    await ops.expectAccessible();
  });

  test('pressing twice runs once; running again asks first, and is a command of its own', async ({
    console: ops,
    server,
  }) => {
    const { page } = ops;
    await using host = await connectHost(server, { name: 'twice' });
    await ops.signIn();
    await ops.open('/commands?command=uptime');
    await choose(page, text, host.name);
    await expect(page.getByText(text.willRun)).toBeVisible();
    await page.getByRole('button', { name: text.run, exact: true }).dblclick();
    await expect(page).toHaveURL(RUN_PAGE);
    const first = await host.command();
    host.client.run(first.command_id, 'one\n');
    await expect(state(page)).toHaveText(text.succeeded);
    await ops.open('/commands');
    const row = page.getByRole('table', { name: text.recent }).getByRole('row').nth(1);
    await expect(row).toContainText(text.succeeded);
    await row.getByRole('link', { name: text.again }).click();
    await expect(page.getByLabel(text.typed)).toHaveValue('uptime');
    await expect(page.getByText(text.willRun)).toBeVisible();
    expect(host.arrived()).toBe(1);
    await page.keyboard.press('Control+Enter');
    await expect(page).toHaveURL(RUN_PAGE);
    const second = await host.command();
    expect(second.command_id).not.toBe(first.command_id);
    host.client.run(second.command_id, 'two\n');
    await expect(state(page)).toHaveText(text.succeeded);
    expect(host.arrived()).toBe(2);
  });

  test('a command is kept for a host that is offline, and runs when it is back', async ({
    console: ops,
    server,
  }) => {
    const { page } = ops;
    const gone = await connectHost(server, { name: 'away' });
    await gone.client.close();
    await ops.signIn();
    await ops.open('/commands?command=uptime');
    await choose(page, text, gone.name);
    await expect(page.getByText(text.notRun)).toBeVisible();
    await expect(page.getByRole('button', { name: text.run, exact: true })).toBeDisabled();
    await page.getByRole('button', { name: text.keep }).click();
    await expect(page.getByText(text.whenBack)).toBeVisible();
    await submit(page, text);
    await expect(state(page)).toHaveText(text.waiting);
    await ops.expectAccessible();
    await using back = await connectHost(server, { again: gone });
    back.client.run((await back.command()).command_id, 'here again\n');
    await expect(state(page)).toHaveText(text.succeeded);
    await expect(page.getByRole('region', { name: text.stdout })).toContainText('here again');
  });

  test('the history is filtered by its address, and the page of a host shows what ran there', async ({
    console: ops,
    server,
  }) => {
    const { page } = ops;
    await using host = await connectHost(server, { name: 'past' });
    await ops.signIn();
    await ops.open('/commands?command=df%20-h');
    await choose(page, text, host.name);
    await submit(page, text);
    host.client.run((await host.command()).command_id, 'disks\n');
    await expect(state(page)).toHaveText(text.succeeded);
    await ops.open('/commands/history');
    await page.getByLabel(text.filter).fill(host.name);
    await expect(page).toHaveURL(new RegExp(`q=${host.name}`));
    await expect(page.getByRole('row')).toHaveCount(2);
    await expect(page.getByRole('row').nth(1)).toContainText('df -h');
    await ops.expectAccessible();
    await ops.expectNoSidewaysScroll();
    await page.reload();
    await expect(page.getByRole('row')).toHaveCount(2);
    await ops.open(`/?q=${host.name}`);
    await page.getByRole('link', { name: host.name }).click();
    await expect(page.getByRole('table', { name: text.recent })).toContainText('df -h');
    await ops.expectAccessible();
    await page.getByRole('link', { name: text.runHere }).click();
    // Among what is chosen: in the list it may be far below.
    await expect(page.getByRole('listitem').filter({ hasText: host.name })).toBeVisible();
  });
});
