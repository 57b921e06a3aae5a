import type { RunningServer } from '@ops/testkit/start-server.ts';

import { connectAppHost, SHOP } from './app-hosts.ts';
import type { AppHost, Habit } from './app-hosts.ts';
import { expect, inBothLanguages, inBothSchemes, SECRET, test } from './console.ts';

const TEXT = {
  zh: {
    chooseColumn: (app: string) => `选择所有主机上的 ${app}`,
    bar: '已选择',
    update: '更新…',
    version: '目标版本',
    plan: '将会发生什么',
    two: '2 台主机，分 2 批',
    skipped: /跳过（主机不允许）/,
    options: /^关卡与选项/,
    soak: '观察期（秒）',
    begin: '开始…',
    confirm: '开始分批发布',
    succeeded: '成功',
    running: '进行中',
    passed: '已通过',
    hosts: '主机',
    rollouts: '分批发布',
    held: '已停在关卡',
    failed: /失败 1 台，超过允许的 0 台/,
    exit: /退出码 3/,
    output: '输出',
    resume: '继续',
    resumeWords: /接受目前 1 台失败/,
    pause: '暂停',
    pauseWords: /正在变更的/,
    paused: '已暂停',
    stop: '停止',
    stopWords: /停止后不能继续/,
    stopped: '已停止',
    rollBack: '回滚',
    rollBackWords: /更新回各自之前的版本/,
    rolledBack: '已回滚',
    wrongWaves: /无法识别“ten”/,
    waves: '批次',
    missing: '没有这个分批发布',
  },
  en: {
    chooseColumn: (app: string) => `Select ${app} on all hosts`,
    bar: 'Selection',
    update: 'Update…',
    version: 'Version',
    plan: 'What will happen',
    two: '2 hosts in 2 waves',
    skipped: /Skipped \(host does not allow it\)/,
    options: /^Gate and options/,
    soak: 'Soak (seconds)',
    begin: 'Begin…',
    confirm: 'Begin rollout',
    succeeded: 'Succeeded',
    running: 'Under way',
    passed: 'Passed',
    hosts: 'Hosts',
    rollouts: 'Rollouts',
    held: 'Held at the gate',
    failed: /Failed: 1 host, more than the 0 allowed/,
    exit: /exit code 3/,
    output: 'Output',
    resume: 'Resume',
    resumeWords: /are accepted/,
    pause: 'Pause',
    pauseWords: /Being changed, and going on/,
    paused: 'Paused',
    stop: 'Stop',
    stopWords: /It cannot be resumed then/,
    stopped: 'Stopped',
    rollBack: 'Roll back',
    rollBackWords: /goes back to the version each host had before/,
    rolledBack: 'Rolled back',
    wrongWaves: /“ten” is not understood/,
    waves: 'Waves',
    missing: 'There is no such rollout',
  },
};

const ROLLOUT_PAGE = /\/rollouts\/[0-9a-f-]{36}/;
/** Longer than a gate watches when it need not wait. */
const GATE = { timeout: 20_000 };

/** An application that no other test has, on hosts of these names. */
function placesOf(server: RunningServer, app: string) {
  return (name: string, more: { habit?: Habit; readonly?: boolean } = {}): Promise<AppHost> =>
    connectAppHost(server, {
      secret: SECRET,
      name: `${name}-${app}`,
      apps: [{ ...SHOP, name: app }],
      ...more,
    });
}

inBothLanguages((language) => {
  const text = TEXT[language];

  test('from a column of the grid to the new version everywhere, wave by wave', async ({
    console: ops,
    server,
    browser,
  }, info) => {
    const { page } = ops;
    const app = `good-${language}-${info.project.name}`;
    const place = placesOf(server, app);
    const turn = Promise.withResolvers<void>();
    await using one = await place('a');
    await using two = await place('b', { habit: () => ({ until: turn.promise }) });
    await using closed = await place('c', { readonly: true });
    await ops.signIn();
    await ops.open(`/apps?view=grid&name=${app}`);
    await page.getByRole('checkbox', { name: text.chooseColumn(app) }).check();
    await page.getByRole('region', { name: text.bar }).getByRole('button', { name: text.update }).click();

    await page.getByRole('textbox', { name: text.version, exact: true }).fill('v2.0.0');
    const plan = page.getByRole('region', { name: text.plan });
    await expect(plan).toContainText(text.two);
    await expect(plan).toContainText(one.name);
    await expect(plan).toContainText(`v1.0.0 → v2.0.0`);
    await expect(plan).toContainText(text.skipped);
    await expect(plan).toContainText(closed.name);
    await page.getByRole('textbox', { name: text.waves }).fill('1, ten');
    await expect(page.getByText(text.wrongWaves)).toBeVisible();
    await expect(page.getByRole('button', { name: text.begin })).toBeDisabled();
    await page.getByRole('textbox', { name: text.waves }).fill('1, rest');
    await page.locator('summary').click();
    await page.getByLabel(text.soak).fill('0');
    await expect(plan).toContainText(text.two);
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();
    await page.getByRole('button', { name: text.begin }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText(app);
    await expect(dialog).toContainText(two.name);
    await expect(dialog).toContainText(`v1.0.0 → v2.0.0`);
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();
    await dialog.getByRole('button', { name: text.confirm }).click();

    await expect(page).toHaveURL(ROLLOUT_PAGE);
    const waves = page.getByRole('list', { name: text.waves }).getByRole('listitem');
    await expect(waves).toHaveCount(2);
    await expect(waves.first()).toContainText(text.passed, GATE);
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();
    const hosts = page.getByRole('table', { name: text.hosts });
    await expect(hosts.getByRole('row', { name: new RegExp(one.name) })).toBeVisible();

    // Somebody else, with the address, sees the same.
    const context = await browser.newContext({ storageState: await page.context().storageState() });
    const other = await context.newPage();
    await other.goto(page.url());
    await expect(other.getByText(text.running, { exact: true }).first()).toBeVisible();
    turn.resolve();
    for (const each of [page, other]) {
      // oxlint-disable-next-line no-await-in-loop -- both see it
      await expect(each.locator('main header').getByRole('status')).toContainText(text.succeeded, GATE);
    }
    await context.close();
    expect([one.app(app)?.version, two.app(app)?.version, closed.app(app)?.version]).toEqual([
      'v2.0.0',
      'v2.0.0',
      'v1.0.0',
    ]);
    expect(one.ran).toEqual([`${app} update v2.0.0`, `${app} restart`]);

    await ops.open(`/rollouts?app=${app}`);
    const list = page.getByRole('table', { name: text.rollouts });
    await expect(list.getByRole('row', { name: new RegExp(app) })).toContainText(text.succeeded);
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();
    await ops.open(`/apps?name=${app}`);
    await expect(page.getByRole('table', { name: text.rollouts })).toContainText(app);
    await ops.expectAccessible();
  });

  test('a failure holds it and says why; resumed, paused, stopped, rolled back, each after a question', async ({
    console: ops,
    server,
  }, info) => {
    const { page } = ops;
    const app = `bad-${language}-${info.project.name}`;
    const place = placesOf(server, app);
    const turn = Promise.withResolvers<void>();
    await using broken = await place('a', { habit: () => ({ exitCode: 3, output: 'checksum is wrong\n' }) });
    await using slow = await place('b', { habit: () => ({ until: turn.promise }) });
    await using last = await place('c');
    await ops.signIn();
    await ops.open(`/apps/${app}/rollout?to=all&version=v2.0.0&restart=no&waves=1,1,rest`);
    await page.locator('summary').click();
    await page.getByLabel(text.soak).fill('0');
    await page.getByRole('button', { name: text.begin }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: text.confirm }).click();
    await expect(page).toHaveURL(ROLLOUT_PAGE);
    const state = page.locator('main header').getByRole('status');
    await expect(state.first()).toContainText(text.held, GATE);
    await expect(page.getByText(text.failed)).toBeVisible();
    const row = page.getByRole('table', { name: text.hosts }).getByRole('row', { name: broken.name });
    await expect(row).toContainText(text.exit);
    await expect(row.getByRole('link', { name: text.output })).toBeVisible();
    await inBothSchemes(ops);
    await ops.expectNoSidewaysScroll();

    async function order(name: string, words: RegExp): Promise<void> {
      await page.getByRole('button', { name, exact: true }).click();
      await expect(dialog).toContainText(words);
      await ops.expectAccessible();
      await dialog.getByRole('button', { name, exact: true }).click();
      await expect(dialog).toHaveCount(0);
    }
    await order(text.resume, text.resumeWords);
    await expect(state.first()).toContainText(text.running);
    await order(text.pause, text.pauseWords);
    await expect(state.first()).toContainText(text.paused);
    turn.resolve();
    await expect.poll(() => slow.app(app)?.version).toBe('v2.0.0');
    await order(text.stop, text.stopWords);
    await expect(state.first()).toContainText(text.stopped, GATE);
    expect(last.ran).toEqual([]);
    await order(text.rollBack, text.rollBackWords);
    await expect.poll(() => slow.app(app)?.version, GATE).toBe('v1.0.0');
    await page.reload();
    await expect(page.getByRole('table', { name: text.hosts })).toContainText(text.rolledBack, GATE);
    expect(last.ran).toEqual([]);
  });

  test('an address of no rollout says so', async ({ console: ops }) => {
    await ops.signIn();
    await ops.open('/rollouts/00000000-0000-4000-8000-000000000000');
    await expect(ops.page.getByRole('heading', { name: text.missing })).toBeVisible();
    await ops.expectAccessible();
  });
});
