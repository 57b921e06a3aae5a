/**
 * The upgrade of this host, from the order to the end of this program or the return to it:
 *
 *   idle ──upgrade──► judged ──not taken──► refused, idle
 *                       └─► attempt: fetching, waiting ──failure──► failed, idle
 *                              └──rested──► trying, written down ─► the client is stopped, the new program started
 *                                              ├─ ended, late ─► it is stopped ─► back, written down ─► the client starts again, idle
 *                                              └─ connected ─► done, kept: written down ─► it leaves at rest ─► this process becomes it
 *
 * The process stays the same one throughout, so that whoever looks after it sees nothing of all this.
 */
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Disk } from '@ops/runtime/disk.ts';
import type { Exec } from '@ops/runtime/exec.ts';
import type { Log } from '@ops/runtime/log.ts';

import { createProcessTable } from '../executor/process-table.ts';
import { startAttempt } from './attempt.ts';
import type { Attempt } from './attempt.ts';
import type { FreeBytes } from './download.ts';
import { failureOf, outcomeOf, UpgradeFailure } from './failure.ts';
import { judgeRelease } from './judge-release.ts';
import type { HostRelease, Taken } from './judge-release.ts';
import { NOT_WRITTEN } from './start-up.ts';
import { PROGRAM } from './state-file.ts';
import type { KeptRelease, UpgradeFiles, UpgradeState } from './state-file.ts';
import { startTrial } from './trial.ts';
import type { Trial, TrialNeeds } from './trial.ts';
import type { Exchangeable, UpgradeOutcome, UpgradePart, UpgradeReport } from './upgrade-part.ts';

/** A release that was connected for this long has not failed to start. */
export const SETTLED_MS = 30_000;
/** Whoever stops this program waits for ten seconds in all. */
const STOP_TRIAL_MS = 8_000;

/** What the process does for its upgrade. */
export interface Seat {
  /** What runs has come to rest. */
  stopClient(): Promise<void>;
  /** A client of this program. */
  startClient(): Promise<void>;
  /** @throws Error when it cannot; does not return otherwise */
  become(program: string): Promise<never>;
}

export interface UpgradingNeeds {
  readonly host: HostRelease;
  readonly state: UpgradeState;
  readonly files: UpgradeFiles;
  readonly seat: Seat;
  readonly spawn: Pick<TrialNeeds, 'args' | 'env' | 'cwd' | 'onErrors'>;
  readonly disk: Disk;
  readonly freeBytes: FreeBytes;
  readonly exec: Exec;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Upgrading extends UpgradePart {
  hangUp(): void;
  /** Ends what is under way; resolves when no other program runs. */
  stop(): Promise<void>;
}

async function howItEnded(trial: Trial): Promise<string> {
  const end = await trial.exited;
  const how = { exited: 'status', signalled: 'signal', failed: 'error' }[end.kind];
  const what = end.kind === 'exited' ? end.code : end.kind === 'signalled' ? end.signal : end.error.message;
  const words = trial.lastWords();
  return `${how} ${what}${words === '' ? '' : `: ${words}`}`;
}

interface Order {
  readonly upgradeId: string;
  attempt: Attempt | undefined;
  trial: Trial | undefined;
  /** It came to nothing, and what it left is being removed. */
  isEnding: boolean;
  /** Resolves when it is over. Never rejects. */
  over: Promise<void>;
}

export function createUpgrading(needs: UpgradingNeeds): Upgrading {
  const { host, files, seat, exec, clock, log } = needs;
  let stored = needs.state;
  let order: Order | undefined;
  /** Came before the one under way, which it replaces, was at its very end. */
  let next: MessageOf<'upgrade'> | undefined;
  let client: Exchangeable | undefined;
  let stopping = false;
  let settling: Timer | undefined;

  const send: Exchangeable['send'] = (message) => client?.send(message) ?? false;
  const tell = (outcome: UpgradeOutcome): void => void send({ type: 'upgrade_status', ...outcome });
  const standing = ({ upgradeId, attempt }: Order): UpgradeOutcome => ({
    upgrade_id: upgradeId,
    state: attempt?.state ?? 'trying',
    reason: null,
    detail: null,
  });

  /** One after the other: each adds to what the one before left. */
  let saving: Promise<void> = Promise.resolve();
  function save(change: Partial<UpgradeState>): Promise<void> {
    const now = saving.then(async () => {
      const changed = { ...stored, ...change };
      await files.write(changed);
      stored = changed;
    });
    saving = now.catch(() => undefined);
    return now;
  }

  function noteFailure(upgradeId: string, failure: UpgradeFailure): UpgradeOutcome {
    const last = outcomeOf(upgradeId, failure);
    const { state, reason, message } = failure;
    log.warn('An upgrade came to nothing', { upgrade_id: upgradeId, state, reason, detail: message });
    stored = { ...stored, last, trial: null };
    return last;
  }

  /** What cannot be written is at least told. */
  async function conclude(upgradeId: string, failure: UpgradeFailure): Promise<void> {
    noteFailure(upgradeId, failure);
    await save({}).catch((error: unknown) =>
      log.error('How an upgrade ended could not be written', { error }),
    );
  }

  /** Nothing of an upgrade that came to nothing stays. */
  const clean = (): Promise<void> =>
    files
      .clean(stored.kept ? [stored.kept] : [])
      .catch((error: unknown) => log.warn('What an upgrade left could not be removed', { error }));

  function take(message: MessageOf<'upgrade'>): void {
    const { upgrade_id: upgradeId } = message;
    if (order?.isEnding) {
      if (order.upgradeId !== upgradeId) next = message;
      else if (stored.last) tell(stored.last);
      return;
    }
    if (order?.upgradeId === upgradeId) {
      order.attempt?.wanted();
      return tell(standing(order));
    }
    if (order && (!order.attempt || order.attempt.isWanted))
      return tell({ upgrade_id: upgradeId, state: 'refused', reason: 'busy_upgrading', detail: null });
    if (order?.attempt) {
      next = message;
      return order.attempt.cancel('another one was ordered');
    }
    if (stored.last?.upgrade_id === upgradeId) return tell(stored.last);
    begin(message);
  }

  function begin({ upgrade_id: upgradeId, manifest, signature }: MessageOf<'upgrade'>): void {
    const signed = { manifest, signature };
    let taken: Taken;
    try {
      taken = judgeRelease(signed, host);
    } catch (cause) {
      // Not written down: it would be refused again, and a server could keep the disk busy with it.
      tell(noteFailure(upgradeId, failureOf(cause, 'no_archive')));
      return;
    }
    const { version, commit } = taken.release;
    log.info('An upgrade begins', { upgrade_id: upgradeId, version, commit, signed_by: signature.key });
    const mine: Order = {
      upgradeId,
      attempt: undefined,
      trial: undefined,
      isEnding: false,
      over: Promise.resolve(),
    };
    order = mine;
    mine.attempt = startAttempt({
      ...needs,
      upgradeId,
      signed,
      taken,
      send,
      rest: () => client?.rest() ?? false,
      onWaiting: () => tell(standing(mine)),
    });
    tell(standing(mine));
    mine.over = pursue(mine, mine.attempt);
  }

  async function pursue(mine: Order, attempt: Attempt): Promise<void> {
    let kept: KeptRelease;
    try {
      kept = await attempt.rested;
    } catch (cause) {
      mine.isEnding = true;
      const failure = failureOf(cause, 'download');
      tell(outcomeOf(mine.upgradeId, failure));
      await conclude(mine.upgradeId, failure);
      await clean();
      order = undefined;
      const following = next;
      next = undefined;
      if (following && !stopping) begin(following);
      return;
    }
    // From here on no order is taken by the client that runs.
    mine.attempt = undefined;
    try {
      const program = await tryOut(mine, kept);
      if (stopping) return;
      log.info('This process becomes the new release', { upgrade_id: mine.upgradeId });
      return await seat.become(program);
    } catch (cause) {
      await mine.trial?.stop(stopping ? STOP_TRIAL_MS : undefined);
      // Where it was kept already it stays so: the next start of the installed program tries again.
      if (stored.last?.state !== 'done' || stored.last.upgrade_id !== mine.upgradeId)
        await conclude(mine.upgradeId, failureOf(cause, 'ended'));
      else log.error('The new release cannot be started: the program before runs', { error: cause });
    }
    await clean();
    order = undefined;
    if (stopping) return;
    await seat.stopClient();
    await seat.startClient();
  }

  /** @returns the program this process is to become. @throws UpgradeFailure, after which the client is to run again */
  async function tryOut(mine: Order, kept: KeptRelease): Promise<string> {
    const { upgradeId } = mine;
    const program = `${files.folderOf(kept)}/${PROGRAM}`;
    await save({ last: standing(mine) });
    tell(standing(mine));
    await seat.stopClient();
    if (stopping) throw new UpgradeFailure('back', 'interrupted', 'the client was stopped');
    log.info('A new release is on trial', { upgrade_id: upgradeId, program });
    const trial = startTrial({ ...needs.spawn, program, exec, clock });
    mine.trial = trial;
    await noteTrial(trial);
    const verdict = await trial.verdict;
    if (stopping) throw new UpgradeFailure('back', 'interrupted', 'the client was stopped');
    if (verdict === 'ended') throw new UpgradeFailure('back', 'ended', await howItEnded(trial));
    if (verdict === 'late') throw new UpgradeFailure('back', 'not_connected', trial.lastWords());
    await save({ kept, last: { upgrade_id: upgradeId, state: 'done', reason: null, detail: null } });
    log.info('The new release is connected, and kept', { upgrade_id: upgradeId });
    trial.leave();
    await trial.exited;
    return program;
  }

  /** For whoever starts after us: without it a program that hangs would have to end by itself. */
  async function noteTrial({ pid }: Trial): Promise<void> {
    const startTime = pid === undefined ? undefined : createProcessTable().startTime(pid);
    if (pid === undefined || startTime === undefined) return;
    await save({ trial: { pid, start_time: startTime } });
  }

  /** The release that runs has proved itself again. */
  function settle(): void {
    settling?.cancel();
    const { kept } = stored;
    if (!kept || kept.starts === 0) return;
    save({ kept: { ...kept, starts: 0 } }).catch((error: unknown) => log.warn(NOT_WRITTEN, { error }));
  }

  return {
    report: (): UpgradeReport => ({
      keys: [...host.keys],
      release: host.release ?? null,
      last: order ? standing(order) : stored.last,
    }),
    attach: (attached) => void (client = attached),
    ready() {
      settling?.cancel();
      settling = clock.after(SETTLED_MS, settle);
    },
    down() {
      settling?.cancel();
      order?.attempt?.down();
    },
    idle: () => order?.attempt?.idle(),
    take(message) {
      if (stopping) return;
      if (message.type === 'upgrade') return take(message);
      if (message.upgrade_id !== order?.upgradeId) return;
      if (message.type === 'upgrade_part') order.attempt?.part(message);
      else order.attempt?.cancel('it was cancelled');
    },
    hangUp: () => order?.trial?.hangUp(),
    async stop() {
      stopping = true;
      settle();
      order?.attempt?.cancel('the client was stopped');
      await order?.trial?.stop(STOP_TRIAL_MS);
      await order?.over;
    },
  };
}
