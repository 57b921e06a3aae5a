import type { Page } from '@playwright/test';

import { startServer } from '@ops/testkit/start-server.ts';

import { expect, inBothLanguages, test, WORDS } from './console.ts';

const TEXT = {
  zh: {
    wrong: '用户名或密码错误',
    other: 'English',
    otherSignIn: 'Sign in',
    account: /admin/,
    signOut: '登出',
    default: '默认密码仍在使用',
    notice: '会话提醒',
    stillThere: '您还在吗？',
    ending: '会话即将结束',
    stay: '继续',
    limit: '会话即将达到最长时限',
    again: '重新登录',
    ended: '会话已结束',
    typed: '自定义命令',
    timeLimit: '时限',
    shortcuts: '键盘快捷键',
    changePassword: '修改密码',
    forced: '您以默认密码从其他机器登录',
    currentPassword: '当前密码',
    newPassword: '新密码',
    newPasswordAgain: '再次输入新密码',
    changed: '密码已修改',
  },
  en: {
    wrong: /incorrect|wrong|invalid/i,
    other: '中文',
    otherSignIn: '登录',
    account: /admin/,
    signOut: 'Sign out',
    default: 'default password',
    notice: 'Session notice',
    stillThere: 'Are you still there?',
    ending: 'about to end',
    stay: 'Continue',
    limit: 'reaching its longest time',
    again: 'Sign in again',
    ended: 'Your session has ended',
    typed: 'Your command',
    timeLimit: 'Time limit',
    shortcuts: 'Keyboard shortcuts',
    changePassword: 'Change password',
    forced: 'from another machine with the default password',
    currentPassword: 'Current password',
    newPassword: 'New password',
    newPasswordAgain: 'New password again',
    changed: 'Password changed',
  },
};

/** Of a server that is set to the shortest sessions there are. */
const SHORT_SECS = 10;
const SHORT_WITHIN_MS = SHORT_SECS * 2000;

/** The server lets the session go, as it does at its end: to this browser there is none any more. */
async function endSession(page: Page): Promise<void> {
  await page.context().clearCookies({ name: 'session_id' });
}

inBothLanguages((language) => {
  const text = TEXT[language];
  const words = WORDS[language];
  const notice = (page: Page) => page.getByRole('region', { name: text.notice });
  const signInForm = (page: Page) => page.getByLabel(words.password, { exact: true });

  async function fillIn(page: Page, password: string): Promise<void> {
    await signInForm(page).fill(password);
    await page.getByRole('button', { name: words.signIn, exact: true }).click();
    await expect(signInForm(page)).toBeHidden();
  }

  test('a wrong password is told, the right one opens, a reload stays, signing out ends it', async ({
    console: ops,
  }) => {
    const { page } = ops;
    await ops.open();
    await ops.expectAccessible();
    await page.getByLabel(words.username).fill('admin');
    await page.getByLabel(words.password, { exact: true }).fill('not it');
    await page.getByRole('button', { name: words.signIn, exact: true }).click();
    await expect(page.getByRole('alert')).toContainText(text.wrong);
    await ops.signIn();
    await expect(page.getByText(text.default)).toBeVisible();
    await page.reload();
    await expect(page.getByRole('heading', { name: words.system, level: 1 })).toBeAttached();
    await page.getByRole('button', { name: text.account }).click();
    await page.getByRole('menuitem', { name: text.signOut }).click();
    await expect(page.getByLabel(words.username)).toBeVisible();
  });

  test('the language can be changed before signing in', async ({ console: ops }) => {
    const { page } = ops;
    await ops.open();
    await page.getByRole('button', { name: text.other }).click();
    await expect(page.getByRole('button', { name: text.otherSignIn, exact: true })).toBeVisible();
    await ops.expectNoSidewaysScroll();
  });

  test('five quiet minutes bring a notice, the last five a louder one, and staying takes both away', async ({
    console: ops,
  }) => {
    const { page } = ops;
    await page.clock.install();
    await ops.signIn();
    await page.clock.fastForward('04:50');
    await expect(notice(page)).toBeHidden();
    await page.clock.fastForward('00:15');
    await expect(notice(page)).toContainText(text.stillThere);
    await expect(notice(page).getByRole('timer')).toHaveText(/^54:\d\d$/);
    await ops.expectNoSidewaysScroll();
    await ops.expectAccessible();
    // A bumped desk is no answer.
    await page.mouse.move(200, 300);
    await page.mouse.move(220, 310);
    await expect(notice(page)).toBeVisible();
    const told = page.waitForResponse((answer) => answer.url().endsWith('/api/keep-alive'));
    await notice(page).getByRole('button', { name: text.stay }).click();
    expect((await told).status()).toBe(200);
    await expect(notice(page)).toBeHidden();

    await page.clock.fastForward('55:05');
    await expect(notice(page)).toContainText(text.ending);
    await expect(notice(page).getByRole('timer')).toHaveText(/^4:\d\d$/);
    await expect(page.getByRole('alert').filter({ hasText: text.ending })).toBeAttached();
    await ops.expectNoSidewaysScroll();
    await ops.expectAccessible();
    await page.keyboard.press('Shift');
    await expect(notice(page)).toBeHidden();
  });

  test('after an hour one signs in in place: what was typed, where it was scrolled and the focus are there', async ({
    console: ops,
  }) => {
    const { page } = ops;
    await page.clock.install();
    await ops.signIn();
    await page.setViewportSize({ width: page.viewportSize()?.width ?? 0, height: 480 });
    await ops.open('/commands?command=uptime');
    const command = page.getByLabel(text.typed);
    await page.locator('summary').click();
    await page.getByLabel(text.timeLimit).fill('77');
    await command.fill('df -h --total');
    await expect(page).toHaveURL(/timeout=77/);
    const scrolled = (): Promise<number> => page.evaluate<number>('scrollY');
    await expect.poll(scrolled).toBeGreaterThan(20);
    // By the screen: a notice above may come and go, and the browser holds the rest in its place.
    const place = async (): Promise<number | undefined> => (await command.boundingBox())?.y;
    const before = await place();

    await endSession(page);
    await page.clock.fastForward('01:00:05');
    await expect(page.getByText(text.ended)).toBeVisible();
    await ops.expectNoSidewaysScroll();
    await ops.expectAccessible();
    await page.mouse.wheel(0, -2000);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Enter');
    await page.keyboard.press('Control+K');
    await expect(signInForm(page)).toBeFocused();

    await fillIn(page, 'admin123');
    await expect(command).toHaveValue('df -h --total');
    await expect(page.getByLabel(text.timeLimit)).toHaveValue('77');
    await expect(command).toBeFocused();
    expect(Math.abs(((await place()) ?? 0) - (before ?? 0))).toBeLessThan(2);
    await expect(page).toHaveURL(/\/commands\?.*timeout=77/);
  });

  test('a question that stands open keeps nobody from signing in again, and still stands then', async ({
    console: ops,
  }) => {
    const { page } = ops;
    await page.clock.install();
    await ops.signIn();
    await page.keyboard.press('?');
    const open = page.getByRole('dialog', { name: text.shortcuts });
    await expect(open).toBeVisible();
    await endSession(page);
    await page.clock.fastForward('01:00:05');
    await expect(signInForm(page)).toBeFocused();
    await fillIn(page, 'admin123');
    await expect(open).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(open).toBeHidden();
  });

  test('all tabs agree: on activity, on the end, on signing in and on signing out', async ({
    console: ops,
  }) => {
    const { page } = ops;
    await page.clock.install();
    await ops.signIn();
    const other = await page.context().newPage();
    await other.goto('/commands?command=date');
    await other.getByLabel(text.typed).fill('uptime -p');

    await page.clock.fastForward('05:05');
    await expect(notice(page)).toBeVisible();
    await expect(notice(other)).toBeVisible();
    await page.keyboard.press('Shift');
    await expect(notice(page)).toBeHidden();
    await expect(notice(other)).toBeHidden();

    await endSession(page);
    await page.clock.fastForward('01:00:05');
    await expect(signInForm(page)).toBeVisible();
    await expect(signInForm(other)).toBeVisible();
    await fillIn(page, 'admin123');
    await expect(signInForm(other)).toBeHidden();
    await expect(other.getByLabel(text.typed)).toHaveValue('uptime -p');

    await other.getByRole('button', { name: text.account }).click();
    await other.getByRole('menuitem', { name: text.signOut }).click();
    await expect(page.getByLabel(words.username)).toBeVisible();
    await expect(page.getByText(text.ended)).toBeHidden();
    await other.close();
  });

  test('the default password has to be changed by whoever comes from elsewhere', async ({
    page,
    console: ops,
  }) => {
    await using server = await startServer();
    await page.setExtraHTTPHeaders({ 'x-forwarded-for': '203.0.113.7' });
    await page.goto(server.url);
    await page.getByLabel(words.username).fill('admin');
    await fillIn(page, 'admin123');
    const heading = page.getByRole('heading', { name: text.changePassword, level: 1 });
    await expect(heading).toBeVisible();
    await expect(page.getByText(text.forced)).toBeVisible();
    await ops.expectAccessible();
    const second = await page.context().newPage();
    await second.setExtraHTTPHeaders({ 'x-forwarded-for': '203.0.113.7' });
    for (const path of ['/', '/commands', '/apps']) {
      await second.goto(server.url + path);
      await expect(second).toHaveURL(/\/password$/);
    }
    await expect(second.getByRole('navigation')).toHaveCount(0);
    await second.keyboard.press('Control+K');
    await expect(second.getByRole('dialog')).toHaveCount(0);

    const next = 'a longer phrase for the tests';
    await page.getByLabel(text.currentPassword, { exact: true }).fill('admin123');
    await page.getByLabel(text.newPassword, { exact: true }).fill(next);
    await page.getByLabel(text.newPasswordAgain, { exact: true }).fill(next);
    await page.getByRole('button', { name: text.changePassword }).click();
    await expect(page.getByRole('heading', { name: text.changed })).toBeVisible();
    // What it lifts is lifted in every tab.
    await expect(second.getByRole('navigation').first()).toBeAttached();
    await second.goto(`${server.url}/commands`);
    await expect(second).toHaveURL(/\/commands$/);
    await second.close();
    await page.goto('about:blank');
  });
});

test('a server that ends sessions early is believed: the notice at half, the end when it says so', async ({
  page,
  console: ops,
}) => {
  const text = TEXT.zh;
  await using server = await startServer({ env: { OPS_SESSION_IDLE: String(SHORT_SECS) } });
  await page.goto(server.url);
  await page.getByLabel(WORDS.zh.username).fill('admin');
  await page.getByLabel(WORDS.zh.password, { exact: true }).fill('admin123');
  await page.keyboard.press('Enter');
  const notice = page.getByRole('region', { name: text.notice });
  await expect(notice).toContainText(text.stillThere, { timeout: SHORT_WITHIN_MS });
  await expect(notice).toContainText(text.ending, { timeout: SHORT_WITHIN_MS });
  await expect(page.getByText(text.ended)).toBeVisible({ timeout: SHORT_WITHIN_MS });
  await ops.expectAccessible();
  expect((await page.request.get(`${server.url}/api/check-auth`)).status()).toBe(401);
  await page.getByLabel(WORDS.zh.password, { exact: true }).fill('admin123');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: WORDS.zh.system, level: 1 })).toBeAttached();
  await page.goto('about:blank');
});

test('a session that activity no longer moves says so, and is renewed before its end', async ({
  page,
  console: ops,
}) => {
  const text = TEXT.zh;
  const secs = String(SHORT_SECS);
  await using server = await startServer({ env: { OPS_SESSION_IDLE: secs, OPS_SESSION_MAX: secs } });
  await page.goto(server.url);
  await page.getByLabel(WORDS.zh.username).fill('admin');
  await page.getByLabel(WORDS.zh.password, { exact: true }).fill('admin123');
  await page.keyboard.press('Enter');
  const notice = page.getByRole('region', { name: text.notice });
  await expect(notice).toContainText(text.limit, { timeout: SHORT_WITHIN_MS });
  // Whatever is pressed, it stays.
  await page.keyboard.press('Shift');
  await notice.getByRole('button', { name: text.again }).click();
  await page.getByLabel(WORDS.zh.password, { exact: true }).fill('admin123');
  await ops.expectNoSidewaysScroll();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: WORDS.zh.system, level: 1 })).toBeAttached();
  await expect(notice).toBeHidden();
  await page.goto('about:blank');
});
