import { expect, inBothLanguages, test, WORDS } from './console.ts';

const TEXT = {
  zh: {
    wrong: '用户名或密码错误',
    other: 'English',
    otherSignIn: 'Sign in',
    account: /admin/,
    signOut: '登出',
    default: '默认密码仍在使用',
  },
  en: {
    wrong: /incorrect|wrong|invalid/i,
    other: '中文',
    otherSignIn: '登录',
    account: /admin/,
    signOut: 'Sign out',
    default: 'default password',
  },
};

inBothLanguages((language) => {
  const text = TEXT[language];
  const words = WORDS[language];

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
});
