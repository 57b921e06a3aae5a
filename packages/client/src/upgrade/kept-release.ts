/** Whether the release that is kept may be run in the place of the one that is installed. Changes nothing. */
import type { ClientRelease } from '@ops/protocol/domain/client-release.ts';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';

import { UpgradeFailure } from './failure.ts';
import { judgeRelease } from './judge-release.ts';
import type { HostRelease } from './judge-release.ts';
import { faultOfFiles, PROGRAM } from './state-file.ts';
import type { KeptRelease, UpgradeFiles } from './state-file.ts';

/** Starts in a row after each of which it ended before it was connected for half a minute, and not because it was told to. */
export const MAX_FAILED_STARTS = 5;

export type KeptVerdict =
  | { readonly kind: 'good'; readonly program: string; readonly release: ClientRelease }
  /** The one that is installed is younger. */
  | { readonly kind: 'outdated'; readonly why: string }
  | { readonly kind: 'bad'; readonly why: string };

export async function judgeKept(
  kept: KeptRelease,
  host: HostRelease,
  files: UpgradeFiles,
): Promise<KeptVerdict> {
  const folder = files.folderOf(kept);
  try {
    const { release } = judgeRelease(kept, host);
    if (kept.starts >= MAX_FAILED_STARTS)
      return {
        kind: 'bad',
        why: `it ended ${kept.starts} times in a row before it was connected for half a minute`,
      };
    const fault = await faultOfFiles(folder, kept.files);
    if (fault !== undefined) return { kind: 'bad', why: fault };
    const program = join(folder, PROGRAM);
    await access(program, constants.X_OK);
    return { kind: 'good', program, release };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const isOld = cause instanceof UpgradeFailure && cause.reason === 'not_newer';
    return { kind: isOld ? 'outdated' : 'bad', why };
  }
}
