/** The table of the gallery: every page of the console, and what else a person gets to see. */
import type { Page } from '@playwright/test';

import type { Scene, Shot } from './shot.ts';

const press = (...keys: readonly string[]) => {
  return async (page: Page): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
};

const chosen = ({ hosts }: Scene, ...names: readonly string[]): string =>
  names.map((name) => hosts[name]).join(',');

export const SHOTS: readonly Shot[] = [
  {
    name: 'login',
    route: 'login',
    title: { en: 'Signing in', zh: '登录' },
    caption: { en: 'The language can be changed before.', zh: '登录前就可以切换语言。' },
    path: () => '/login',
    ready: 'input[type="password"]',
    as: 'stranger',
    dark: true,
  },
  {
    name: 'default-password',
    route: 'password',
    title: { en: 'The default password, from another machine', zh: '从其他机器使用默认密码' },
    caption: { en: 'It lets you change it, and nothing else.', zh: '只能修改密码，别的都不行。' },
    path: () => '/',
    ready: 'input[autocomplete="new-password"]',
    as: 'elsewhere',
  },
  {
    name: 'first-host',
    route: 'system',
    title: { en: 'No host yet', zh: '还没有主机' },
    caption: { en: 'What to do first.', zh: '告诉您第一步做什么。' },
    path: () => '/',
    ready: 'h1',
    as: 'newcomer',
  },
  {
    name: 'add-host',
    route: 'addHost',
    title: { en: 'Adding a host', zh: '添加主机' },
    caption: {
      en: 'What it may do is said first; then one command does the rest.',
      zh: '先说明允许它做什么，然后一条命令完成其余的事。',
    },
    path: () => '/add-host',
    ready: 'h1',
  },
  {
    name: 'add-host-command',
    route: 'addHost',
    title: { en: 'The command that adds it', zh: '接入命令' },
    caption: {
      en: 'Everything is filled in; the page turns green when the host is there.',
      zh: '一切都已填好；主机接入后页面变绿。',
    },
    path: () => '/add-host',
    ready: 'h1',
    async act(page) {
      await page.getByRole('button', { name: /Make the command|生成命令/ }).click();
      const command = page.getByText('install.sh').locator('visible=true').first();
      await command.waitFor();
      await command.scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'overview',
    route: 'system',
    title: { en: 'Overview', zh: '系统信息' },
    caption: {
      en: 'Every host, live. A host that is gone keeps its last values, greyed.',
      zh: '每台主机，实时。离线主机保留最后的数值并变灰。',
    },
    path: () => '/?view=cards',
    ready: 'api-01',
    dark: true,
  },
  {
    name: 'overview-table',
    route: 'system',
    title: { en: 'Overview as a table', zh: '系统信息：表格' },
    caption: {
      en: 'Ordered by the disk here; filter and order stand in the address.',
      zh: '此处按磁盘排序；筛选和排序写在地址栏里。',
    },
    path: () => '/?view=table&sort=disk&dir=desc',
    ready: 'db-02',
  },
  {
    name: 'overview-map',
    route: 'system',
    title: { en: 'Overview as a heat map', zh: '系统信息：热力图' },
    caption: {
      en: 'A cell for each host, grouped by a label, made for ten thousand of them.',
      zh: '每台主机一格，按标签分组，一万台也看得过来。',
    },
    path: () => '/?view=map&group=role&shade=cpu',
    ready: '[role="grid"], table',
    dark: true,
  },
  {
    name: 'nothing-found',
    route: 'system',
    title: { en: 'A filter nothing matches', zh: '没有符合条件的主机' },
    caption: { en: 'It says so, with a way back.', zh: '写明没有，并可一键清除筛选。' },
    path: () => '/?q=mainframe',
    ready: 'h1',
  },
  {
    name: 'host',
    route: 'client',
    title: { en: 'One host', zh: '单台主机' },
    caption: {
      en: 'One time and one cursor for all charts; a time without data is a gap.',
      zh: '所有图表共用时间范围和游标；没有数据的时间画成断开。',
    },
    path: ({ hosts }) => `/clients/${hosts['db-01']}?range=6h`,
    ready: '.uplot canvas',
    dark: true,
  },
  {
    name: 'host-offline',
    route: 'client',
    title: { en: 'A host that is offline', zh: '离线的主机' },
    caption: { en: 'With its last readings and the time they are of.', zh: '最后的读数，以及它们是何时的。' },
    path: ({ hosts }) => `/clients/${hosts['staging-01']}`,
    ready: 'h1',
  },
  {
    name: 'palette',
    route: 'system',
    title: { en: 'Search and go', zh: '搜索与跳转' },
    caption: {
      en: 'Ctrl-K leads to any host, application, page, command or run.',
      zh: '按 Ctrl-K 找到任何主机、应用、页面、命令或执行记录。',
    },
    path: () => '/',
    ready: 'api-01',
    async act(page) {
      await page.keyboard.press('Control+K');
      const palette = page.getByRole('dialog');
      await palette.getByRole('combobox').fill('web');
      // Runs on a host name it as well, and are there before the hosts are.
      const hosts = palette.getByRole('group', { name: /^(Hosts|主机)$/ });
      await hosts.getByRole('option').filter({ hasText: 'web-03' }).waitFor();
      await palette.locator('.mantine-Loader-root').waitFor({ state: 'detached' });
    },
  },
  {
    name: 'shortcuts',
    route: 'system',
    title: { en: 'Keyboard', zh: '键盘快捷键' },
    caption: {
      en: '? lists every shortcut; those of a single key can be turned off.',
      zh: '按 ? 查看全部快捷键；单键快捷键可以关闭。',
    },
    path: () => '/',
    ready: 'api-01',
    act: press('?'),
  },
  {
    name: 'commands',
    route: 'commands',
    title: { en: 'A command', zh: '执行命令' },
    caption: { en: 'The preview says host by host what would happen.', zh: '预览逐台说明会发生什么。' },
    path: (scene) => `/commands?hosts=${chosen(scene, 'web-01', 'web-02', 'staging-01')}&command=free+-h`,
    ready: 'button[aria-keyshortcuts]:enabled',
    dark: true,
  },
  {
    name: 'commands-refused',
    route: 'commands',
    title: { en: 'A command that is refused', zh: '被拒绝的命令' },
    caption: { en: 'Which part is to blame, and what to write instead.', zh: '指出是哪个词，以及该怎么写。' },
    path: (scene) => `/commands?hosts=${chosen(scene, 'web-01')}&command=rm+-rf+/srv`,
    ready: /DANGEROUS|dangerous|危险/,
  },
  {
    name: 'run',
    route: 'run',
    title: { en: 'A run', zh: '执行结果' },
    caption: {
      en: 'Output with its colours, exit code and time; it can be printed and downloaded.',
      zh: '带颜色的输出、退出码、耗时；可打印，可下载。',
    },
    path: ({ run }) => `/commands/${run}`,
    ready: '/backup',
    dark: true,
  },
  {
    name: 'run-going-on',
    route: 'run',
    title: { en: 'A run that goes on', zh: '正在执行的命令' },
    caption: { en: 'Output as it is written; it can be cancelled.', zh: '输出实时显示，可以取消。' },
    path: ({ goingOn }) => `/commands/${goingOn}`,
    ready: '/opt/runner',
  },
  {
    name: 'run-failed',
    route: 'run',
    title: { en: 'A run that ended with an error', zh: '以错误结束的命令' },
    caption: {
      en: 'The command ran; it said itself that it failed.',
      zh: '命令确实执行了，是它自己说失败。',
    },
    path: ({ failedRun }) => `/commands/${failedRun}`,
    ready: 'No such file',
  },
  {
    name: 'batch',
    route: 'batch',
    title: { en: 'One command on many hosts', zh: '批量任务' },
    caption: {
      en: 'Hosts that answered alike are one group; what differs stands out.',
      zh: '回答相同的归为一组，不同的一眼可见。',
    },
    path: ({ batch }) => `/batches/${batch}`,
    ready: '413 days',
    dark: true,
  },
  {
    name: 'history',
    route: 'history',
    title: { en: 'History', zh: '执行历史' },
    caption: {
      en: 'Who ran what, where, when, and how it ended.',
      zh: '谁、何时、在哪里执行了什么、结果如何。',
    },
    path: () => '/commands/history',
    ready: 'df -h',
  },
  {
    name: 'history-batches',
    route: 'history',
    title: { en: 'History of batches', zh: '批量任务历史' },
    caption: { en: 'Each with its counts.', zh: '每个任务的成败计数。' },
    path: () => '/commands/history?tab=batches',
    ready: 'uptime',
  },
  {
    name: 'apps',
    route: 'apps',
    title: { en: 'Applications', zh: '应用管理' },
    caption: { en: 'Their state is what is true of their process.', zh: '状态以进程的事实为准。' },
    path: () => '/apps',
    ready: 'catalog',
  },
  {
    name: 'apps-grid',
    route: 'apps',
    title: { en: 'Hosts by applications', zh: '主机与应用矩阵' },
    caption: { en: 'What differs from most hosts is marked.', zh: '与多数主机不同的会标出。' },
    path: () => '/apps?view=grid',
    ready: 'image-cache',
    dark: true,
  },
  {
    name: 'first-app',
    route: 'apps',
    title: { en: 'No application yet', zh: '还没有应用' },
    caption: { en: 'How a host gets its first one.', zh: '告诉您主机上的第一个应用怎么来。' },
    path: () => '/apps',
    ready: 'h1',
    as: 'newcomer',
  },
  {
    name: 'releases',
    route: 'releases',
    title: { en: 'Releases of an application', zh: '应用的发布记录' },
    caption: {
      en: 'Every version it has had, by whom, and the way back.',
      zh: '有过的每个版本、由谁操作、如何回去。',
    },
    path: ({ hosts }) => `/apps/${hosts['cache-01']}/image-cache/releases`,
    ready: 'v2.3.2',
  },
  {
    name: 'rollout-form',
    route: 'rolloutForm',
    title: { en: 'A rollout before it begins', zh: '新建分批发布' },
    caption: {
      en: 'Which host in which wave, from which version, and who is left out.',
      zh: '哪台主机在哪一批、从哪个版本更新、谁被跳过。',
    },
    path: () => '/apps/shop/rollout?to=selector&selector=role+in+(web,api)&version=v2.5.0&waves=1,50%25,rest',
    ready: 'api-02',
  },
  {
    name: 'rollout',
    route: 'rollout',
    title: { en: 'A rollout that is held', zh: '停在关卡的分批发布' },
    caption: {
      en: 'Its waves, what the gate has seen, and every host.',
      zh: '各批次、关卡所见，以及每台主机。',
    },
    path: ({ rollout }) => `/rollouts/${rollout}`,
    ready: /exit code 3|退出码 3/,
    dark: true,
  },
  {
    name: 'rollouts',
    route: 'rollouts',
    title: { en: 'Rollouts', zh: '分批发布' },
    caption: { en: 'All of them, newest first.', zh: '全部记录，最新的在前。' },
    path: () => '/rollouts',
    ready: 'v2.3.2',
  },
  {
    name: 'upgrades',
    route: 'upgrades',
    title: { en: 'Upgrading clients', zh: '升级客户端' },
    caption: {
      en: 'The signed release on the server, which hosts can take it, and what would happen.',
      zh: '服务端上经过签名的发布包、哪些主机可以升级、将会发生什么。',
    },
    path: () => '/upgrades?to=selector&selector=env%3Dprod',
    ready: /api-02(, |、)/,
    as: 'upgrader',
  },
  {
    name: 'upgrade',
    route: 'upgrade',
    title: { en: 'An upgrade that is held', zh: '已停下的升级' },
    caption: {
      en: 'The canary went back to the program before by itself; nothing more is begun.',
      zh: '金丝雀主机已自行退回旧版本，其余主机不再开始。',
    },
    path: ({ upgrade }) => `/upgrades/${upgrade}`,
    ready: 'web-01',
    as: 'upgrader',
    dark: true,
  },
  {
    name: 'password',
    route: 'password',
    title: { en: 'Changing the password', zh: '修改密码' },
    caption: { en: 'Other sessions end with it.', zh: '其他会话会随之结束。' },
    path: () => '/password',
    ready: 'input[autocomplete="new-password"]',
  },
  {
    name: 'api-docs',
    route: 'docs',
    title: { en: 'The API, by the server itself', zh: '服务端自带的 API 文档' },
    caption: {
      en: 'Made from the schemas that check every request.',
      zh: '由校验每个请求的同一套定义生成。',
    },
    path: () => '/api/docs',
    ready: '/api/login',
  },
  {
    name: 'server-away',
    route: 'system',
    title: { en: 'The server does not answer', zh: '服务器没有应答' },
    caption: {
      en: 'The last picture stays, without colour, with the time it is of.',
      zh: '保留最后的内容并去掉颜色，写明是几点的情况。',
    },
    path: () => '/',
    ready: 'api-01',
    stopped: /does not answer|没有应答/,
  },
  {
    name: 'error',
    route: 'history',
    title: { en: 'What cannot be read', zh: '读取失败' },
    caption: { en: 'Why, and what to do next.', zh: '写明原因和下一步。' },
    async before(page) {
      await page.route(
        (url) => url.pathname.startsWith('/api/commands'),
        async (route) => {
          const language = await route.request().headerValue('accept-language');
          const isChinese = language?.startsWith('zh') ?? false;
          const message = isChinese ? '数据库没有应答。' : 'The database did not answer.';
          await route.fulfill({ status: 500, json: { success: false, code: 'internal', message } });
        },
      );
    },
    path: () => '/commands/history',
    ready: /The database did not answer|数据库没有应答/,
  },
  {
    name: 'not-found',
    route: 'nowhere',
    title: { en: 'No such page', zh: '没有这个页面' },
    caption: { en: 'With a way on.', zh: '给出去路。' },
    path: () => '/nowhere',
    ready: 'h1',
  },
];
