/** Words and tones for what the protocol names of upgrades. Pure. */
import type { UpgradeHostState, UpgradeReason, UpgradeState } from '@ops/protocol/domain/upgrade.ts';
import { countIn, endedIn, GONE_WRONG, ON_THE_WAY } from '@ops/protocol/domain/upgrade-progress.ts';
import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';

import type { Tone } from '../commands/command-state.ts';
import { NONE } from '../text/format.ts';
import type { Format } from '../text/format.ts';
import type { UpgradeText } from '../text/use-upgrade-text.ts';

export const UPGRADE_TONES: Readonly<Record<UpgradeState, Tone>> = {
  canary: 'accent',
  rolling: 'accent',
  paused: 'warn',
  held: 'bad',
  stopping: 'warn',
  finished: 'ok',
  stopped: 'off',
};

export const HOST_TONES: Readonly<Record<UpgradeHostState, Tone>> = {
  queued: 'off',
  ordered: 'accent',
  fetching: 'accent',
  waiting: 'accent',
  trying: 'accent',
  done: 'ok',
  refused: 'bad',
  failed: 'bad',
  back: 'bad',
  skipped: 'off',
  left: 'off',
  expired: 'warn',
};

/** Something goes on by itself. */
export function isMoving(state: UpgradeState): boolean {
  return state === 'canary' || state === 'rolling' || state === 'stopping';
}

export function upgradeStateName(state: UpgradeState, text: UpgradeText): string {
  return {
    canary: text.upgradeCanary,
    rolling: text.upgradeRolling,
    paused: text.upgradePaused,
    held: text.upgradeHeld,
    stopping: text.upgradeStopping,
    finished: text.upgradeFinished,
    stopped: text.upgradeStopped,
  }[state];
}

export function hostStateName(state: UpgradeHostState, text: UpgradeText): string {
  return {
    queued: text.hostQueued,
    ordered: text.hostOrdered,
    fetching: text.hostFetching,
    waiting: text.hostIdle,
    trying: text.hostTrying,
    done: text.hostDone,
    refused: text.hostRefused,
    failed: text.hostFailed,
    back: text.hostBack,
    skipped: text.hostSkipped,
    left: text.hostLeft,
    expired: text.hostExpired,
  }[state];
}

export function reasonName(reason: UpgradeReason, text: UpgradeText): string {
  return {
    up_to_date: text.reasonUpToDate,
    off: text.reasonOff,
    key_not_trusted: text.reasonKeyNotTrusted,
    too_old: text.reasonTooOld,
    no_archive: text.reasonNoArchive,
    bad_signature: text.reasonBadSignature,
    not_newer: text.reasonNotNewer,
    busy_upgrading: text.reasonBusyUpgrading,
    download: text.reasonDownload,
    checksum: text.reasonChecksum,
    disk: text.reasonDisk,
    does_not_start: text.reasonDoesNotStart,
    busy: text.reasonBusy,
    not_connected: text.reasonNotConnected,
    ended: text.reasonEnded,
    interrupted: text.reasonInterrupted,
  }[reason];
}

/** Hosts by what an order would do to them. */
export function sharesOf({ counts, targets }: Pick<UpgradeSummary, 'counts' | 'targets'>) {
  const done = counts.done ?? 0;
  return {
    queued: counts.queued ?? 0,
    moving: countIn(counts, ON_THE_WAY),
    failed: countIn(counts, GONE_WRONG),
    done,
    ended: endedIn(counts),
    /** At their end, and not upgraded. */
    others: targets - done,
  };
}

/** The sentence that says what its state means; undefined where the word says enough. */
export function stateHelp(upgrade: UpgradeSummary, text: UpgradeText, format: Format): string | undefined {
  const who = upgrade.changed_by ?? NONE;
  const { others, failed } = sharesOf(upgrade);
  switch (upgrade.state) {
    case 'canary':
      return text.canaryHelp(format.number(upgrade.canary.done), format.number(upgrade.canary.hosts));
    case 'held':
      return text.upgradeHeldHelp(format.number(failed));
    case 'paused':
      return text.pausedHelp(who);
    case 'stopping':
      return text.stoppingHelp(who);
    case 'stopped':
      return text.stoppedHelp(who);
    case 'finished':
      return others > 0 ? text.finishedBadly(format.number(others)) : undefined;
    case 'rolling':
      break;
  }
  return undefined;
}
