/** `node e2e/pictures.ts`: makes the pictures of the docs from the real product with a fleet of made-up hosts. */
import { join } from 'node:path';

import { chromium } from '@playwright/test';

import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { FakeClient } from '@ops/testkit/fake-client.ts';
import { exampleSample } from '@ops/testkit/example-messages.ts';
import { startServer } from '@ops/testkit/start-server.ts';

import config from '../playwright.config.ts';
import { buildConsoleIfStale } from '../scripts/console-build.ts';
import { connectAppHost } from './app-hosts.ts';

const GIB = 1024 ** 3;
const SECRET = 'a secret for the pictures of the docs, long enough';
const PASSWORD = 'plum-Tractor_91 violin';
const OUT = join(import.meta.dirname, '../docs/pictures');

/** Name, labels, CPU share, memory share, disk share. */
const HOSTS: readonly (readonly [string, Record<string, string>, number, number, number])[] = [
  ['web-01', { env: 'prod', role: 'web' }, 23.4, 0.41, 0.35],
  ['web-02', { env: 'prod', role: 'web' }, 31.8, 0.44, 0.36],
  ['web-03', { env: 'prod', role: 'web' }, 88.2, 0.62, 0.36],
  ['api-01', { env: 'prod', role: 'api' }, 46.1, 0.58, 0.22],
  ['api-02', { env: 'prod', role: 'api' }, 42.7, 0.55, 0.23],
  ['db-01', { env: 'prod', role: 'db' }, 61.3, 0.83, 0.71],
  ['db-02', { env: 'prod', role: 'db' }, 18.9, 0.81, 0.93],
  ['cache-01', { env: 'prod', role: 'cache' }, 8.2, 0.76, 0.11],
  ['build-01', { env: 'ci', role: 'build' }, 97.6, 0.69, 0.54],
  ['staging-01', { env: 'staging', role: 'web' }, 3.1, 0.28, 0.41],
  ['monitor', { env: 'prod', role: 'ops' }, 12.5, 0.37, 0.48],
];

await buildConsoleIfStale();
await using server = await startServer({ secret: SECRET, env: { OPS_ADMIN_PASSWORD: PASSWORD } });

/** Where which application is, by label; not all of them on the version that most have. */
const APPS: Readonly<Record<string, readonly string[]>> = {
  web: ['shop', 'auth', 'image-cache'],
  api: ['shop', 'auth', 'catalog', 'billing'],
  db: ['backup'],
  cache: ['image-cache', 'catalog'],
  build: ['runner'],
  ops: ['backup', 'mailer'],
};

function appsOf(hostname: string, role: string): AppInfo[] {
  return (APPS[role] ?? []).map((name) => ({
    name,
    version: hostname === 'web-02' && name === 'auth' ? 'v1.9.2' : 'v2.3.1',
    deploy_time: '2026-03-02 09:12:44',
    branch: 'main',
    commit: hostname === 'api-02' && name === 'billing' ? 'e4b1c07d9a55' : '7c40d2f81e36',
    has_script: true,
    ...(hostname === 'cache-01' && name === 'catalog'
      ? { service_status: 'Stopped' }
      : { service_status: 'Running', pid: 2417 }),
  }));
}

const hosts = await Promise.all(
  HOSTS.map(async ([name, labels, cpu, memory, disk], index) => {
    const host = await connectAppHost(server, {
      secret: SECRET,
      name,
      labels,
      address: `192.0.2.${index + 10}`,
      apps: appsOf(name, labels['role'] ?? ''),
      habit: () => (name === 'web-02' ? { exitCode: 3, output: 'checksum does not match\n' } : {}),
    });
    await host.client.heartbeat(
      exampleSample({
        cpu_usage: cpu,
        total_memory: 16 * GIB,
        used_memory: Math.round(16 * GIB * memory),
        disks: [{ mount: '/', filesystem: 'ext4', total: 200 * GIB, used: Math.round(200 * GIB * disk) }],
      }),
    );
    return host;
  }),
);
const clients = hosts.map(({ client }) => client);
for (const [index, client] of clients.entries()) answer(client, HOSTS[index]![0]);
// One that is gone.
await clients.at(-2)?.close();

const UPTIME = ' 09:41:07 up 12 days,  3:20,  0 users,  load average: 0.42, 0.38, 0.35\n';
const DF = `Filesystem      Size  Used Avail Use% Mounted on
/dev/vda1        40G   14G   25G  36% /
tmpfs           7.8G     0  7.8G   0% /dev/shm
/dev/vdb1       200G  142G   58G  \u001b[33m71%\u001b[0m /var/lib/postgresql
/dev/vdc1       500G  465G   35G  \u001b[1;31m93%\u001b[0m /backup
`;

/** Every host answers as long as the pictures are taken; one of the web servers has been up longer than the others. */
function answer(client: FakeClient, hostname: string): void {
  const next = (): void => {
    client.waitFor('command', { within: 120_000 }).then(
      ({ command_id: id, command }) => {
        const output = command.startsWith('df')
          ? DF
          : hostname === 'web-03'
            ? UPTIME.replace('12 days', '413 days')
            : UPTIME;
        client.run(id, output);
        next();
      },
      () => {},
    );
  };
  next();
}

/** The page of the one rollout, which is begun in the first language. */
let rollout: string | undefined;

const browser = await chromium.launch(config.projects?.[0]?.use?.launchOptions ?? {});
try {
  for (const [language, locale] of [
    ['en', 'en-US'],
    ['zh', 'zh-CN'],
  ] as const) {
    const page = await browser.newPage({ locale, viewport: { width: 1280, height: 800 } });
    await page.goto(server.url);
    await page.locator('input[autocomplete="username"]').fill('admin');
    await page.locator('input[type="password"]').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText('web-01').first().waitFor();
    await page.getByText('88%').first().waitFor();
    await page.screenshot({ path: join(OUT, `system-${language}.png`) });

    await page.goto(`${server.url}/commands?to=selector&selector=env%3Dprod&command=uptime`);
    const run = page.locator('button[aria-keyshortcuts]:enabled');
    await run.click();
    await page.getByText('413 days').waitFor();
    await page.waitForTimeout(2000);
    await page.screenshot({ path: join(OUT, `batch-${language}.png`) });

    await page.goto(`${server.url}/commands?hosts=${clients[5]!.clientId}&command=df+-h`);
    await run.click();
    await page.getByText('/backup').waitFor();
    await page.waitForTimeout(1000);
    await page.screenshot({ path: join(OUT, `run-${language}.png`) });

    const chosen = [0, 1, 2].map((index) => clients[index]!.clientId).join(',');
    await page.goto(`${server.url}/commands?hosts=${chosen}&command=free+-h`);
    await run.waitFor();
    await page.getByRole('table').getByText('df -h').first().waitFor();
    await page.screenshot({ path: join(OUT, `commands-${language}.png`) });

    await page.goto(`${server.url}/apps?view=grid`);
    await page.getByText('image-cache').first().waitFor();
    await page.screenshot({ path: join(OUT, `apps-${language}.png`) });

    if (rollout === undefined) {
      await page.goto(
        `${server.url}/apps/shop/rollout?to=selector&selector=env%3Dprod&version=v2.4.0&waves=1,2,rest`,
      );
      await page.locator('summary').click();
      await page.getByPlaceholder('30', { exact: true }).fill('5');
      await page.locator('button:enabled', { hasText: 'Begin' }).click();
      await page.getByRole('dialog').getByRole('button').last().click();
      await page.waitForURL(/\/rollouts\//);
      rollout = page.url();
    } else {
      await page.goto(rollout);
    }
    await page.getByText(/exit code 3|退出码 3/).waitFor({ timeout: 60_000 });
    await page.waitForTimeout(2000);
    await page.screenshot({ path: join(OUT, `rollout-${language}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  for (const client of clients) await client.close();
}
