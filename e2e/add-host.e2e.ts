/** Adding a host: what a person reads and copies, the very command run for real, and the host on the page without a reload. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Page } from '@playwright/test';

import { giveToNotRoot, makeClientArchive, NOT_ROOT } from '@ops/testkit/client-archive.ts';
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';

import { expect, inBothLanguages, inBothSchemes, LABEL, OURS, SECRET, test as base } from './console.ts';

/** As everywhere, and it hands out what a host needs. */
const test = base.extend({
  server: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads which fixtures are needed from the pattern
    async ({}, use) => {
      await using files = await tempDirectory('client-files');
      await makeClientArchive(files.path);
      await using server = await startServer({ secret: SECRET, env: { OPS_CLIENT_FILES_DIR: files.path } });
      const client = await startClient({
        server: { port: server.tcpPort },
        secret: SECRET,
        env: { OPS_LABELS: LABEL, OPS_HEARTBEAT_INTERVAL: '1' },
      });
      await use(server);
      await client[Symbol.asyncDispose]();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

const WORDS = {
  zh: {
    addHost: '添加主机',
    monitor: '仅监控',
    notAllowed: '不允许',
    address: '服务端地址',
    asUser: '当前用户，无需 root',
    make: '生成命令',
    install: '安装命令',
    copy: '复制命令',
    waiting: '等待主机…',
    here: '已接入',
    tokens: '接入令牌',
    usedUp: '已用完',
    revoke: /^吊销令牌/,
    revoked: '已吊销',
    source: '源码',
    docker: 'Docker',
    own: '独立密钥',
    shared: '共享密钥',
    conflict: 'ID 冲突',
    newIdentity: '让副本换用新身份',
    ordered: /已下达/,
    badAddress: '只能包含字母、数字和 . _ : -',
  },
  en: {
    addHost: 'Add host',
    monitor: 'Monitor only',
    notAllowed: 'Not allowed',
    address: 'Address of the server',
    asUser: 'This user, without root',
    make: 'Make the command',
    install: 'Command to install',
    copy: 'Copy command',
    waiting: 'Waiting for the first host…',
    here: 'is here',
    tokens: 'Enrolment tokens',
    usedUp: 'Used up',
    revoke: /^Revoke token/,
    revoked: 'Revoked',
    source: 'From source',
    docker: 'Docker',
    own: 'Key of its own',
    shared: 'Shared secret',
    conflict: 'Id in use twice',
    newIdentity: 'Give the copy a new identity',
    ordered: /^Ordered/,
    badAddress: 'Letters, digits and . _ : - only',
  },
} as const;

/** What a person pastes into a terminal of a user of their own. */
async function paste(command: string, home: string): Promise<string> {
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: home, TMPDIR: home, LANG: 'C' };
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command], { cwd: home, env, ...NOT_ROOT });
  return stdout;
}

const codeIn = async (page: Page, region: string): Promise<string> =>
  page.getByRole('region', { name: region, exact: true }).locator('code').innerText();

inBothLanguages((language) => {
  const words = WORDS[language];

  test('the command of the page installs a host, which appears on it by itself', async ({ console: ops }) => {
    // An installation, two programs, and every fault looked for six times.
    test.setTimeout(180_000);
    const { page } = ops;
    await ops.signIn();
    await page.getByRole('link', { name: words.addHost, exact: true }).click();
    await expect(page.getByRole('heading', { name: words.addHost, level: 1 })).toBeVisible();
    await page.getByRole('radio', { name: words.monitor, exact: true }).check();
    await expect(page.getByRole('img', { name: words.notAllowed, exact: true })).toHaveCount(3);
    await page.getByRole('radio', { name: words.asUser, exact: true }).check();
    await page.getByRole('button', { name: words.make, exact: true }).click();
    await expect(page.getByText(words.waiting, { exact: true })).toBeVisible();
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();

    await using place = await tempDirectory('pasted');
    const home = join(place.path, 'home');
    await mkdir(home, { mode: 0o700 });
    await giveToNotRoot(place.path);
    await giveToNotRoot(home);
    const install = await codeIn(page, words.install);
    expect(install).toContain('--monitor-only');
    expect(await paste(install, home)).toContain('This host is enrolled');
    try {
      const arrived = page.getByRole('status').filter({ hasText: words.here });
      await expect(arrived).toBeVisible();
      await expect(
        page.getByRole('table', { name: words.tokens }).getByText(words.usedUp).first(),
      ).toBeVisible();
      await inBothSchemes(ops);
      await arrived.getByRole('link').first().click();
      await expect(page.getByText(words.own, { exact: true })).toBeVisible();
      await inBothSchemes(ops);
    } finally {
      await paste('sh ~/.local/share/ops-client/program/install.sh uninstall', home);
    }
  });

  test('every way has its command, a wrong address none, and a token can be taken back', async ({
    console: ops,
  }) => {
    const { page } = ops;
    await ops.signIn();
    await ops.open('/add-host');
    await page.getByRole('button', { name: words.make, exact: true }).click();
    await expect(page.getByRole('region', { name: words.install, exact: true })).toBeVisible();
    const token = /^ops1\..*$/m.exec(await codeIn(page, words.install))?.[0] ?? '';
    for (const way of [words.docker, words.source]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, on one page
      await page.getByRole('radio', { name: way, exact: true }).check();
      // oxlint-disable-next-line no-await-in-loop
      expect(await codeIn(page, words.install)).toContain(token);
    }
    await ops.expectNoSidewaysScroll();
    await page.getByLabel(words.address).fill('10.0.0.1; id');
    await expect(page.getByText(words.badAddress)).toBeVisible();
    await expect(page.getByRole('region', { name: words.install, exact: true })).toHaveCount(0);

    const table = page.getByRole('table', { name: words.tokens });
    const [, id = ''] = token.split('.');
    const row = table.getByRole('row').filter({ hasText: id });
    await row.getByRole('button', { name: words.revoke }).click();
    await expect(row.getByText(words.revoked, { exact: true })).toBeVisible();
    await ops.open('/add-host');
    await expect(page.getByText(token)).toHaveCount(0);
  });

  test('a clone is given an identity of its own from the page of its host', async ({
    console: ops,
    server,
  }) => {
    const { page } = ops;
    const origin = await connectFakeClient({ port: server.tcpPort, secret: SECRET });
    await origin.enter({ heartbeat_interval: 60 });
    const copy = await connectFakeClient({ port: server.tcpPort, secret: SECRET, clientId: origin.clientId });
    await copy.authenticate();
    copy.send(copy.registration());
    await copy.expect('goodbye');
    await ops.signIn();
    await ops.open(`/clients/${origin.clientId}`);
    await expect(page.getByText(words.shared, { exact: true })).toBeVisible();
    await expect(page.getByText(words.conflict, { exact: true })).toBeVisible();
    await page.getByRole('button', { name: words.newIdentity }).click();
    await expect(page.getByText(words.ordered)).toBeVisible();
    await inBothSchemes(ops);
    const again = await connectFakeClient({
      port: server.tcpPort,
      secret: SECRET,
      clientId: origin.clientId,
    });
    await again.authenticate();
    again.send(again.registration());
    await again.expect('new_identity');
    await origin.close();
  });

  test('the button stands on the system page, and works with the keyboard', async ({ console: ops }) => {
    const { page } = ops;
    await ops.signIn();
    await ops.open(OURS);
    await page.getByRole('link', { name: words.addHost, exact: true }).focus();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/add-host$/);
  });
});
