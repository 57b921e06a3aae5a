import { hostname } from 'node:os';

import type { Locator, Page } from '@playwright/test';

import { connectAppHost, SHOP } from './app-hosts.ts';
import { expect, inBothLanguages, inBothSchemes, SECRET, test, WORDS } from './console.ts';

const TEXT = {
  zh: {
    search: '搜索与跳转',
    shortcuts: '键盘快捷键',
    command: '自定义命令',
    nothing: /没有与“zzqq”相符的内容/,
    failed: /无法搜索主机/,
    count: /^\d+ 项结果$/,
    page: '历史',
    historyHeading: '执行历史',
    apps: '应用管理',
    single: /启用单键快捷键/,
    groups: ['页面', '命令'],
  },
  en: {
    search: 'Search and go',
    shortcuts: 'Keyboard shortcuts',
    command: 'Your command',
    nothing: /Nothing matches “zzqq”/,
    failed: /Hosts could not be searched/,
    count: /^\d+ results?$/,
    page: '历史',
    historyHeading: 'History',
    apps: 'Applications',
    single: /Single-key shortcuts/,
    groups: ['Pages', 'Commands'],
  },
};

const HOST = hostname();
/** Each state of the palette is looked at closely. */
const SLOW_MS = 120_000;

/** What is in the palette, and what is marked as the one that Enter opens. */
function paletteOf(page: Page, name: string) {
  const dialog = page.getByRole('dialog', { name });
  const field = dialog.getByRole('combobox');
  return {
    dialog,
    field,
    options: dialog.getByRole('option'),
    active: dialog.getByRole('option', { selected: true }),
    status: dialog.getByRole('status').last(),
    /** By keys, once the page hears them. */
    open: async (): Promise<void> => {
      await expect(async () => {
        await page.keyboard.press('Control+K');
        await expect(dialog).toBeVisible({ timeout: 2000 });
      }).toPass();
      await expect(field).toBeFocused();
    },
  };
}

async function expectActive(field: Locator, active: Locator): Promise<void> {
  await expect(active).toHaveCount(1);
  const id = await active.getAttribute('id');
  await expect(field).toHaveAttribute('aria-activedescendant', id ?? '');
  await expect(active).toBeInViewport();
}

function heading(page: Page, name: string): Locator {
  return page.getByRole('heading', { name, level: 1 });
}

inBothLanguages((language) => {
  test.describe.configure({ timeout: SLOW_MS });
  const text = TEXT[language];

  test('the palette opens by its keys and its button, is walked by keys alone, and gives the focus back', async ({
    console: ops,
  }) => {
    const { page } = ops;
    await ops.signIn();
    const { dialog, field, options, active, status, open } = paletteOf(page, text.search);
    const button = page.getByRole('button', { name: text.search });
    await button.click();
    await expect(field).toBeFocused();
    for (const group of text.groups) await expect(dialog.getByRole('group', { name: group })).toBeVisible();
    await expect(status).toHaveText(text.count);
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(button).toBeFocused();

    await open();
    await expect(status).toHaveText(text.count);
    const count = await options.count();
    await expectActive(field, active);
    for (const [key, at] of [
      ['ArrowDown', 1],
      ['End', count - 1],
      ['ArrowDown', 0],
      ['ArrowUp', count - 1],
      ['PageUp', count - 7],
      ['Home', 0],
    ] as const) {
      await page.keyboard.press(key);
      await expect(options.nth(at)).toHaveAttribute('aria-selected', 'true');
      await expectActive(field, active);
    }
    await page.keyboard.press('Control+K');
    await expect(dialog).toBeHidden();
    await expect(button).toBeFocused();
  });

  test('a host is found on the server; Enter that comes before the answer waits for it', async ({
    console: ops,
  }) => {
    const { page } = ops;
    await ops.signIn();
    const { dialog, field, active, open } = paletteOf(page, text.search);
    await open();
    await field.fill(`${HOST} env=e2e`);
    await expect(active).toContainText(HOST);
    await expect(active.locator('mark')).toHaveText(HOST);
    await inBothSchemes(ops);
    await page.keyboard.press('Escape');

    await open();
    const asked: string[] = [];
    await page.route('**/api/clients?**', async (route) => {
      asked.push(new URL(route.request().url()).searchParams.get('search') ?? '');
      await route.continue();
    });
    await field.pressSequentially(HOST);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/clients\/[0-9a-f-]{36}$/);
    await expect(dialog).toBeHidden();
    // Asked when the typing rests, not at each key.
    expect(asked.length).toBeLessThanOrEqual(2);
    expect(asked.at(-1)).toBe(HOST.toLowerCase());
    await expect(page.locator('main')).toBeFocused();
  });

  test('an answer for what was typed before is dropped', async ({ console: ops }) => {
    const { page } = ops;
    await ops.signIn();
    const { field, options, status, open } = paletteOf(page, text.search);
    await open();
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const first = HOST.slice(0, 2).toLowerCase();
    await page.route(`**/api/clients?**search=${first}**`, async (route) => {
      if (new URL(route.request().url()).searchParams.get('search') !== first) return route.continue();
      await held;
      await route.continue().catch(() => {});
    });
    const asking = page.waitForRequest((request) => request.url().includes(`search=${first}`));
    await field.fill(first);
    await asking;
    await field.fill('zzqq');
    await expect(page.getByText(text.nothing).first()).toBeVisible();
    letGo();
    await expect(status).toHaveText(text.nothing);
    await expect(options).toHaveCount(0);
    await expect(field).toHaveAttribute('aria-expanded', 'false');
    await inBothSchemes(ops);
  });

  test('what cannot be searched says so, all else is there', async ({ console: ops }) => {
    const { page } = ops;
    await ops.signIn();
    const { dialog, field, active, open } = paletteOf(page, text.search);
    await open();
    await page.route('**/api/clients?**', (route) =>
      route.fulfill({
        status: 404,
        contentType: 'application/json',
        body: JSON.stringify({ success: false, code: 'not_found', message: 'gone' }),
      }),
    );
    await field.fill(text.page);
    await expect(dialog.getByRole('alert')).toHaveText(text.failed);
    await expect(active).toContainText(text.historyHeading);
    await inBothSchemes(ops);
    await page.keyboard.press('Enter');
    await expect(heading(page, text.historyHeading)).toBeVisible();
    await expect(dialog).toBeHidden();
  });

  test('a command opens its page with it chosen, and keeps the hosts that are chosen there; a run is found again', async ({
    console: ops,
  }) => {
    const { page } = ops;
    await ops.signIn();
    const { field, active, open } = paletteOf(page, text.search);
    await page.goto('/commands?to=all');
    await open();
    await field.fill('uptime');
    await expect(active).toContainText('uptime');
    await page.keyboard.press('Enter');
    await expect(page.getByLabel(text.command)).toHaveValue('uptime');
    await expect(page).toHaveURL(/\/commands\?to=all&command=uptime$/);
    await open();
    await field.fill('df -i');
    await expect(active).toContainText('df -i');
    await page.keyboard.press('Enter');
    await expect(page.getByLabel(text.command)).toHaveValue('df -i');

    const { clients } = (await (
      await page.request.get('/api/clients?fields=summary&search=env=e2e')
    ).json()) as {
      clients: Record<string, unknown>;
    };
    const [client] = Object.keys(clients);
    const sent = await page.request.post('/api/send-command', {
      data: { client_id: client, command: 'date -u' },
    });
    const { command_id: id } = (await sent.json()) as { command_id: string };
    await open();
    await field.fill(`date -u ${HOST}`);
    await expect(active).toContainText('date -u');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(new RegExp(`/commands/${id}$`));
  });

  test('a rollout is among the newest runs, and found by what it does', async ({ console: ops, server }) => {
    const app = `till-${language}`;
    await using host = await connectAppHost(server, {
      secret: SECRET,
      name: `palette-${language}`,
      apps: [{ ...SHOP, name: app }],
    });
    await ops.signIn();
    const { page } = ops;
    const made = await page.request.post('/api/rollouts', {
      data: { app_name: app, client_ids: [host.client.clientId], version: 'v1.1.0' },
      headers: { origin: server.url },
    });
    const { rollout_id: id } = (await made.json()) as { rollout_id: string };
    const { options, field, open } = paletteOf(page, text.search);
    // The commands it sends are runs of their own.
    const found = options.and(page.locator(`a[href$="/rollouts/${id}"]`));
    await open();
    await expect(found).toContainText(app);
    await inBothSchemes(ops);
    await field.fill(`${app} 1.1.0`);
    await expect(found.locator('mark').first()).toBeVisible();
    await found.click();
    await expect(page).toHaveURL(new RegExp(`/rollouts/${id}$`));
  });

  test('an Enter that ends a word of an input method opens nothing', async ({ console: ops }) => {
    const { page } = ops;
    await ops.signIn();
    const { dialog, field, active, open } = paletteOf(page, text.search);
    await open();
    await field.fill(text.page);
    await expect(active).toContainText(text.historyHeading);
    await field.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true });
    await field.dispatchEvent('keydown', { key: 'ArrowDown', isComposing: true, bubbles: true });
    await expect(active).toContainText(text.historyHeading);
    await expect(dialog).toBeVisible();
    await expect(page).toHaveURL('/');
  });

  test('shortcuts lead to pages, never while typing, and can be turned off for good', async ({
    console: ops,
  }) => {
    const { page } = ops;
    await ops.signIn();
    const list = page.getByRole('dialog', { name: text.shortcuts });
    const keys = async (...pressed: readonly string[]): Promise<void> => {
      for (const key of pressed) await page.keyboard.press(key);
    };
    for (const [pressed, path] of [
      [['g', 'a'], /\/apps$/],
      [['g', 'c'], /\/commands$/],
      [['g', 'h'], /\/commands\/history$/],
      [['g', 'r'], /\/rollouts$/],
      [['g', 's'], /\/$/],
    ] as const) {
      await keys(...pressed);
      await expect(page).toHaveURL(path);
      await expect(page.locator('main')).toBeFocused();
    }
    await keys('n', 'c');
    const command = page.getByLabel(text.command);
    await expect(command).toBeFocused();
    // In a field, and while an input method composes, they are letters.
    await keys('g', 'a', '?', '/');
    await expect(command).toHaveValue('ga?/');
    await expect(page).toHaveURL(/\/commands/);
    await page.locator('body').dispatchEvent('keydown', { key: '?', isComposing: true, bubbles: true });
    await expect(list).toBeHidden();
    await command.blur();
    await keys('/');
    await expect(page.locator('main input[type="search"]').first()).toBeFocused();
    await page.locator('main input[type="search"]').first().blur();
    await keys('?');
    await expect(list).toBeVisible();
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();
    await keys('g', 'a');
    await expect(page).toHaveURL(/\/commands/);
    await list.getByRole('checkbox', { name: text.single }).uncheck();
    await keys('Escape', 'g', 'a', '?');
    await expect(list).toBeHidden();
    await page.reload();
    await expect(heading(page, WORDS[language].system).or(page.getByLabel(text.command))).toBeAttached();
    await keys('g', 'a', '?');
    await expect(page).toHaveURL(/\/commands/);
    const { dialog, open } = paletteOf(page, text.search);
    await open();
    await keys('Escape');
    await expect(dialog).toBeHidden();
    await page.getByRole('button', { name: /admin/ }).click();
    await page.getByRole('menuitem', { name: text.shortcuts }).click();
    await list.getByRole('checkbox', { name: text.single }).check();
    await keys('Escape', 'g', 'a');
    await expect(heading(page, text.apps)).toBeAttached();
  });
});
