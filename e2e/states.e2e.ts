/**
 * Every page in every state it can be in: loading, not to be read, and of earlier, because the server stopped. The
 * server of this file is its own, since it is stopped and started here.
 */
import type { Browser, BrowserContext, Page } from '@playwright/test';

import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';

import { connectAppHost, SHOP } from './app-hosts.ts';
import type { AppHost } from './app-hosts.ts';
import { expect, inBothLanguages, inBothSchemes, SECRET, test as base } from './console.ts';
import { watchShifts } from './shifts.ts';

const SLOW_MS = 300_000;
/** What web.dev calls good: the sum of what moved while nobody touched the page. */
const MAX_SHIFT = 0.1;

const TEXT = {
  zh: {
    away: '服务器没有应答',
    waits: '恢复后',
    again: '重试',
    fault: '服务器日志',
    role: '请管理员',
    wait: /\d+ 秒后可重试/,
    run: '执行命令',
    crash: '页面没能打开',
    commands: '命令执行',
  },
  en: {
    away: 'The server does not answer',
    waits: 'once it is back',
    again: 'Try again',
    fault: "server's log",
    role: 'Ask an administrator',
    wait: /Try again in \d+/i,
    run: 'Run command',
    crash: 'The page could not be opened',
    commands: 'Commands',
  },
};

/** A place with one of everything, so that every page has something to show. */
interface Place {
  server: RunningServer;
  readonly host: AppHost;
  readonly paths: Readonly<Record<string, string>>;
  /** Signed in. */
  readonly state: Awaited<ReturnType<BrowserContext['storageState']>>;
}

async function post(page: Page, path: string, data: unknown): Promise<Record<string, unknown>> {
  const origin = new URL(page.url()).origin;
  const answer = await page.request.post(`${origin}${path}`, { data, headers: { origin } });
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()) as Record<string, unknown>;
}

async function prepare(browser: Browser, server: RunningServer): Promise<Place> {
  const host = await connectAppHost(server, { secret: SECRET, name: 'shelf-1', apps: [SHOP] });
  const other = await connectAppHost(server, { secret: SECRET, name: 'shelf-2', apps: [SHOP] });
  const context = await browser.newContext({ baseURL: server.url });
  const page = await context.newPage();
  await page.goto('/');
  await page.locator('input[autocomplete="username"]').fill('admin');
  await page.locator('input[type="password"]').fill('admin123');
  await page.keyboard.press('Enter');
  await expect(page.getByText('shelf-1').first()).toBeVisible();
  const ids = [host, other].map(({ client }) => client.clientId);
  const ran = host.client.waitFor('command');
  const run = await post(page, '/api/send-command', { client_id: ids[0], command: 'uptime' });
  host.client.run((await ran).command_id, 'a line of output\n'.repeat(400));
  const batch = await post(page, '/api/batch-commands', { client_ids: ids, command: 'date' });
  const rollout = await post(page, '/api/rollouts', {
    app_name: 'shop',
    client_ids: ids,
    version: 'v1.1.0',
  });
  const state = await context.storageState();
  await context.close();
  return {
    server,
    host,
    state,
    paths: {
      system: '/',
      client: `/clients/${ids[0]}`,
      apps: '/apps',
      releases: `/apps/${ids[0]}/shop/releases`,
      form: '/apps/shop/rollout',
      rollouts: '/rollouts',
      rollout: `/rollouts/${String(rollout['rollout_id'])}`,
      commands: '/commands',
      history: '/commands/history',
      batches: '/commands/history?tab=batches',
      run: `/commands/${String(run['command_id'])}`,
      batch: `/batches/${String(batch['batch_id'])}`,
      password: '/password',
      docs: '/api/docs',
    },
  };
}

const test = base.extend<{ readonly open: (path: string) => Promise<Page> }, { readonly place: Place }>({
  place: [
    async ({ browser }, use) => {
      const server = await startServer({ secret: SECRET });
      const place = await prepare(browser, server);
      await use(place);
      await place.host.client.close();
      await place.server[Symbol.asyncDispose]();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  baseURL: async ({ place }, use) => use(place.server.url),
  storageState: async ({ place }, use) => use(place.state),
});

/** What a page is read from; not who signed in, nor its news. */
function isRead({ pathname }: URL): boolean {
  return pathname.startsWith('/api/') && !/^\/api\/(?:check-auth|keep-alive|events|docs)$/.test(pathname);
}

/** Of the page itself; the place for news of the session stands beside it, empty. */
const alertOf = (page: Page) => page.getByRole('main').getByRole('alert');
const banner = (page: Page, words: string) => page.getByRole('status').filter({ hasText: words }).first();

inBothLanguages((language) => {
  const text = TEXT[language];

  test('while the server is away every page keeps its picture and says so, and recovers by itself', async ({
    browser,
    place,
    console: ops,
  }, info) => {
    test.setTimeout(SLOW_MS);
    const { viewport, isMobile = false } = info.project.use;
    // Browsers give six connections to one server: a context for each page, as one reader would have one page.
    const readers: { readonly name: string; readonly page: Page; readonly title: string }[] = [];
    const contexts: BrowserContext[] = [];
    try {
      for (const [name, path] of Object.entries(place.paths)) {
        const context = await browser.newContext({
          baseURL: place.server.url,
          storageState: place.state,
          locale: language === 'zh' ? 'zh-CN' : 'en-US',
          viewport: viewport ?? null,
          isMobile,
        });
        contexts.push(context);
        const page = await context.newPage();
        await page.goto(path);
        const heading = page.getByRole('heading', { level: 1 });
        await expect(heading, name).toBeAttached({ timeout: 30_000 });
        await expect(page.locator('.mantine-Skeleton-root'), name).toHaveCount(0, { timeout: 30_000 });
        readers.push({ name, page, title: (await heading.textContent()) ?? '' });
      }

      await place.server.program.stop();
      for (const { name, page, title } of readers) {
        await expect(banner(page, text.away), name).toBeVisible({ timeout: 30_000 });
        await expect(page.getByRole('heading', { level: 1 }), name).toHaveText(title);
        await expect(page.locator('.mantine-Skeleton-root'), name).toHaveCount(0);
        await inBothSchemes({ page }, `${name}, away`);
      }
      const pageOf = (name: string): Page => readers.find((each) => each.name === name)!.page;
      await expect(pageOf('system').getByText('shelf-1').first()).toBeVisible();
      await expect(pageOf('run').getByText('a line of output').first()).toBeVisible();
      await expect(pageOf('commands').getByRole('button', { name: text.run, exact: true })).toBeDisabled();
      await expect(pageOf('commands').getByText(text.waits).first()).toBeVisible();

      place.server = await place.server.restart();
      for (const { name, page, title } of readers) {
        await expect(banner(page, text.away), name).toHaveCount(0, { timeout: 30_000 });
        await expect(page.getByRole('heading', { level: 1 }), name).toHaveText(title);
      }
    } finally {
      for (const context of contexts) await context.close();
    }
    expect(ops.page.url()).toBe('about:blank');
  });

  test('what cannot be read says so and what to do, and trying again mends it', async ({ page, place }) => {
    test.setTimeout(SLOW_MS);
    // The overview is read from its stream, whose loss the banner tells.
    const { system: _system, password: _password, ...pages } = place.paths;
    for (const [name, path] of Object.entries(pages)) {
      await page.route(isRead, (route) =>
        route.fulfill({ status: 500, json: { success: false, code: 'internal', message: 'It broke.' } }),
      );
      await page.goto(path);
      const alert = alertOf(page).first();
      await expect(alert, name).toContainText('It broke.');
      await expect(alert, name).toContainText(text.fault);
      await expect(page, name).toHaveTitle(/OPS/);
      await inBothSchemes({ page }, `${name}, failed`);
      await page.unroute(isRead);
      await alert.getByRole('button', { name: text.again }).click();
      await expect(alertOf(page), name).toHaveCount(0);
      await expect(page.getByRole('heading', { level: 1 }), name).toBeAttached();
    }
  });

  test('too many requests: it counts down before one may try again', async ({ page, place }) => {
    await page.route(isRead, (route) =>
      route.fulfill({
        status: 429,
        headers: { 'retry-after': '8' },
        json: { success: false, code: 'too_many_requests', message: 'Too many.' },
      }),
    );
    await page.goto(place.paths['history']!);
    const button = alertOf(page).getByRole('button');
    await expect(button).toHaveText(text.wait);
    await expect(button).toBeDisabled();
    await inBothSchemes({ page });
    await page.unroute(isRead);
    await expect(button).toHaveText(text.again);
    await button.click();
    await expect(page.getByRole('table').getByText('uptime').first()).toBeVisible();
  });

  test('what a role may not see says whom to ask, and offers no button that cannot help', async ({
    page,
    place,
  }) => {
    await page.route(isRead, (route) =>
      route.fulfill({ status: 403, json: { success: false, code: 'forbidden', message: 'Not allowed.' } }),
    );
    await page.goto(place.paths['history']!);
    const alert = alertOf(page);
    await expect(alert).toContainText('Not allowed.');
    await expect(alert).toContainText(text.role);
    await expect(alert.getByRole('button')).toHaveCount(0);
    await inBothSchemes({ page });
  });

  test('a page whose file cannot be had waits for the server, and leaves the console as it is', async ({
    page,
    place,
  }) => {
    await page.goto(place.paths['system']!);
    await expect(page.getByText('shelf-1').first()).toBeVisible();
    await page.evaluate('window.stillHere = true');
    await page.route('**/*', (route) => route.abort());
    await page.getByRole('link', { name: text.commands, exact: true }).locator('visible=true').click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(text.crash);
    await expect(alertOf(page)).toContainText(text.away);
    expect(await page.evaluate('window.stillHere')).toBe(true);
    await inBothSchemes({ page });
    await page.unroute('**/*');
    await expect(page.getByRole('heading', { name: text.commands, level: 1 })).toBeAttached();
  });

  test('the exact time and its zone come up on focus, and go with Escape', async ({ page, place }) => {
    await page.goto(place.paths['run']!);
    const time = page.locator('time').first();
    await time.focus();
    const exact = (await time.getAttribute('title')) ?? '';
    expect(exact).toMatch(/\d{2}:\d{2}:\d{2} (?:GMT|UTC)/);
    await expect(page.getByText(exact).last()).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.locator('[data-portal]').getByText(exact)).toHaveCount(0);
  });
});

inBothLanguages(() => {
  test('pages that load are accessible, light and dark', async ({ page, place }) => {
    test.setTimeout(SLOW_MS);
    await page.route(isRead, () => new Promise(() => {}));
    const { password: _password, ...pages } = place.paths;
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(path);
      // Who one is about to see is not known yet on some.
      await expect(page.locator('main h1, main .mantine-Skeleton-root').first(), name).toBeAttached();
      await inBothSchemes({ page }, `${name}, loading`);
    }
  });

  test('pages with nothing in them are accessible, light and dark', async ({ page }) => {
    test.setTimeout(SLOW_MS);
    await using server = await startServer({ secret: SECRET });
    await page.goto(server.url);
    await page.locator('input[autocomplete="username"]').fill('admin');
    await page.locator('input[type="password"]').fill('admin123');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('navigation').first()).toBeAttached();
    for (const path of [
      '/',
      '/apps',
      '/rollouts',
      '/commands',
      '/commands/history',
      '/commands/history?tab=batches',
      '/apps/shop/rollout',
      '/add-host',
    ]) {
      await page.goto(server.url + path);
      await expect(page.getByRole('heading', { level: 1 }).first(), path).toBeAttached();
      await expect(page.locator('.mantine-Skeleton-root'), path).toHaveCount(0);
      await inBothSchemes({ page }, `${path}, empty`);
    }
    await page.goto('about:blank');
  });
});

test('while a page loads it holds the place of what comes', async ({ page, place }) => {
  test.setTimeout(SLOW_MS);
  for (const name of [
    'apps',
    'history',
    'rollouts',
    'releases',
    'run',
    'batch',
    'rollout',
    'docs',
  ] as const) {
    const go = Promise.withResolvers<undefined>();
    await page.route(isRead, async (route) => {
      await go.promise;
      await route.continue();
    });
    await page.goto(place.paths[name]!);
    await expect(page.locator('.mantine-Skeleton-root').first(), name).toBeVisible();
    const { shifts, total } = await watchShifts(page);
    go.resolve(undefined);
    await expect(page.locator('.mantine-Skeleton-root'), name).toHaveCount(0);
    await expect(page.getByRole('heading', { level: 1 }), name).toBeVisible();
    expect(await total(), `${name}: ${(await shifts()).join(' // ')}`).toBeLessThan(MAX_SHIFT);
    await page.unroute(isRead);
  }
});

for (const scheme of ['light', 'dark'] as const) {
  test(`a run on paper is black on white, whole, and without what needs a screen, ${scheme}`, async ({
    page,
    place,
  }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(place.paths['run']!);
    await expect(page.getByText('a line of output').first()).toBeVisible();
    expect(await page.getByText('a line of output').count()).toBeLessThan(400);
    await page.emulateMedia({ media: 'print', colorScheme: scheme });
    await expect(page.getByRole('navigation')).toHaveCount(0);
    // The short id is a button as well, and is all of it that is printed.
    await expect(page.getByRole('button').locator('visible=true')).toHaveText(/^[0-9a-f]{8}$/);
    const output = page.locator('pre');
    await expect(output).toBeVisible();
    expect((await output.textContent())?.split('a line of output')).toHaveLength(401);
    await expect(output).toHaveCSS('color', 'rgb(0, 0, 0)');
    await expect(output).toHaveCSS('white-space', 'pre-wrap');
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    const pdf = await page.pdf({ format: 'A4' });
    // One page holds some sixty lines; what is in sight of a screen would be two pages.
    expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(4);
  });
}

test('who asks for no motion gets none', async ({ page, place }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const name of ['system', 'commands', 'rollout'] as const) {
    await page.goto(place.paths[name]!);
    await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
    const longest =
      await page.evaluate<number>(`Math.max(...[...document.querySelectorAll('*')].flatMap((each) => {
      const style = getComputedStyle(each);
      return [...style.transitionDuration.split(','), ...style.animationDuration.split(',')].map(parseFloat);
    }))`);
    expect(longest, name).toBeLessThanOrEqual(0.001);
    await page.emulateMedia({ colorScheme: 'dark' });
    const moving = `new Promise(requestAnimationFrame).then(() => document.getAnimations().length)`;
    expect(await page.evaluate<number>(moving), name).toBe(0);
    await page.emulateMedia({ colorScheme: 'light' });
  }
});

test('where somebody else chooses the colours, what is chosen and what is drawn can be seen', async ({
  page,
  place,
  console: ops,
}) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto(place.paths['system']!);
  await expect(page.getByText('shelf-1').first()).toBeVisible();
  const chosen = page.locator('label:has(input[type="radio"]:checked)').first();
  await expect(chosen).toHaveCSS('outline-style', 'solid');
  await expect(page.locator('[data-severity]').first()).toHaveCSS('forced-color-adjust', 'none');
  await ops.expectNoSidewaysScroll();
});
