/** The overview with some hundred hosts that report every second: nothing moves but what the reader moves. */
import type { Page } from '@playwright/test';

import { startFleet } from '@ops/testkit/fleet.ts';
import { startServer } from '@ops/testkit/start-server.ts';

import { expect, SECRET, test as base } from './console.ts';
import { watchShifts } from './shifts.ts';

const HOSTS = 400;
const WHEELS = 25;
const WHEEL_PIXELS = 600;
/** Changes of the page: several looks at the fleet. */
const UPDATES = 400;

const test = base.extend({
  server: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads which fixtures are needed from the pattern
    async ({}, use) => {
      await using server = await startServer({ secret: SECRET });
      const fleet = startFleet({ port: server.tcpPort, clients: HOSTS, secret: SECRET, intervalMs: 1000 });
      await fleet.allReady({ within: 30_000 });
      await use(server);
      fleet.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

/** Until what was set off has been drawn. */
const drawn = (page: Page): Promise<unknown> =>
  page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');

for (const view of ['cards', 'table'] as const) {
  test(`${view}: nothing shifts while hosts report and while one scrolls`, async ({ console: ops }) => {
    await ops.signIn();
    const { page } = ops;
    await ops.open(`/?view=${view}`);
    await expect(page.locator('main').getByText('sim-').first()).toBeVisible();
    const { shifts } = await watchShifts(page);
    await page.evaluate(`window.changes = 0; new MutationObserver((list) => { changes += list.length; }).observe(
      document.querySelector('main'), { subtree: true, childList: true, characterData: true })`);
    const changes = (): Promise<number> => page.evaluate<number>('changes');
    await expect.poll(changes, { timeout: 30_000 }).toBeGreaterThan(UPDATES);
    expect(await shifts()).toEqual([]);

    const link = page.locator('main').getByRole('link', { name: /^sim-/ }).first();
    await link.focus();
    await page.mouse.move(300, 500);
    for (const direction of [1, -1]) {
      for (let wheel = 0; wheel < WHEELS; wheel++) {
        await page.mouse.wheel(0, direction * WHEEL_PIXELS);
        await drawn(page);
      }
      if (direction < 0) continue;
      expect(await page.evaluate<number>('scrollY')).toBeGreaterThan(WHEEL_PIXELS);
      // The place of that host is another's by now: a key must not reach that one.
      expect(await page.evaluate<boolean>('document.activeElement === document.body')).toBe(true);
    }
    expect(await shifts()).toEqual([]);
  });
}
