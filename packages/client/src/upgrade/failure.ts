/** Why an upgrade came to nothing, in the words of the protocol. */
import type { UpgradeReason } from '@ops/protocol/domain/upgrade.ts';
import { visible } from '@ops/protocol/schema.ts';

import type { UpgradeOutcome } from './upgrade-part.ts';

/** Of `upgrade_status.detail`. */
const MAX_DETAIL = 512;

export class UpgradeFailure extends Error {
  readonly state: 'refused' | 'failed' | 'back';
  readonly reason: UpgradeReason;

  /** @param detail in English, for whoever has to mend it */
  constructor(state: 'refused' | 'failed' | 'back', reason: UpgradeReason, detail: string) {
    super(detail);
    this.name = 'UpgradeFailure';
    this.state = state;
    this.reason = reason;
  }
}

/** A fault of the disk, or `reason` when it is something else. */
export function failureOf(cause: unknown, reason: UpgradeReason): UpgradeFailure {
  if (cause instanceof UpgradeFailure) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const isDisk = /^(ENOSPC|EDQUOT|EIO|EROFS|EACCES|EPERM|ENOENT|EFBIG|EMFILE|ENFILE)$/.test(code);
  return new UpgradeFailure('failed', isDisk ? 'disk' : reason, message);
}

export function outcomeOf(upgradeId: string, { state, reason, message }: UpgradeFailure): UpgradeOutcome {
  // What others wrote may hold anything, and grows by being made visible.
  const detail = visible(message.slice(0, MAX_DETAIL)).slice(0, MAX_DETAIL);
  return { upgrade_id: upgradeId, state, reason, detail: detail === '' ? null : detail };
}
