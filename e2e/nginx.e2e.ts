/** The console in a browser behind a real nginx: as it should be, below a path, and as it should not be. */
import { chromium } from '@playwright/test';
import type { Page } from '@playwright/test';

import { startClient } from '@ops/testkit/start-client.ts';
import { NGINX_NAME, shippedNginx, startNginx } from '@ops/testkit/start-nginx.ts';
import type { RunningNginx } from '@ops/testkit/start-nginx.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';

import playwright from '../playwright.config.ts';
import { expect, inBothLanguages, LABEL, SECRET, test as base, WORDS } from './console.ts';
import { connectHost } from './hosts.ts';

const SLOW_MS = 120_000;

/** The manual's server block, with what a reader may have put in. */
const around = (locations: string): string =>
  `server { listen 443 ssl; server_name ${NGINX_NAME}; ssl_certificate /x/cert.pem; ssl_certificate_key /x/key.pem;\n${locations}\n}`;
const location = (lines: string): string =>
  `location / { proxy_pass http://127.0.0.1:3000; proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr;\n${lines}\n}`;
/** It gathers what comes, whatever the server says of it. */
const BUFFERING = location(
  'proxy_buffering on; proxy_buffers 64 64k; proxy_buffer_size 64k; proxy_busy_buffers_size 128k; proxy_ignore_headers X-Accel-Buffering;',
);

const TEXT = {
  zh: {
    polling: /^实时更新正在使用轮询/,
    why: '实时更新正在使用轮询',
    close: '知道了',
    find: '查找主机',
    run: '执行命令',
    will: /1 台主机：1 台将执行/,
    stdout: '标准输出',
    docs: 'API 文档',
    stale: '连接已断开',
  },
  en: {
    polling: /^Live updates come by polling/,
    why: 'Live updates come by polling',
    close: 'Got it',
    find: 'Find hosts',
    run: 'Run command',
    will: /1 host: 1 will run it/,
    stdout: 'Standard output',
    docs: 'API documentation',
    stale: 'connection',
  },
};

/** A page of a browser for which the name of the configurations leads to this nginx. */
async function pageBehind(
  nginx: RunningNginx,
  language: 'zh' | 'en',
  viewport: { readonly width: number; readonly height: number },
  run: (page: Page) => Promise<void>,
): Promise<void> {
  const { launchOptions } = playwright.use!;
  const browser = await chromium.launch({
    ...launchOptions,
    args: [
      ...(launchOptions?.args ?? []),
      `--host-resolver-rules=MAP ${NGINX_NAME}:443 127.0.0.1:${nginx.port}`,
    ],
  });
  try {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      locale: language === 'zh' ? 'zh-CN' : 'en-US',
      viewport,
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await run(page);
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
  }
}

const PASSWORD = 'plum-Tractor_91 violin';

/** Somebody who is not at the server's own machine needs a password of their own. */
const test = base.extend({
  server: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads which fixtures are needed from the pattern
    async ({}, use) => {
      await using server = await startServer({
        secret: SECRET,
        env: { OPS_ADMIN_PASSWORD: PASSWORD, OPS_TRUST_PROXY: '127.0.0.1' },
      });
      await using client = await startClient({
        server: { port: server.tcpPort },
        secret: SECRET,
        env: { OPS_LABELS: LABEL, OPS_HEARTBEAT_INTERVAL: '1' },
      });
      expect(client.program.isRunning).toBe(true);
      await use(server);
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

async function signIn(page: Page, root: string, language: 'zh' | 'en'): Promise<void> {
  const words = WORDS[language];
  await page.goto(root);
  await page.getByLabel(words.username).fill('admin');
  await page.getByLabel(words.password, { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: words.signIn, exact: true }).click();
  await expect(page.getByRole('heading', { name: words.system, level: 1 })).toBeAttached();
}

let marks = 0;

/** A host appears by itself, and output is seen while its command runs. */
async function isLive(
  page: Page,
  server: RunningServer,
  root: string,
  text: (typeof TEXT)['zh'],
): Promise<void> {
  // Others, left by earlier tests, may stand before it.
  const mark = `mark-${++marks}`;
  await page.goto(`${root}?q=${mark}`);
  await using host = await connectHost(server, { name: 'behind', labels: { mark } });
  await expect(page.getByText(host.name).first()).toBeVisible();
  await page.goto(`${root}commands?command=uptime`);
  await page.getByRole('combobox', { name: text.find }).fill(host.name);
  await page.getByRole('listbox').getByRole('option').first().click();
  await expect(page.getByText(text.will)).toBeVisible();
  await page.getByRole('button', { name: text.run, exact: true }).click();
  const { command_id: id } = await host.command();
  host.client.accept(id);
  host.say(id, 'while it runs\n');
  await expect(page.getByRole('region', { name: text.stdout })).toContainText('while it runs');
  expect(new URL(page.url()).pathname).toBe(`${new URL(root).pathname}commands/${id}`);
  host.end(id);
}

const SITE = `https://${NGINX_NAME}/`;

inBothLanguages((language) => {
  const text = TEXT[language];

  test('with our configuration all is live', async ({ server, viewport }) => {
    test.setTimeout(SLOW_MS);
    await using nginx = await startNginx({ server, http: await shippedNginx('ops.conf') });
    await pageBehind(nginx, language, viewport!, async (page) => {
      await signIn(page, SITE, language);
      await isLive(page, server, SITE, text);
      await expect(page.getByRole('button', { name: text.polling })).toHaveCount(0);
      const [cookie] = await page.context().cookies();
      expect(cookie).toMatchObject({ name: 'session_id', secure: true, httpOnly: true, sameSite: 'Strict' });
    });
  });

  test('below a path all is live, and pages, files and links are found', async ({ server, viewport }) => {
    test.setTimeout(SLOW_MS);
    const root = `${SITE}ops/`;
    await using nginx = await startNginx({ server, http: around(await shippedNginx('ops-subpath.conf')) });
    await pageBehind(nginx, language, viewport!, async (page) => {
      const elsewhere: string[] = [];
      page.on('request', (request) => {
        if (!request.url().startsWith(root)) elsewhere.push(request.url());
      });
      await signIn(page, root, language);
      await isLive(page, server, root, text);
      // A deep page, loaded anew; a download; a page in another form.
      await page.reload();
      await expect(page.getByRole('region', { name: text.stdout })).toContainText('while it runs');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('a[download]').first().click(),
      ]);
      expect(download.url()).toContain('/ops/api/command-output/download');
      await page.goto(`${root}api/docs`);
      await expect(page.getByText(`${SITE}ops/api/login`).first()).toBeAttached();
      await page.goto(`${root}nothing/here`);
      await expect(page.locator('main h1, main h2').first()).toBeVisible();
      await page.locator('header a').first().click();
      await expect(page).toHaveURL(root);
      expect(elsewhere).toEqual([]);
      const [cookie] = await page.context().cookies();
      expect(cookie).toMatchObject({ name: 'session_id', path: '/ops/', secure: true });
    });
  });

  test('behind an nginx that buffers the console polls, says so, and goes back to the stream', async ({
    server,
    viewport,
  }) => {
    test.setTimeout(SLOW_MS);
    await using buffering = await startNginx({ server, http: around(BUFFERING) });
    await pageBehind(buffering, language, viewport!, async (page) => {
      await page.clock.install();
      await signIn(page, SITE, language);
      await isLive(page, server, SITE, text);
      const chip = page.getByRole('button', { name: text.polling });
      await chip.click();
      await expect(page.getByRole('dialog', { name: text.why })).toContainText('proxy_buffering off;');
      await page.getByRole('button', { name: text.close }).click();
      // It is remembered: the next page does not have to find out.
      await page.goto(`${SITE}?q=${encodeURIComponent(LABEL)}`);
      await expect(page.getByText(LABEL).first()).toBeVisible();
      await expect(chip).toBeVisible();

      await buffering.reconfigure(around(location('proxy_buffering off;')));
      const streams = page.waitForRequest((request) => request.url().includes('/api/events?topics=rollout'));
      await page.clock.fastForward(130_000);
      await streams;
      // One that lasts, by the clock of the page.
      await expect(async () => {
        await page.clock.fastForward(10_000);
        await expect(chip).toHaveCount(0, { timeout: 500 });
      }).toPass();
      await using host = await connectHost(server, { name: 'streamed', labels: { env: 'e2e' } });
      await expect(page.getByText(host.name).first()).toBeVisible();
    });
  });
});

test('where a proxy refuses the stream the console polls', async ({ server, viewport }) => {
  test.setTimeout(SLOW_MS);
  const refusing = around(`location = /api/events { return 502; }\n${location('')}`);
  await using nginx = await startNginx({ server, http: refusing });
  await pageBehind(nginx, 'en', viewport!, async (page) => {
    await signIn(page, SITE, 'en');
    await isLive(page, server, SITE, TEXT.en);
    await expect(page.getByRole('button', { name: TEXT.en.polling })).toBeVisible();
  });
});

test('behind an nginx that cuts what is quiet for two seconds the console polls, says so, and misses nothing', async ({
  server,
  viewport,
}) => {
  test.setTimeout(SLOW_MS);
  const hasty = around(location('proxy_buffering on; proxy_read_timeout 2s;'));
  await using nginx = await startNginx({ server, http: hasty });
  await pageBehind(nginx, 'en', viewport!, async (page) => {
    await signIn(page, SITE, 'en');
    await using host = await connectHost(server, { name: 'hasty' });
    const arrived = host.command();
    await page.goto(`${SITE}commands?hosts=${host.client.clientId}&command=uptime`);
    await page.getByRole('button', { name: TEXT.en.run, exact: true }).click();
    const { command_id: id } = await arrived;
    host.client.accept(id);
    const output = page.getByRole('region', { name: TEXT.en.stdout });
    const chip = page.getByRole('button', { name: TEXT.en.polling });
    let said = 0;
    // Each comes through, whatever is cut meanwhile, and again when the console has found its way.
    const say = async (): Promise<void> => {
      host.say(id, `line ${++said}.\n`);
      await expect(output).toContainText(`line ${said}.`, { timeout: 20_000 });
    };
    await say();
    await expect(async () => {
      await say();
      await expect(chip).toBeVisible({ timeout: 3000 });
    }).toPass({ timeout: 90_000 });
    for (let more = 0; more < 3; more++) await say();
    host.end(id);
    const seen = (await output.innerText()).match(/line \d+/g);
    expect(seen).toEqual(Array.from({ length: said }, (_, n) => `line ${n + 1}`));
  });
});

test('a server that is killed and comes back is polled again, and nothing is missed', async ({
  viewport,
}) => {
  test.setTimeout(SLOW_MS);
  await using server = await startServer({ secret: SECRET, env: { OPS_ADMIN_PASSWORD: PASSWORD } });
  await using buffering = await startNginx({ server, http: around(BUFFERING) });
  await pageBehind(buffering, 'en', viewport!, async (page) => {
    const chip = page.getByRole('button', { name: TEXT.en.polling });
    await signIn(page, SITE, 'en');
    await expect(chip).toBeVisible();
    await server.program.kill9();
    await using again = await server.restart({ within: 60_000 });
    await using host = await connectHost(again, { name: 'after' });
    await expect(page.getByText(host.name).first()).toBeVisible({ timeout: 30_000 });
    await expect(chip).toBeVisible();
  });
});
