/** Upgrades of clients as text. Pure. */
import { endedIn } from '@ops/protocol/domain/upgrade-progress.ts';
import type { UpgradeReason } from '@ops/protocol/domain/upgrade.ts';
import type { UpgradeHost, UpgradePreview, UpgradeSummary } from '@ops/protocol/http/upgrades.ts';
import type { Language, Text } from '@ops/runtime/language.ts';

import { because, countsText, listed, rowsBelow } from './host-words.ts';
import { onOneLine, table, utcTime } from './printable.ts';
import type { Step } from './progress.ts';

const REASONS: Readonly<Record<UpgradeReason, Text>> = {
  up_to_date: { zh: '已是该版本或更新', en: 'runs it already, or a younger one' },
  off: { zh: '未设置 upgrade_keys', en: 'names no upgrade_keys' },
  key_not_trusted: { zh: '不信任该签名密钥', en: 'does not trust this key' },
  too_old: { zh: '客户端太旧，需手动升级一次', en: 'too old: install it once by hand' },
  no_archive: { zh: '没有适合其处理器的压缩包', en: 'no archive for its processor' },
  bad_signature: { zh: '签名不符', en: 'the signature does not fit' },
  not_newer: { zh: '不比现有版本新', en: 'not younger than what runs' },
  busy_upgrading: { zh: '正在进行另一次升级', en: 'busy with another upgrade' },
  download: { zh: '下载失败', en: 'download' },
  checksum: { zh: '校验和不符', en: 'checksum' },
  disk: { zh: '磁盘错误或空间不足', en: 'disk' },
  does_not_start: { zh: '新程序无法启动', en: 'the new program does not start' },
  busy: { zh: '一直有命令在执行', en: 'something ran all the time' },
  not_connected: { zh: '新程序 60 秒内未连上', en: 'the new program did not connect within 60 s' },
  ended: { zh: '新程序自行退出', en: 'the new program ended' },
  interrupted: { zh: '中途被打断', en: 'interrupted' },
};

type Release = Pick<UpgradeSummary, 'version' | 'commit'>;

/** `ops-client 1.2.0 (abc1234)` */
export const releaseText = ({ version, commit }: Release): string =>
  onOneLine(`ops-client ${version} (${commit.slice(0, 12)})`);

function reasonOf(
  { reason, detail }: { readonly reason: UpgradeReason | null; readonly detail?: string | null },
  language: Language,
): string {
  return because(reason && REASONS[reason][language], detail);
}

/** What would happen to which host. */
export function previewText({ release, targets, hosts }: UpgradePreview, language: Language): string {
  const taken = hosts.filter(({ reason }) => reason === null);
  const offline = taken.filter(({ online }) => !online).length;
  const skipped = Map.groupBy(
    hosts.filter(({ reason }) => reason !== null),
    ({ reason }) => reason,
  );
  const names = (of: typeof hosts): string =>
    listed(of.map(({ hostname, client_version: version }) => `${hostname} (${version})`));
  const words = {
    zh: [`${targets} 台主机`, `其中 ${offline} 台离线，等待其上线`, '金丝雀', '随后', '跳过'],
    en: [
      `${targets} ${targets === 1 ? 'host' : 'hosts'}`,
      `${offline} of them offline and awaited`,
      'canary',
      'then',
      'skipped',
    ],
  }[language];
  const rows: string[][] = [];
  for (const [word, of] of [
    [words[2], taken.filter(({ canary }) => canary)],
    [words[3], taken.filter(({ canary }) => !canary)],
  ] as const)
    if (of.length > 0) rows.push([`  ${word}`, String(of.length), names(of)]);
  for (const [reason, of] of skipped)
    rows.push([`  ${words[4]}`, String(of.length), `${reasonOf({ reason }, language)}: ${names(of)}`]);
  const head = [`${releaseText(release)}: ${words[0]}`, ...(offline > 0 ? [words[1]] : [])].join(', ');
  return `${head}\n${release.key}\n${rowsBelow(rows)}`;
}

export function upgradeStep(upgrade: UpgradeSummary, isLast: boolean): Step {
  const { targets, counts, state } = upgrade;
  return { done: endedIn(counts), targets, words: `${state}: ${countsText(counts)}`, isLast };
}

export function upgradeText(
  upgrade: UpgradeSummary,
  hosts: readonly UpgradeHost[],
  language: Language,
): string {
  const rows = hosts.map((host) => [
    host.hostname,
    host.canary ? '*' : '-',
    host.state,
    host.version_before,
    reasonOf(host, language) || '-',
  ]);
  return [
    `${upgrade.id}  ${releaseText(upgrade)}  ${upgrade.state}  ${onOneLine(upgrade.created_by)}\n`,
    `${countsText(upgrade.counts)}\n`,
    rows.length > 0 ? table(['HOST', 'CANARY', 'STATE', 'BEFORE', 'WHY'], rows) : '',
  ].join('');
}

export function upgradeRow(upgrade: UpgradeSummary): readonly string[] {
  const { done, targets } = upgradeStep(upgrade, true);
  return [
    utcTime(upgrade.created_at_ms),
    upgrade.id,
    `${upgrade.version} (${upgrade.commit.slice(0, 12)})`,
    upgrade.state,
    `${done}/${targets}`,
    upgrade.created_by,
  ];
}
