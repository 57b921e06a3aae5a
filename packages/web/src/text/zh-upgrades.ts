/** The words of upgrades of clients in Chinese. `UpgradeDictionary` is their shape; en-upgrades.ts is held to it. */
import type { Format } from './format.ts';

/** Some by name, the others as a number. */
function namedHosts(names: readonly string[], others: number, format: Format): string {
  return `${names.join('、')}${others > 0 ? ` 等 ${format.number(names.length + others)} 台` : ''}`;
}

export const zhUpgrades = {
  upgradesFailed: '无法读取客户端升级',

  // the release on the server
  release: '服务端上的发布包',
  releaseFailed: '无法读取发布包',
  releaseVersion: '版本',
  releaseCommit: '提交',
  releaseDate: '发布时间',
  releaseKey: '签名密钥',
  releaseKeyHelp: '主机配置的 upgrade_keys 中有此密钥，才会接受升级',
  releaseArchives: '压缩包',
  noRelease: '没有可用的发布包',
  releaseBroken: '发布包有问题，暂时不能升级',
  releaseWhere: '文件目录由服务端配置项 client_files_dir 指定，放好后刷新本页即可，无需重启。',
  lookAgain: '重新检查',
  readyOf: (ready: string, total: string) => `${total} 台主机中，${ready} 台可以升级`,
  versionsTitle: '各版本的主机',
  versionHosts: '主机数',
  versionOnline: '在线',
  noHosts: '还没有主机',
  sharedOut: (reason: string, count: string) => `${reason}：${count} 台`,

  // reasons
  reasonUpToDate: '已是此版本或更新',
  reasonOff: '主机未启用升级',
  reasonOffHelp: '在主机的客户端配置中设置 upgrade_keys 即可启用',
  reasonKeyNotTrusted: '主机不信任此签名密钥',
  reasonTooOld: '客户端太旧，需手动升级一次',
  reasonNoArchive: '没有适合其处理器的压缩包',
  reasonBadSignature: '签名不符',
  reasonNotNewer: '不比现有版本新',
  reasonBusyUpgrading: '正在进行另一次升级',
  reasonDownload: '下载失败',
  reasonChecksum: '校验和不符',
  reasonDisk: '磁盘错误或空间不足',
  reasonDoesNotStart: '新程序无法启动',
  reasonBusy: '一直有命令在执行',
  reasonNotConnected: '新程序 60 秒内未连上服务端',
  reasonEnded: '新程序自行退出',
  reasonInterrupted: '中途被打断',

  // states
  upgradeCanary: '金丝雀阶段',
  upgradeRolling: '进行中',
  upgradePaused: '已暂停',
  upgradeHeld: '已停下',
  upgradeStopping: '正在停止',
  upgradeFinished: '已结束',
  upgradeStopped: '已停止',
  hostQueued: '等待',
  hostOrdered: '已通知',
  hostFetching: '正在下载',
  hostIdle: '等待命令结束',
  hostTrying: '正在试运行',
  hostDone: '已升级',
  hostRefused: '主机拒绝',
  hostFailed: '失败',
  hostBack: '已退回旧版本',
  hostSkipped: '跳过',
  hostLeft: '未升级',
  hostExpired: '逾期未上线',

  // what a state means
  canaryHelp: (done: string, all: string) =>
    `先升级金丝雀主机（${done} / ${all} 已升级）。全部升级并保持连接 30 秒后，才会开始其余主机。`,
  upgradeHeldHelp: (failed: string) =>
    `${failed} 台主机没有升级成功，已停下：不再开始新的主机，没有升级成功的主机仍在运行原来的版本。请查看原因，然后继续或停止。`,
  pausedHelp: (who: string) => `${who} 已暂停：不再开始新的主机，已开始的会进行到结束。`,
  stoppingHelp: (who: string) => `${who} 已停止：已开始的主机结束后即停止。`,
  stoppedHelp: (who: string) => `${who} 已停止：未开始的主机保持原来的版本。`,
  finishedBadly: (others: string) => `${others} 台主机没有升级，见下方列表。`,

  // the form
  newUpgrade: '新的升级',
  canaryField: '金丝雀主机数',
  canaryHelpField: '最先升级的主机，优先选择在线的；也可在下方逐台指定',
  canaryChosen: (count: string) => `已指定 ${count} 台`,
  canaryByNumber: '改为按数量',
  upgradeOptions: '更多选项',
  upgradeConcurrency: '同时升级的主机数',
  upgradeFailures: '允许失败的主机数',
  upgradeFailuresHelp: '金丝雀之后；超出即停下',
  upgradeHours: '等待离线主机（小时）',
  upgradeHoursHelp: '到时仍未完成的主机不再等待',
  outOfBounds: (min: string, max: string) => `请输入 ${min} 到 ${max} 之间的整数`,
  upgradePlan: '将会发生什么',
  planNeedsHosts: '选择主机后显示',
  planLoading: '正在计算…',
  planNone: '所选主机都不能升级',
  planHosts: (hosts: string, version: string) => `${hosts}升级到 ${version}`,
  planOffline: (count: string) => `其中 ${count} 台离线，上线后升级`,
  planCanary: '金丝雀',
  planRest: '随后',
  planNamed: namedHosts,
  planLeftOut: (reason: string, names: string) => `${reason}：${names}`,
  planUnknown: (count: string) => `${count} 台主机已不存在`,
  hostByHostList: '逐台查看',
  firstOfHosts: (shown: string, all: string) => `只列出前 ${shown} 台，共 ${all} 台`,
  canaryMark: '金丝雀',
  takeAsCanary: (host: string) => `将 ${host} 作为金丝雀`,
  runsNow: '当前版本',
  willBe: '结果',
  isUpgraded: '升级',
  hostsInAll: (count: number, format: Format) => `${format.number(count)} 台主机`,
  beginUpgrade: '开始升级…',
  beginUpgradeTitle: (hosts: string, version: string) => `将 ${hosts}升级到 ${version}？`,
  beginUpgradeWords:
    '每台主机会等正在执行的命令结束，再换成新程序；新程序 60 秒内连不上服务端，就自动退回旧版本。期间主机会短暂离线。',
  beginUpgradeConfirm: '开始升级',
  beginUpgradeUncertain: '没有收到答复：升级可能已经开始，请查看下方列表',
  anotherRuns: '已有一个升级尚未结束',
  toThatUpgrade: '查看',
  adminOnly: '只有管理员可以升级客户端',

  // the list
  earlierUpgrades: '升级记录',
  noUpgrades: '还没有升级过客户端',
  upgradeTo: (version: string) => `升级到 ${version}`,
  upgradeState: '状态',
  upgradeWhat: '发布包',
  upgradeProgress: '进度',
  upgradeBy: '发起人',
  upgradeWhen: '发起时间',
  hostsDone: (done: string, all: string) => `${done} / ${all} 台已升级`,
  olderUpgrades: '更早的记录',

  // one upgrade
  upgradeMissing: '没有这个客户端升级',
  upgradeMissingHelp: (id: string) => `没有 ID 为 ${id} 的客户端升级，可能已超过保留时间。`,
  upgradeFailed: '无法读取客户端升级',
  upgradeExpiresAt: (moment: string) => `等待离线主机至 ${moment}`,
  hostsOfUpgrade: '主机',
  findHostName: '查找主机名',
  hostStateColumn: '状态',
  allHostStates: '全部状态',
  versionBefore: '原版本',
  whyColumn: '说明',
  noHostFits: '没有符合条件的主机',

  // orders
  pauseUpgrade: '暂停',
  resumeUpgrade: '继续',
  stopUpgrade: '停止',
  pauseUpgradeTitle: '暂停升级？',
  pauseUpgradeWords: (moving: string) =>
    `已开始的 ${moving} 台会进行到结束，之后不再开始新的主机。可以随时继续。`,
  resumeUpgradeTitle: '继续升级？',
  resumeUpgradeWords: (queued: string) => `继续升级其余 ${queued} 台主机。`,
  resumeHeldWords: (failed: string, queued: string) =>
    `接受目前 ${failed} 台没有升级成功，继续升级其余 ${queued} 台主机。`,
  stopUpgradeTitle: '停止升级？',
  stopUpgradeWords: (queued: string, moving: string) =>
    `未开始的 ${queued} 台保持原来的版本；已开始的 ${moving} 台中，还没有试运行新程序的会放弃。停止后不能继续，只能重新开始一次。`,

  // the page of a host
  upgradeAvailable: (version: string) => `可升级到 ${version}`,
  upgradeBlocked: (version: string, why: string) => `不能升级到 ${version}：${why}`,
  upgradeUpToDate: '已是服务端上的最新版本',
  upgradeNothing: '服务端上没有发布包',
};

export type UpgradeDictionary = typeof zhUpgrades;
