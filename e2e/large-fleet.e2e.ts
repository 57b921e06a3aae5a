/** The overview with some hundred hosts that report every second: nothing moves but what the reader moves. */
import type { Page } from '@playwright/test';

import { startFleet } from '@ops/testkit/fleet.ts';
import { startServer } from '@ops/testkit/start-server.ts';

import { buildConsoleIfStale } from '../scripts/console-build.ts';
import { expect, SECRET, test as base } from './console.ts';

const HOSTS = 400;
const WHEELS = 25;
const WHEEL_PIXELS = 600;
/** Changes of the page: several looks at the fleet. */
const UPDATES = 400;

const test = base.extend({
  server: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads which fixtures are needed from the pattern
    async ({}, use) => {
      await buildConsoleIfStale();
      await using server = await startServer({ secret: SECRET });
      const fleet = startFleet({ port: server.tcpPort, clients: HOSTS, secret: SECRET, intervalMs: 1000 });
      await fleet.allReady({ within: 30_000 });
      await use(server);
      fleet.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

/** What shifts from now on, and how much of the page changes. */
async function watchShifts(page: Page): Promise<{
  readonly shifts: () => Promise<readonly string[]>;
  readonly changes: () => Promise<number>;
}> {
  await page.evaluate(`window.shifts = []; window.changes = 0;
    window.nameOf = (node) => node && (node.nodeType === 3 ? nameOf(node.parentElement) + ' text' :
      node.tagName + '.' + node.className + ' ' + (node.textContent || '').slice(0, 40));
    new PerformanceObserver((list) => {
      for (const { hadRecentInput, value, sources } of list.getEntries()) {
        if (!hadRecentInput) shifts.push(value.toFixed(5) + ': ' + sources.map(({ node, previousRect: from, currentRect: to }) =>
          nameOf(node) + ' ' + [from.x, from.y, to.x, to.y].join()).join(' | '));
      }
    }).observe({ type: 'layout-shift' });
    new MutationObserver((list) => { changes += list.length; }).observe(
      document.querySelector('main'), { subtree: true, childList: true, characterData: true });`);
  return {
    shifts: () => page.evaluate<string[]>('shifts'),
    changes: () => page.evaluate<number>('changes'),
  };
}

/** Until what was set off has been drawn. */
const drawn = (page: Page): Promise<unknown> =>
  page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');

for (const view of ['cards', 'table'] as const) {
  test(`${view}: nothing shifts while hosts report and while one scrolls`, async ({ console: ops }) => {
    await ops.signIn();
    const { page } = ops;
    await ops.open(`/?view=${view}`);
    await expect(page.locator('main').getByText('sim-').first()).toBeVisible();
    const { shifts, changes } = await watchShifts(page);
    await expect.poll(changes, { timeout: 30_000 }).toBeGreaterThan(UPDATES);
    expect(await shifts()).toEqual([]);

    await page.mouse.move(300, 500);
    for (const direction of [1, -1]) {
      for (let wheel = 0; wheel < WHEELS; wheel++) {
        await page.mouse.wheel(0, direction * WHEEL_PIXELS);
        await drawn(page);
      }
      if (direction > 0) expect(await page.evaluate<number>('scrollY')).toBeGreaterThan(WHEEL_PIXELS);
    }
    expect(await shifts()).toEqual([]);
  });
}
