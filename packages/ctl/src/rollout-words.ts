/** Rollouts as text. Pure. */
import type { RolloutReason } from '@ops/protocol/domain/rollout.ts';
import type { AnswerOf } from '@ops/protocol/http/endpoint.ts';
import type { previewRollout, RolloutHost, RolloutSummary, WaveReport } from '@ops/protocol/http/rollouts.ts';
import type { Language, Text } from '@ops/runtime/language.ts';

import { because, countsText, listed, rowsBelow } from './host-words.ts';
import { onOneLine, table } from './printable.ts';
import type { Step } from './progress.ts';

const REASONS: Readonly<Record<RolloutReason, Text>> = {
  offline: { zh: '离线', en: 'offline' },
  no_app: { zh: '没有该应用', en: 'no such app' },
  up_to_date: { zh: '已是该版本', en: 'has it already' },
  refused: { zh: '拒绝', en: 'refused' },
  command: { zh: '命令失败', en: 'command' },
  status: { zh: '状态不符', en: 'status' },
  restarts: { zh: '重启过多', en: 'restarts' },
  reading: { zh: '指标过高', en: 'reading' },
};

type Change = Pick<RolloutSummary, 'app_name' | 'action' | 'version'>;

/** `shop → v2`, `Restart shop` */
export const changeText = ({ app_name: app, action, version }: Change): string =>
  onOneLine(version === null ? `${action ?? ''} ${app}` : `${app} → ${version}`);

function reasonOf({ reason, detail }: Pick<RolloutHost, 'reason' | 'detail'>, language: Language): string {
  return because(reason && REASONS[reason][language], detail);
}

/** What would happen to which host. */
export function previewText(
  change: Change,
  { waves, targets, hosts }: AnswerOf<typeof previewRollout>,
  language: Language,
): string {
  const skipped = hosts.filter(({ wave }) => wave === null);
  const words = {
    zh: [`${targets} 台主机，${waves.length} 批`, `跳过 ${skipped.length}`, '第', '批', '跳过'],
    en: [
      `${targets} ${targets === 1 ? 'host' : 'hosts'} in ${waves.length} ${waves.length === 1 ? 'wave' : 'waves'}`,
      `${skipped.length} skipped`,
      'wave ',
      '',
      'skipped',
    ],
  }[language];
  const [summary, left] = words;
  const rows = waves.map((count, index) => [
    `  ${words[2]}${index + 1}${words[3]}`,
    String(count),
    listed(
      hosts
        .filter(({ wave }) => wave === index)
        .map(({ hostname, version }) => `${hostname} (${version ?? '-'})`),
    ),
  ]);
  if (skipped.length > 0) {
    const why = skipped.map((host) => `${host.hostname} (${reasonOf(host, language)})`);
    rows.push([`  ${words[4]}`, String(skipped.length), listed(why)]);
  }
  const head = [`${changeText(change)}: ${summary}`, ...(skipped.length > 0 ? [left] : [])].join(', ');
  return `${head}\n${rowsBelow(rows)}`;
}

const OVER = ['healthy', 'failed', 'left', 'rolled_back', 'rollback_failed'] as const;

export function rolloutStep(rollout: RolloutSummary, isLast: boolean): Step {
  const { targets, counts, waves, wave, state } = rollout;
  const done = OVER.reduce((sum, each) => sum + (counts[each] ?? 0), 0);
  const where = state === 'running' ? (waves[wave]?.state ?? state) : state;
  return { done, targets, words: `${waveOf(rollout, wave)} ${where}: ${countsText(counts)}`, isLast };
}

export const waveOf = ({ waves }: Pick<RolloutSummary, 'waves'>, index: number): string =>
  `wave ${Math.min(index + 1, waves.length)}/${waves.length}`;

const figure = (value: number | null): string =>
  value === null ? '-' : String(Math.round(value * 100) / 100);

/** `1 healthy; cpu_usage 12.1, unchanged 9.8, +10 allowed` */
export function waveResult({ counts, readings }: WaveReport): string {
  const compared = readings.map(
    ({ reading, changed, unchanged, max_above: above }) =>
      `${reading} ${figure(changed)}, unchanged ${figure(unchanged)}, +${above} allowed`,
  );
  return [countsText(counts), ...compared].filter((part) => part !== '').join('; ');
}

export function rolloutText(
  rollout: RolloutSummary,
  hosts: readonly RolloutHost[],
  language: Language,
): string {
  const waves = rollout.waves.map((wave, index) => [
    String(index + 1),
    wave.state,
    String(wave.hosts),
    waveResult(wave) || '-',
  ]);
  const rows = hosts.map((host) => [
    host.hostname,
    host.wave === null ? '-' : String(host.wave + 1),
    host.state,
    host.version_before ?? '-',
    reasonOf(host, language) || '-',
  ]);
  return [
    `${rollout.id}  ${changeText(rollout)}  ${rollout.state}  ${onOneLine(rollout.created_by)}\n`,
    table(['WAVE', 'STATE', 'HOSTS', 'RESULT'], waves),
    rows.length > 0 ? table(['HOST', 'WAVE', 'STATE', 'BEFORE', 'WHY'], rows) : '',
  ].join('');
}
