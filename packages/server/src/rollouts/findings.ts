/** What was found of a host of a rollout, with its figures, for people: the one place of these sentences. Pure. */
import type { GateReading } from '@ops/protocol/domain/rollout.ts';
import type { Words } from '@ops/protocol/http/endpoint.ts';

import type { ServiceStatus } from './plan.ts';

/** Longest sentence of a host, as the API has it. */
const MAX_DETAIL = 512;

const STATUS_ZH: Readonly<Record<ServiceStatus, string>> = {
  Running: '运行中',
  Stopped: '已停止',
  Unknown: '状态未知',
};
const READING_ZH: Readonly<Record<GateReading, string>> = {
  cpu_usage: 'CPU ',
  load1: '负载',
  memory_usage: '内存',
  swap_usage: '交换',
  disk_usage: '磁盘',
};

export const FOUND = {
  // before it was changed
  busy: (secs: number): Words => ({
    en: `another action on the app was not over for ${secs} s`,
    zh: `应用上的另一个操作 ${secs} 秒后仍未结束`,
  }),
  wentOffline: { en: 'it went offline before its turn', zh: '轮到它之前已离线' },
  forgotten: { en: 'the client was forgotten', zh: '客户端已被删除' },
  appGone: { en: 'the app was not there any more', zh: '应用已不存在' },

  // its command
  notKept: { en: 'its command is not kept any more', zh: '命令记录已不再保留' },
  exitCode: (code: number): Words => ({
    en: `its command ended with exit code ${code}`,
    zh: `命令以退出码 ${code} 结束`,
  }),
  endedAs: (state: string): Words => ({
    en: `its command ended as ${state}`,
    zh: `命令的结局是 ${state}`,
  }),

  // the gate
  status(found: ServiceStatus | undefined, wanted: ServiceStatus, why: string | undefined): Words {
    const en = found === undefined ? 'is not there any more' : `is ${found}`;
    const zh = found === undefined ? '应用已不存在' : `应用${STATUS_ZH[found]}`;
    const because = why === undefined ? '' : `: ${why}`;
    return {
      en: `the app ${en}, not ${wanted}${because}`,
      zh: `${zh}，应为${STATUS_ZH[wanted]}${because.replace(': ', '：')}`,
    };
  },
  restarted: (count: number, limit: number): Words => ({
    en: `the app was restarted ${count} times, at most ${limit} are allowed`,
    zh: `应用重启了 ${count} 次，最多允许 ${limit} 次`,
  }),
  reading: (reading: GateReading, value: number, unchanged: number, limit: number): Words => ({
    en: `${reading} was ${value} on average, ${unchanged} on the hosts not yet changed: more than ${limit} above`,
    zh: `${READING_ZH[reading]}平均 ${value}，未变更的主机为 ${unchanged}：高出超过 ${limit}`,
  }),
  offlineAtEnd: {
    en: 'it was offline when the time of the gate was over',
    zh: '关卡时间结束时主机不在线',
  },

  // the way back
  noVersionBefore: { en: 'it had no version before', zh: '此前没有版本' },
  neverRan: (before: string): Words => ({
    en: `the update never ran, it still has ${before}`,
    zh: `更新没有执行过，版本仍是 ${before}`,
  }),
  foreign: (shown: string, version: string): Words => ({
    en: `it has ${shown} now, not ${version}: somebody else changed it since`,
    zh: `现在是 ${shown}，不是 ${version}：之后又被其他人变更过`,
  }),
  notNameable: (version: string): Words => ({
    en: `${version} is no version that can be asked for`,
    zh: `${version} 不是可以指定的版本`,
  }),
} as const;

/** As a row keeps it. */
export function storedDetail(detail: Words | null): string | null {
  if (detail === null) return null;
  return JSON.stringify({ en: detail.en.slice(0, MAX_DETAIL), zh: detail.zh.slice(0, MAX_DETAIL) });
}

/** From a row. What was written before there were two languages is one sentence, and English. */
export function detailOf(stored: string | null): Words | null {
  if (stored === null) return null;
  if (!stored.startsWith('{"en":')) return { en: stored, zh: stored };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `storedDetail` wrote it
  return JSON.parse(stored) as Words;
}
