/** The words of the page of one host in Chinese. `HostDictionary` is their shape; en-host.ts is held to it. */
import type { Format } from './format.ts';

export const zhHost = {
  // charts
  charts: '指标',
  timeRange: '时间范围',
  rangeNames: {
    '15m': '15 分钟',
    '1h': '1 小时',
    '6h': '6 小时',
    '24h': '24 小时',
    '7d': '7 天',
    '30d': '30 天',
  },
  span: (from: string, to: string) => `${from} – ${to}`,
  liveWindow: '实时',
  endedWindow: '截至最后心跳',
  hostClockNote: '时间以主机时钟为准，它与服务端不同',
  earlier: '更早',
  later: '更晚',
  zoomIn: '放大',
  zoomOut: '缩小',
  zoomReset: '恢复时间范围',
  showing: (span: string) => `显示 ${span}`,
  chartsView: '显示方式',
  asCharts: '图表',
  asTable: '表格',
  chartsFailed: '图表未能加载，请查看表格，或重新载入页面',
  historyFailed: '无法读取历史指标',
  noDataInTime: '这段时间没有数据',
  lastDataAt: (at: string) => `最后的数据：${at}`,
  chartKeys:
    '左右方向键移动游标（按住 Shift 一次移动十格），Home、End 到两端，加减号缩放，Page Up、Page Down 前后移动，Esc 恢复。',
  chartCursor: (chart: string) => `${chart}图表的游标`,
  chartSummary: (line: string, min: string, max: string, last: string) =>
    `${line}：最低 ${min}，最高 ${max}，最后 ${last}`,
  valueAt: (time: string, values: string) => `${time}，${values}`,
  lineValue: (line: string, value: string) => `${line} ${value}`,
  peak: (value: string) => `峰值 ${value}`,
  loadAverage: '平均负载',
  fullestDisk: '最满的磁盘',
  time: '时间',
  averagesOf: (step: string) => `每行为 ${step}的平均值，新的在前`,
  noDataSpan: (from: string, to: string) => `${from} 至 ${to} 没有数据`,
  busiest: (percent: string) => `最忙核心 ${percent}`,

  // facts
  bootedAt: '开机时间',
  protocol: '协议',
  clientUpgrade: '升级',
  protocolVersion: (version: string) => `ops v${version}`,

  // policy
  policyLead: '由主机自己决定：服务端和主机都允许的才会执行，服务端无法放宽。',
  policyOutdated: '以下为该主机最后一次连接时的报告。',
  builtinCommands: '内置命令',
  builtinNone: '不允许任何内置命令',
  customCommands: '自定义命令',
  customNone: '主机的配置没有添加命令',
  predefinedHere: '可直接执行的预定义命令',
  runPredefined: (label: string, command: string) => `${label}：在此主机上执行 ${command}`,
  scripts: '脚本',
  scriptsNone: '不执行任何脚本',
  scriptsIn: '可执行以下目录中的脚本：',
  scriptTypes: (types: string) => `扩展名 ${types}`,
  scriptRule: '脚本须属于 root 或客户端用户，且其他用户不可写；不跟随链接。',
  appActionsOn: '应用操作',
  appActionsIn: '可启动、停止、重启、更新以下目录中的应用：',
  appActionsAll: '可启动、停止、重启、更新其应用目录中的应用',
  appRule: '其他用户可改动的应用目录或脚本会被拒绝。',
  runsAs: '执行身份',
  runsAsRoot: 'root：命令和脚本拥有全部权限',
  neverRuns: '始终拒绝',
  neverRunsRule: 'Shell 语法（管道、重定向、变量等），以及 rm -rf、shutdown、mkfs、dd、curl 等危险命令。',

  // commands
  nowRunning: (count: number, format: Format) => `${format.number(count)} 个正在执行`,
};

export type HostDictionary = typeof zhHost;
