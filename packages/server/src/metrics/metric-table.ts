/**
 * Every metric of `GET /metrics`, as data: what the registry is made from and the manual's table is written from.
 * The `process_` and `nodejs_` names are the ones Prometheus client libraries use, so that existing dashboards fit.
 */
import type { FleetCounts } from '@ops/protocol/http/clients.ts';
import type { Words } from '@ops/protocol/http/endpoint.ts';

import type { ProcessFigures } from './process-figures.ts';

/** Counts by the value of the metric's label. */
type By<Label extends string = string> = Readonly<Record<Label, number>>;

/** Where the numbers come from; asked at each scrape. What counts up starts at 0 with the process. */
export interface ServerFigures {
  readonly clients: () => FleetCounts;
  readonly clientsOnPreviousSecret: () => number;
  readonly connections: () => number;
  readonly unauthenticatedConnections: () => number;
  readonly authFailures: () => number;
  readonly frames: () => By<'in' | 'out'>;
  /** Not over yet, by state: `pending`, `executing`. */
  readonly commands: () => By;
  /** By final state: `completed` (any exit code), `timeout`, `failed`, `cancelled`. */
  readonly commandsFinished: () => By;
  readonly batches: () => number;
  readonly rollouts: () => number;
  readonly upgradeHosts: () => number;
  readonly unstoredOutput: () => number;
  readonly outputWaits: () => number;
  /** By what was dropped: of the gateway, the event streams and the samples together. */
  readonly dropped: () => By;
  /** By class of status: `2xx`, `4xx`, … */
  readonly httpRequests: () => By;
  readonly eventStreams: () => number;
  readonly eventPolls: () => number;
  readonly sessions: () => number | Promise<number>;
  /** By outcome: `ok`, `refused`, … */
  readonly logins: () => By;
  readonly storageCommits: () => number;
  readonly storageFaults: () => number;
}

export type MetricSources = ServerFigures & ProcessFigures;

export interface MetricEntry {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  /** The one label, when the source answers with several numbers. */
  readonly label?: string;
  readonly source: keyof MetricSources;
  readonly meaning: Words;
}

export const METRICS = [
  {
    name: 'ops_clients',
    type: 'gauge',
    label: 'state',
    source: 'clients',
    meaning: {
      zh: '已知客户端数：online（不含 late）、late（连续 3 次未收到心跳）、offline',
      en: 'Known clients: online (without the late ones), late (3 heartbeats missed), offline',
    },
  },
  {
    name: 'ops_clients_on_previous_secret',
    type: 'gauge',
    source: 'clientsOnPreviousSecret',
    meaning: {
      zh: '仍使用旧密钥的在线客户端数；为 0 时可删去旧密钥',
      en: 'Connected clients still on the previous secret; at 0 it may be removed',
    },
  },
  {
    name: 'ops_connections',
    type: 'gauge',
    source: 'connections',
    meaning: { zh: '已注册客户端的 TCP 连接数', en: 'TCP connections of registered clients' },
  },
  {
    name: 'ops_unauthenticated_connections',
    type: 'gauge',
    source: 'unauthenticatedConnections',
    meaning: { zh: '尚未通过认证的 TCP 连接数', en: 'TCP connections that have not authenticated yet' },
  },
  {
    name: 'ops_auth_failures_total',
    type: 'counter',
    source: 'authFailures',
    meaning: { zh: '客户端认证失败次数', en: 'Failed authentications of clients' },
  },
  {
    name: 'ops_frames_total',
    type: 'counter',
    label: 'direction',
    source: 'frames',
    meaning: {
      zh: '与客户端收发的帧数：in、out',
      en: 'Frames received from clients (in) and sent to them (out)',
    },
  },
  {
    name: 'ops_commands',
    type: 'gauge',
    label: 'state',
    source: 'commands',
    meaning: {
      zh: '未结束的命令数：pending、executing',
      en: 'Commands that are not over: pending, executing',
    },
  },
  {
    name: 'ops_commands_total',
    type: 'counter',
    label: 'outcome',
    source: 'commandsFinished',
    meaning: {
      zh: '已结束的命令数，按结果：completed（任何退出码）、timeout、failed、cancelled；成功率为 completed 之占比',
      en: 'Commands that are over, by outcome: completed (any exit code), timeout, failed, cancelled. The share of completed is the success rate',
    },
  },
  {
    name: 'ops_batches',
    type: 'gauge',
    source: 'batches',
    meaning: { zh: '未结束的批量任务数', en: 'Batches that are not finished' },
  },
  {
    name: 'ops_rollouts',
    type: 'gauge',
    source: 'rollouts',
    meaning: {
      zh: '未结束的分批发布数（含暂停与挂起的）',
      en: 'Rollouts that are not over, paused and held ones included',
    },
  },
  {
    name: 'ops_upgrade_hosts',
    type: 'gauge',
    source: 'upgradeHosts',
    meaning: {
      zh: '客户端升级中尚未结束的主机数（含等待上线的）',
      en: 'Hosts of the upgrade of clients that are not at their end, those awaited included',
    },
  },
  {
    name: 'ops_command_output_unstored_bytes',
    type: 'gauge',
    source: 'unstoredOutput',
    meaning: {
      zh: '已收到、尚未写入磁盘的命令输出',
      en: 'Output of commands that is received and not on disk yet',
    },
  },
  {
    name: 'ops_command_output_waits_total',
    type: 'counter',
    source: 'outputWaits',
    meaning: {
      zh: '因磁盘来不及写入而暂停读取客户端输出的次数',
      en: 'How often a client had to wait with more output, because the disk was behind',
    },
  },
  {
    name: 'ops_dropped_total',
    type: 'counter',
    label: 'what',
    source: 'dropped',
    meaning: {
      zh: '因达到上限或不合规则而丢弃的内容，按种类',
      en: 'What was dropped at a limit or by a rule, by kind',
    },
  },
  {
    name: 'ops_http_requests_total',
    type: 'counter',
    label: 'class',
    source: 'httpRequests',
    meaning: { zh: 'HTTP 请求数，按状态码类别', en: 'HTTP requests by class of status' },
  },
  {
    name: 'ops_event_streams',
    type: 'gauge',
    source: 'eventStreams',
    meaning: { zh: '打开的实时事件流（SSE）数', en: 'Open event streams (SSE)' },
  },
  {
    name: 'ops_event_polls_total',
    type: 'counter',
    source: 'eventPolls',
    meaning: {
      zh: '长轮询次数：增长说明有代理不让实时事件流通过',
      en: 'Long polls for events; they grow where a proxy lets no stream through',
    },
  },
  {
    name: 'ops_sessions',
    type: 'gauge',
    source: 'sessions',
    meaning: { zh: '有效的登录会话数', en: 'Sessions that are signed in' },
  },
  {
    name: 'ops_login_total',
    type: 'counter',
    label: 'outcome',
    source: 'logins',
    meaning: { zh: '登录次数，按结果', en: 'Logins by outcome' },
  },
  {
    name: 'ops_storage_commits_total',
    type: 'counter',
    source: 'storageCommits',
    meaning: { zh: '数据库提交次数', en: 'Commits of the databases' },
  },
  {
    name: 'ops_storage_faults_total',
    type: 'counter',
    source: 'storageFaults',
    meaning: { zh: '因存储不可用而未能写入的更改数', en: 'Changes that could not be made durable' },
  },
  {
    name: 'nodejs_eventloop_lag_mean_seconds',
    type: 'gauge',
    source: 'eventLoopMean',
    meaning: {
      zh: '自上次抓取以来事件循环的平均延迟',
      en: 'Mean delay of the event loop since the last scrape',
    },
  },
  {
    name: 'nodejs_eventloop_lag_p50_seconds',
    type: 'gauge',
    source: 'eventLoopP50',
    meaning: { zh: '同上，中位数', en: 'The same, median' },
  },
  {
    name: 'nodejs_eventloop_lag_p99_seconds',
    type: 'gauge',
    source: 'eventLoopP99',
    meaning: { zh: '同上，第 99 百分位', en: 'The same, 99th percentile' },
  },
  {
    name: 'nodejs_eventloop_lag_max_seconds',
    type: 'gauge',
    source: 'eventLoopMax',
    meaning: { zh: '同上，最大值', en: 'The same, maximum' },
  },
  {
    name: 'nodejs_heap_size_used_bytes',
    type: 'gauge',
    source: 'heapUsed',
    meaning: { zh: '已用的 JavaScript 堆', en: 'JavaScript heap in use' },
  },
  {
    name: 'nodejs_heap_size_total_bytes',
    type: 'gauge',
    source: 'heapTotal',
    meaning: { zh: '已分配的 JavaScript 堆', en: 'JavaScript heap reserved' },
  },
  {
    name: 'nodejs_external_memory_bytes',
    type: 'gauge',
    source: 'externalMemory',
    meaning: { zh: '堆外内存（缓冲区等）', en: 'Memory outside the heap (buffers and the like)' },
  },
  {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    source: 'residentMemory',
    meaning: { zh: '进程常驻内存', en: 'Resident memory of the process' },
  },
  {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    source: 'cpuSeconds',
    meaning: { zh: '进程使用的 CPU 时间', en: 'CPU time of the process' },
  },
  {
    name: 'process_open_fds',
    type: 'gauge',
    source: 'openFiles',
    meaning: { zh: '打开的文件描述符数（仅 Linux）', en: 'Open file descriptors (Linux only)' },
  },
  {
    name: 'process_start_time_seconds',
    type: 'gauge',
    source: 'startTime',
    meaning: { zh: '进程启动时间（Unix 秒）', en: 'When the process started, in seconds since 1970' },
  },
] as const satisfies readonly MetricEntry[];
