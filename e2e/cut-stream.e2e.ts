/** A stream that is cut in the middle, by a real proxy on its way: the console goes on, and nothing is lost or told twice. */
import type { Page } from '@playwright/test';

import { startTcpProxy } from '@ops/testkit/tcp-proxy.ts';

import { expect, inBothLanguages, test, WORDS } from './console.ts';
import { connectHost } from './hosts.ts';
import type { Host } from './hosts.ts';

const TEXT = {
  zh: { stdout: '标准输出', polling: /^实时更新正在使用轮询/, succeeded: '成功' },
  en: { stdout: 'Standard output', polling: /^Live updates come by polling/, succeeded: 'Succeeded' },
};

/** Before, in and behind each cut: all of them are in sight in the end. */
const LINES = 3;

/** One command of this host, on the page of its run. @returns its id */
async function openRun(page: Page, url: string, host: Host): Promise<string> {
  const asked = host.command();
  const answer = await page.request.post(`${url}/api/send-command`, {
    data: { client_id: host.client.clientId, command: 'uptime' },
    headers: { origin: url },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  const { command_id: id } = await asked;
  host.client.accept(id);
  await page.goto(`${url}/commands/${id}`);
  return id;
}

inBothLanguages((language) => {
  const text = TEXT[language];
  const words = WORDS[language];

  test('output that a cut stream was in the middle of is there once, in its order', async ({
    server,
    page,
  }) => {
    test.setTimeout(120_000);
    const proxy = await startTcpProxy({ target: { port: server.httpPort } });
    try {
      const url = `http://127.0.0.1:${proxy.port}`;
      await using host = await connectHost(server, { name: `cut-${language}` });
      await page.goto(url);
      await page.getByLabel(words.username).fill('admin');
      await page.getByLabel(words.password, { exact: true }).fill('admin123');
      await page.getByRole('button', { name: words.signIn, exact: true }).click();
      await expect(page.getByRole('heading', { name: words.system, level: 1 })).toBeAttached();
      const id = await openRun(page, url, host);
      const output = page.getByRole('region', { name: text.stdout });
      let said = 0;
      const say = (): void => host.say(id, `line ${String(++said).padStart(3, '0')}\n`);
      // Twice it is the network, which the browser mends; the third time it is the proxy's way, and polls take over.
      for (let cut = 0; cut < 3; cut++) {
        for (let line = 0; line < LINES; line++) say();
        await expect(output).toContainText(`line ${String(said).padStart(3, '0')}`, { timeout: 30_000 });
        proxy.set({ toClient: 'silent' });
        for (let line = 0; line < LINES; line++) say();
        proxy.cut();
        for (let line = 0; line < LINES; line++) say();
        proxy.set({ toClient: 'pass' });
        await expect(output).toContainText(`line ${String(said).padStart(3, '0')}`, { timeout: 30_000 });
      }
      await expect(page.getByRole('button', { name: text.polling })).toBeVisible({ timeout: 30_000 });
      say();
      host.end(id);
      await expect(page.getByText(text.succeeded).first()).toBeVisible({ timeout: 30_000 });
      const seen = (await output.innerText()).match(/line \d{3}/g);
      expect(seen).toEqual(Array.from({ length: said }, (_, n) => `line ${String(n + 1).padStart(3, '0')}`));
    } finally {
      await page.goto('about:blank');
      await proxy.close();
    }
  });
});
