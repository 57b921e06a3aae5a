/** The words of the overview in Chinese. `OverviewDictionary` is their shape; en-overview.ts is held to it. */
import type { Format } from './format.ts';

export const zhOverview = {
  atAGlance: '概况',
  runningCommands: '执行中的命令',
  runningCommandsHelp: '查看尚未结束的命令，包括批量任务中的',
  failingApps: '异常应用',
  failingAppsHelp: '查看在线主机上本应运行却没有运行的应用',

  /** Readings of a host that is gone. */
  asOf: (time: string, ago: string) => `截至 ${time}，${ago}`,

  viewMap: '热力图',
  map: '主机热力图',
  mapHelp: '用方向键在主机之间移动，按回车打开。',
  groupBy: '分组标签',
  noGroup: '不分组',
  withoutLabel: (key: string) => `没有标签 ${key}`,
  allHosts: '全部主机',
  shadeBy: '显示',
  shadeStatus: '连接状态',
  hostsCount: (count: number, format: Format) => `${format.number(count)} 台主机`,
  lateCount: (count: number, format: Format) => `迟到 ${format.number(count)}`,
  offlineCount: (count: number, format: Format) => `离线 ${format.number(count)}`,
  legend: '图例',
  legendShare: '填充高度为使用率',
  legendFrom: (percent: number) => `≥ ${percent}%`,
  noReading: '无指标',
  about: (share: string) => `约 ${share}`,
  pointAtHost: '指向或选中一台主机查看详情',
};

export type OverviewDictionary = typeof zhOverview;
