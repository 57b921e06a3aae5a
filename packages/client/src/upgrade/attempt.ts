/**
 * One upgrade until it could be tried:
 *
 *   fetching ──whole, unpacked, `--version` is right──► waiting ──the link is there and nothing runs──► rested
 *       └───────────── UpgradeFailure ──────────────────────┘
 *
 * It goes on only while the server wants it: after each reconnection not before the server has ordered it again.
 */
import { MAX_UPGRADE_PART, UPGRADE_PATIENCE_MS } from '@ops/protocol/domain/upgrade.ts';
import type { ClientMessage, MessageOf } from '@ops/protocol/wire/messages.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Disk } from '@ops/runtime/disk.ts';
import type { Exec } from '@ops/runtime/exec.ts';

import { download } from './download.ts';
import type { FreeBytes } from './download.ts';
import { failureOf, UpgradeFailure } from './failure.ts';
import type { SignedRelease, Taken } from './judge-release.ts';
import { preflight } from './preflight.ts';
import { PROGRAM } from './state-file.ts';
import type { KeptRelease, UpgradeFiles } from './state-file.ts';
import { unpack } from './unpack.ts';

/** A part that does not come. On a line of 5 kB a second it takes a minute. */
export const PART_WITHIN_MS = 120_000;

export interface AttemptNeeds {
  readonly upgradeId: string;
  readonly signed: SignedRelease;
  readonly taken: Taken;
  readonly files: UpgradeFiles;
  readonly disk: Disk;
  readonly freeBytes: FreeBytes;
  readonly exec: Exec;
  readonly clock: Clock;
  readonly send: (message: ClientMessage) => boolean;
  /** As `Exchangeable.rest`. */
  readonly rest: () => boolean;
  /** From fetching to waiting. */
  readonly onWaiting: () => void;
}

export interface Attempt {
  readonly state: 'fetching' | 'waiting';
  /** The server has ordered it on this link. */
  readonly isWanted: boolean;
  wanted(): void;
  down(): void;
  part(message: MessageOf<'upgrade_part'>): void;
  /** What ran has ended. */
  idle(): void;
  cancel(detail: string): void;
  /** Nothing runs, and no order is taken any more. Rejects with UpgradeFailure; then everything is as it was. */
  readonly rested: Promise<KeptRelease>;
}

export function startAttempt(needs: AttemptNeeds): Attempt {
  const { upgradeId, signed, taken, files, disk, exec, clock, send } = needs;
  const { release, file } = taken;
  let state: Attempt['state'] = 'fetching';
  let isWanted = true;
  let asked: { readonly offset: number; readonly answer: PromiseWithResolvers<Buffer | 'again'> } | undefined;
  /** Resolved at whatever may change what is waited for. */
  let news = Promise.withResolvers<void>();
  const cancelling = new AbortController();
  const cancelled = Promise.withResolvers<never>();
  cancelled.promise.catch(() => undefined);
  const unlessCancelled = <T>(promise: Promise<T>): Promise<T> => Promise.race([promise, cancelled.promise]);

  function tell(): void {
    news.resolve();
    news = Promise.withResolvers();
  }

  async function untilWanted(): Promise<void> {
    if (isWanted) return;
    await unlessCancelled(news.promise);
    return untilWanted();
  }

  async function part(offset: number): Promise<Buffer> {
    for (;;) {
      await untilWanted();
      const answer = Promise.withResolvers<Buffer | 'again'>();
      asked = { offset, answer };
      const limit = clock.after(PART_WITHIN_MS, () =>
        answer.reject(
          new UpgradeFailure('failed', 'download', `no part came within ${PART_WITHIN_MS / 1000} s`),
        ),
      );
      try {
        if (!send({ type: 'upgrade_fetch', upgrade_id: upgradeId, name: file.name, offset }))
          isWanted = false;
        else {
          const bytes = await unlessCancelled(answer.promise);
          if (bytes !== 'again') return bytes;
        }
      } finally {
        limit.cancel();
        asked = undefined;
      }
    }
  }

  async function fetchProgram(): Promise<KeptRelease> {
    const kept = { ...signed, folder: file.sha256.slice(0, 16), starts: 0 };
    const folder = files.folderOf(kept);
    try {
      await download({ file, path: files.archive, disk, freeBytes: needs.freeBytes, part });
      const top = file.name.replace(/\.tar\.gz$/, '');
      const unpacked = await unpack(files.archive, folder, top);
      await disk.remove(files.archive);
      const { signal } = cancelling;
      if (!signal.aborted) await preflight(`${folder}/${PROGRAM}`, release, { exec, clock, signal });
      return { ...kept, files: unpacked };
    } catch (cause) {
      // Once cancelled nothing else matters.
      await unlessCancelled(Promise.resolve());
      throw failureOf(cause, 'does_not_start');
    }
  }

  async function comeToRest(): Promise<void> {
    let isLate = false;
    const limit = clock.after(UPGRADE_PATIENCE_MS, () => {
      isLate = true;
      tell();
    });
    try {
      for (;;) {
        await untilWanted();
        if (needs.rest()) return;
        if (isLate)
          throw new UpgradeFailure(
            'failed',
            'busy',
            `something ran for ${UPGRADE_PATIENCE_MS / 60_000} minutes`,
          );
        await unlessCancelled(news.promise);
      }
    } finally {
      limit.cancel();
    }
  }

  async function work(): Promise<KeptRelease> {
    const kept = await fetchProgram();
    state = 'waiting';
    needs.onWaiting();
    await comeToRest();
    return kept;
  }

  return {
    rested: work(),
    get state() {
      return state;
    },
    get isWanted() {
      return isWanted;
    },
    wanted() {
      isWanted = true;
      tell();
    },
    down() {
      isWanted = false;
      asked?.answer.resolve('again');
    },
    part({ upgrade_id, offset, data }) {
      if (!asked || upgrade_id !== upgradeId) return;
      const fail = (detail: string): void =>
        asked?.answer.reject(new UpgradeFailure('failed', 'download', detail));
      if (offset !== asked.offset)
        return fail(`the server sent what is at ${offset}, asked for ${asked.offset}`);
      const bytes = Buffer.from(data, 'base64');
      if (bytes.length === 0) return fail(`the server does not have ${file.name}`);
      if (bytes.length > MAX_UPGRADE_PART) return fail('the server sent more than it was asked for');
      asked.answer.resolve(bytes);
    },
    idle: tell,
    cancel(detail) {
      cancelled.reject(new UpgradeFailure('failed', 'interrupted', detail));
      cancelling.abort();
    },
  };
}
