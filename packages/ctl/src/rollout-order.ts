/** What the options of `rollout` ask for. Pure. */
import { MAX_TIMEOUT_SECS } from '@ops/protocol/domain/command.ts';
import { SERVICE_STATUSES } from '@ops/protocol/domain/app.ts';
import { GATE_READINGS, MAX_SOAK_SECS, MAX_WAVES, WAVE_PATTERN } from '@ops/protocol/domain/rollout.ts';
import { MAX_TARGETS } from '@ops/protocol/http/batches.ts';
import type { BodyOf } from '@ops/protocol/http/endpoint.ts';
import { ROLLOUT_ACTIONS } from '@ops/protocol/http/rollouts.ts';
import type { createRollout, previewRollout } from '@ops/protocol/http/rollouts.ts';

import type { Given, Option } from './command.ts';
import { usageFault } from './command-line.ts';

const ACTIONS = ROLLOUT_ACTIONS.map((action) => action.toLowerCase());
const STATUSES = [...SERVICE_STATUSES, 'any'];
const MAX_RESTARTS = 1000;
const MAX_ABOVE = 1000;

export const ORDER_OPTIONS: readonly Option[] = [
  { name: 'to', value: 'VERSION', meaning: { zh: '更新到该版本', en: 'update to this version' } },
  {
    name: 'action',
    value: 'ACTION',
    choices: ACTIONS,
    meaning: { zh: '或者：start、stop、restart', en: 'or: start, stop, restart' },
  },
  {
    name: 'selector',
    short: 'l',
    value: 'SELECTOR',
    meaning: { zh: '按标签选择主机', en: 'on hosts with these labels' },
  },
  { name: 'all', meaning: { zh: '所有有该应用的主机', en: 'on every host that has the app' } },
  {
    name: 'waves',
    value: 'LIST',
    meaning: {
      zh: '每批的主机：个数、百分比或 rest；默认 1,10%,rest',
      en: 'hosts of each wave: a number, a share, or rest; 1,10%,rest when not given',
    },
  },
  {
    name: 'soak',
    value: 'SECONDS',
    meaning: { zh: '每批之后观察的秒数，默认 30', en: 'seconds to watch after each wave, 30 when not given' },
  },
  {
    name: 'status',
    value: 'STATUS',
    choices: STATUSES,
    meaning: {
      zh: '观察期间必须的状态：Running、Stopped、Unknown，any 表示不看',
      en: 'what the app must be meanwhile: Running, Stopped, Unknown, or any',
    },
  },
  {
    name: 'max-restarts',
    value: 'N',
    meaning: { zh: '观察期间进程最多重启的次数', en: 'restarts of its process allowed meanwhile' },
  },
  {
    name: 'check',
    value: 'READING:N',
    many: true,
    choices: GATE_READINGS.map((reading) => `${reading}:`),
    meaning: {
      zh: '指标不得比未变更主机的平均值高出 N，例如 cpu_usage:10；可多次给出',
      en: 'a reading may be N above the average of unchanged hosts, as cpu_usage:10; again for several',
    },
  },
  {
    name: 'max-failures',
    value: 'N',
    meaning: { zh: '允许失败的主机数，默认 0', en: 'hosts that may fail, 0 when not given' },
  },
  {
    name: 'on-failure',
    value: 'WHAT',
    choices: ['hold', 'rollback'],
    meaning: {
      zh: '失败过多时：hold 停下（默认）或 rollback 回滚',
      en: 'on more: hold (default) or rollback',
    },
  },
  { name: 'restart', meaning: { zh: '更新后重启应用', en: 'restart the app after its update' } },
  {
    name: 'concurrency',
    value: 'N',
    meaning: { zh: '一批中同时变更的主机数', en: 'hosts of a wave at once' },
  },
  {
    name: 'timeout',
    value: 'SECONDS',
    meaning: { zh: '每台主机上最长的时间', en: 'longest time on a host' },
  },
];

/** What is done. @throws Ending with status 2 */
export function changeOf(
  given: Given,
): Pick<BodyOf<typeof previewRollout>, 'action' | 'version' | 'restart'> {
  const [version, action] = [given.text('to'), given.text('action')];
  if (version !== undefined && action !== undefined)
    throw usageFault('--to and --action are two different changes: give one of the two');
  if (version === undefined && action === undefined)
    throw usageFault('say what to do: --to VERSION or --action ACTION');
  if (version !== undefined) return { version, ...(given.flag('restart') && { restart: true }) };
  if (given.flag('restart')) throw usageFault('--restart belongs to --to');
  return { action: chosen('action', action, ROLLOUT_ACTIONS) };
}

/** The word among these, in any case. @throws Ending with status 2 */
function chosen<const T extends string>(option: string, text: string | undefined, known: readonly T[]): T {
  const found = known.find((word) => word.toLowerCase() === text?.toLowerCase());
  if (found === undefined) throw usageFault(`--${option} is one of ${known.join(', ')}`);
  return found;
}

export function wavesOf(given: Given): { readonly waves?: string[] } {
  const text = given.text('waves');
  if (text === undefined) return {};
  const waves = text.split(',').map((wave) => wave.trim());
  if (waves.length > MAX_WAVES || !waves.every((wave) => WAVE_PATTERN.test(wave)))
    throw usageFault(`--waves is up to ${MAX_WAVES} of: a number, a share such as 10%, rest; with commas`);
  return { waves };
}

function checkOf(text: string): { reading: (typeof GATE_READINGS)[number]; max_above: number } {
  const [name, number = ''] = text.split(':');
  const above = Number(number);
  if (!/^\d{1,4}(\.\d{1,3})?$/.test(number) || above > MAX_ABOVE)
    throw usageFault(`--check is READING:N with N from 0 to ${MAX_ABOVE}, as cpu_usage:10`);
  return { reading: chosen('check', name, GATE_READINGS), max_above: above };
}

function gateOf(given: Given): NonNullable<BodyOf<typeof createRollout>['gate']> {
  const soak = given.number('soak', { min: 0, max: MAX_SOAK_SECS });
  const restarts = given.number('max-restarts', { min: 0, max: MAX_RESTARTS });
  const status = given.text('status');
  const checks = given.texts('check').map(checkOf);
  const word = status === undefined ? undefined : chosen('status', status, [...SERVICE_STATUSES, 'any']);
  return {
    ...(soak !== undefined && { soak_secs: soak }),
    ...(word !== undefined && { status: word === 'any' ? null : word }),
    ...(restarts !== undefined && { max_restarts: restarts }),
    ...(checks.length > 0 && { checks }),
  };
}

/** How far it may go wrong, and what happens then. @throws Ending with status 2 */
export function conditionsOf(
  given: Given,
): Omit<BodyOf<typeof createRollout>, keyof BodyOf<typeof previewRollout>> {
  const failures = given.number('max-failures', { min: 0, max: MAX_TARGETS });
  const concurrency = given.number('concurrency', { min: 1, max: MAX_TARGETS });
  const timeout = given.number('timeout', { min: 1, max: MAX_TIMEOUT_SECS });
  const onFailure = given.text('on-failure');
  return {
    gate: gateOf(given),
    ...(failures !== undefined && { max_failures: failures }),
    ...(onFailure !== undefined && { on_failure: chosen('on-failure', onFailure, ['hold', 'rollback']) }),
    ...(concurrency !== undefined && { concurrency }),
    ...(timeout !== undefined && { timeout_secs: timeout }),
  };
}
