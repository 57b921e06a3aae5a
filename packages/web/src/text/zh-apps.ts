/** The words of the page of applications in Chinese. `AppDictionary` is their shape; en-apps.ts is held to it. */
export const zhApps = {
  appsFailed: '无法读取应用信息',
  appsShownOf: (shown: string, total: string) => `显示 ${shown} / ${total} 个应用`,
  noAppMatches: '没有符合条件的应用',
  moreApps: '显示更多',

  filterByClient: '客户端',
  filterByName: '应用名称',
  filterByConnection: '连接状态',
  filterByService: '服务状态',
  anyClient: '所有客户端',
  anyConnection: '所有连接状态',
  anyService: '所有服务状态',

  noApps: '暂无客户端应用信息',
  noAppsHelp: '客户端会列出其应用目录（默认 /tmp/apps）下的应用。可在任意一台主机上创建一个测试应用：',
  noAppsNoHosts: '请先在“系统信息”页面接入客户端，然后在主机上创建一个测试应用：',
  appsAppear: '创建后会自动出现在这里，无需重启客户端。',

  readonlyTag: '只读',
  processNumber: (pid: number) => `PID ${pid}`,
  notRestarted: '已更新，尚未重启',
  driftVersion: (most: string) => `多数主机为 ${most}`,
  driftVersions: '各主机版本不一致',
  driftCommit: '版本相同，提交不同',

  appActions: '操作',
  actionsOf: (app: string, host: string) => `操作 ${app}（${host}）`,
  noActions: '不可操作',
  viewerCannotAct: '只读用户不能操作应用。',
  readonlyCannotAct: '该主机为只读，不执行任何操作。',
  offlineCannotAct: '客户端离线。',
  unsafeCannotAct: '该应用的目录或脚本可被他人修改，主机拒绝操作。',
  actionStart: '启动',
  actionStop: '停止',
  actionRestart: '重启',
  actionStatus: '查看状态',
  actionUpdate: '更新',
  actionUpdateAsk: '更新…',
  askTitle: (action: string, app: string, host: string) => `在 ${host} 上${action} ${app}？`,
  askStart: (app: string, host: string) =>
    `将在主机 ${host} 上运行 ${app}.sh start，然后确认其进程已在运行。`,
  askStop: (app: string, host: string) =>
    `将在主机 ${host} 上运行 ${app}.sh stop，并等待其进程结束。服务会中断。`,
  askRestart: (app: string, host: string) =>
    `将在主机 ${host} 上先运行 ${app}.sh stop，等待进程结束，再运行 ${app}.sh start。服务会短暂中断。`,
  askStatus: (app: string, host: string) => `将查看主机 ${host} 上 ${app} 的进程文件与进程，不作任何改动。`,
  askUpdate: (app: string, host: string) => `将在主机 ${host} 上运行 ${app}.sh update，并附上下面的版本。`,
  newVersion: '新版本',
  presentVersion: (version: string) => `当前版本：${version}`,
  wrongVersion: '以字母或数字开头，只含字母、数字和 . _ + -，至多 64 个字符',
};
export type AppDictionary = Readonly<typeof zhApps>;
