/**
 * What the installed program does before it is a client: whoever was killed, one program runs afterwards, and it is one
 * that this host trusts.
 *
 *   a trial was under way ──► its process is waited for, then ended; the upgrade is `back, interrupted`
 *   a release is kept ── good ──► this process becomes it
 *                     ├─ older than what is installed ──► removed
 *                     └─ anything else ──► removed, and said why: the installed one runs
 */
import { sleep } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Exec } from '@ops/runtime/exec.ts';
import type { Log } from '@ops/runtime/log.ts';

import { createProcessTable } from '../executor/process-table.ts';
import type { ProcessTable } from '../executor/process-table.ts';
import { outcomeOf, UpgradeFailure } from './failure.ts';
import type { HostRelease } from './judge-release.ts';
import { judgeKept } from './kept-release.ts';
import type { UpgradeFiles, UpgradeState } from './state-file.ts';

/** A client that has lost its parent has ten seconds to end what it runs. */
export const ORPHAN_MS = 12_000;
const LOOK_EVERY_MS = 20;

export interface StartUpNeeds {
  readonly host: HostRelease;
  readonly files: UpgradeFiles;
  readonly exec: Exec;
  readonly clock: Clock;
  readonly log: Log;
  readonly table?: Pick<ProcessTable, 'startTime'>;
  /** This process becomes that program. @throws Error when it cannot */
  readonly become: (program: string) => Promise<never>;
}

/** Two clients of one host would fight for its place. */
async function endOrphan(
  { pid, start_time }: NonNullable<UpgradeState['trial']>,
  { exec, clock, log, table = createProcessTable() }: StartUpNeeds,
): Promise<void> {
  const isThere = (): boolean => table.startTime(pid) === start_time;
  const hopeless = new AbortController();
  const limit = clock.after(ORPHAN_MS, () => {
    log.warn('A program on trial does not end without its parent: it is killed', { pid });
    if (!exec.signal(pid, 'SIGKILL', 'process')) hopeless.abort();
  });
  while (isThere() && !hopeless.signal.aborted) await sleep(clock, LOOK_EVERY_MS);
  limit.cancel();
}

function isInterrupted(last: UpgradeState['last']): last is NonNullable<UpgradeState['last']> {
  return last?.state === 'trying';
}

export const NOT_WRITTEN = 'The state of upgrades could not be written';
const NOTHING: UpgradeState = { format: 1, kept: null, last: null, trial: null };

async function readOrNothing({ files, log }: StartUpNeeds): Promise<UpgradeState> {
  try {
    return await files.read();
  } catch (error) {
    log.warn('What was kept of upgrades cannot be read, and counts for nothing', { error });
    return NOTHING;
  }
}

/** In a program that became what it is: nothing of another release stays on the disk. */
export async function goOn(needs: StartUpNeeds): Promise<UpgradeState> {
  const { files, log } = needs;
  const found = await readOrNothing(needs);
  const state = { ...found, trial: null };
  try {
    if (found.trial) await files.write(state);
    await files.clean(state.kept ? [state.kept] : []);
  } catch (error) {
    log.warn('What an upgrade left could not be removed', { error });
  }
  return state;
}

/** @returns the state with which the installed program goes on; does not return when it becomes the kept one */
export async function startUp(needs: StartUpNeeds): Promise<UpgradeState> {
  const { files, host, log, become } = needs;
  const before = await readOrNothing(needs);
  let state = before;
  if (state.trial) {
    await endOrphan(state.trial, needs);
    state = { ...state, trial: null };
  }
  if (isInterrupted(state.last)) {
    const failure = new UpgradeFailure('back', 'interrupted', 'the client ended during the trial');
    state = { ...state, last: outcomeOf(state.last.upgrade_id, failure) };
    log.warn('An upgrade was interrupted: the program before runs');
  }
  if (state.kept) {
    const verdict = await judgeKept(state.kept, host, files);
    if (verdict.kind === 'good') {
      const { version, commit } = verdict.release;
      log.info('This process becomes the release that is kept', { version, commit });
      const counted = { ...state, kept: { ...state.kept, starts: state.kept.starts + 1 } };
      // A full disk must not bring an older program back.
      await files.write(counted).catch((error: unknown) => log.warn(NOT_WRITTEN, { error }));
      try {
        return await become(verdict.program);
      } catch (error) {
        log.error('The release that is kept cannot be started: the installed program runs', { error });
      }
    } else {
      const sentence =
        verdict.kind === 'outdated'
          ? 'The installed program is younger than the release that was kept, which is removed'
          : 'The release that was kept is not used: the installed program runs';
      log.warn(sentence, { why: verdict.why });
      const { last } = state;
      const failure = new UpgradeFailure('back', 'ended', `not started again: ${verdict.why}`);
      const isOver = verdict.kind === 'bad' && last?.state === 'done';
      state = { ...state, kept: null, last: isOver ? outcomeOf(last.upgrade_id, failure) : last };
    }
  }
  try {
    if (state !== before) await files.write(state);
    await files.clean(state.kept ? [state.kept] : []);
  } catch (error) {
    log.warn(NOT_WRITTEN, { error });
  }
  return state;
}
