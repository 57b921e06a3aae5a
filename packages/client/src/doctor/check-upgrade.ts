/** Whether this host takes releases of ops-client over the connection, and what came of the last one. */
import { ok, warning } from '@ops/runtime/doctor/finding.ts';
import type { Check, Finding } from '@ops/runtime/doctor/finding.ts';
import { ownRelease } from '@ops/runtime/single-file.ts';
import { systemDisk } from '@ops/runtime/system-disk.ts';

import { judgeKept } from '../upgrade/kept-release.ts';
import type { KeptVerdict } from '../upgrade/kept-release.ts';
import { upgradeFiles } from '../upgrade/state-file.ts';
import type { UpgradeState } from '../upgrade/state-file.ts';
import { VERSION } from '../version.ts';
import type { ClientFacts } from './facts.ts';

export interface UpgradeSight {
  readonly last: UpgradeState['last'];
  readonly kept: KeptVerdict | undefined;
  /** Why nothing is known. */
  readonly problem: string | undefined;
}

/** Changes nothing. Never rejects. @param dataDirectory of the client id */
export async function lookAtUpgrade(keys: readonly string[], dataDirectory: string): Promise<UpgradeSight> {
  const files = upgradeFiles(dataDirectory, systemDisk);
  const host = { keys, release: ownRelease(VERSION), os: process.platform, arch: process.arch };
  try {
    const { last, kept } = await files.read();
    return { last, kept: kept ? await judgeKept(kept, host, files) : undefined, problem: undefined };
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    return { last: null, kept: undefined, problem };
  }
}

function judgeKeys({ config, upgrade, restart }: ClientFacts): Finding {
  const { length } = config.upgradeKeys;
  if (length === 0)
    return ok(
      'upgrades over the connection are off: upgrade_keys names no key',
      '通过连接升级已关闭：upgrade_keys 为空',
    );
  if (!upgrade)
    return warning(
      'upgrade_keys has no effect here: there are upgrades on Linux only, and once the client has an id',
      'upgrade_keys 在本机不起作用：仅支持 Linux，且客户端须已有 ID',
    );
  const { kept, problem } = upgrade;
  if (problem !== undefined)
    return warning(
      `what is kept of upgrades cannot be read (${problem}): the installed program runs`,
      `无法读取保存的升级状态（${problem}）：将运行已安装的程序`,
      restart,
    );
  if (!kept)
    return ok(
      `releases signed by ${length} keys of upgrade_keys are taken; the installed program runs`,
      `接受 upgrade_keys 中 ${length} 个公钥签名的发布包；当前运行已安装的程序`,
    );
  if (kept.kind === 'good')
    return ok(
      `the release that is kept is started: ${kept.release.version} (${kept.release.commit})`,
      `启动时运行保存的发布包：${kept.release.version}（${kept.release.commit}）`,
    );
  return warning(
    `the release that is kept is not used at the next start: ${kept.why}`,
    `保存的发布包下次启动时不会使用：${kept.why}`,
    restart,
  );
}

function judgeLast({ config, upgrade }: ClientFacts): Finding | undefined {
  const last = upgrade?.last;
  if (config.upgradeKeys.length === 0 || !last) return undefined;
  if (last.state === 'done') return ok('the last upgrade succeeded', '上次升级成功');
  const why = [last.reason, last.detail].filter((part) => part !== null).join(': ');
  return warning(
    `the last upgrade came to nothing (${last.state}): ${why}`,
    `上次升级未成功（${last.state}）：${why}`,
  );
}

export const UPGRADE_CHECKS: readonly Check<ClientFacts>[] = [
  { id: 'upgrade', run: judgeKeys },
  { id: 'last-upgrade', run: judgeLast },
];
