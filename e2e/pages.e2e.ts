import { expect, inBothSchemes, LABEL, onEveryScreen, OURS, test } from './console.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const PATHS = [
  '/',
  '/?view=table',
  '/?view=map',
  '{client}',
  '/apps',
  '/apps?view=grid',
  '/apps/shop/rollout',
  `/apps/${NOBODY}/shop/releases`,
  '/rollouts',
  `/rollouts/${NOBODY}`,
  '/upgrades',
  `/upgrades/${NOBODY}`,
  '/commands',
  '/commands?to=selector&selector=env%3De2e&command=uptime',
  '/commands/history',
  '/commands/history?tab=batches',
  `/commands/${NOBODY}`,
  `/batches/${NOBODY}`,
  '/password',
  '/api/docs',
  '/no/such/page',
];

/** Each page is looked at closely. */
const SLOW_MS = 300_000;

onEveryScreen(() => {
  test('every page is accessible and fits, light and dark', async ({ console: ops }) => {
    test.setTimeout(SLOW_MS);
    const { page } = ops;
    await ops.signIn();
    await ops.open(OURS);
    await ops.card(LABEL).getByRole('link').click();
    await expect(page).toHaveURL(/\/clients\/[0-9a-f-]{36}/);
    const address = new URL(page.url()).pathname;
    for (const path of PATHS.map((each) => each.replace('{client}', address))) {
      await ops.open(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
      await inBothSchemes(ops);
      await ops.expectNoSidewaysScroll();
    }
  });
});
