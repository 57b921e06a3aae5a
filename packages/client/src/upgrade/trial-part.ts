/** The new program during its trial: a client like any other, which tells its parent that it is connected and leaves when told to. */
import type { Readable } from 'node:stream';

import type { ReleaseName } from '@ops/protocol/domain/client-release.ts';

import { TRIAL_CONNECTED, TRIAL_LEAVE } from './role.ts';
import type { UpgradeFiles } from './state-file.ts';
import type { Exchangeable, UpgradeOutcome, UpgradePart } from './upgrade-part.ts';

export interface TrialPartNeeds {
  readonly keys: readonly string[];
  readonly release: ReleaseName | undefined;
  /** Written by the parent alone. */
  readonly files: Pick<UpgradeFiles, 'read'>;
  /** Of this process: what the parent says. */
  readonly input: Readable;
  /** To the parent, a line. */
  readonly tell: (line: string) => void;
  /** Ends this process in order. */
  readonly stop: () => void;
}

export async function createTrialPart(needs: TrialPartNeeds): Promise<UpgradePart> {
  const { keys, release, input, tell, stop } = needs;
  const last: UpgradeOutcome | null = (await needs.files.read()).last;
  let client: Exchangeable | undefined;
  let isLeaving = false;
  let isStopped = false;

  function end(): void {
    if (isStopped) return;
    isStopped = true;
    stop();
  }

  function leaveAtRest(): void {
    if (isLeaving && client?.rest()) end();
  }

  let heard = '';
  input.setEncoding('utf8');
  input.on('data', (text: string) => {
    heard = (heard + text).slice(-64);
    isLeaving ||= heard.split('\n').includes(TRIAL_LEAVE);
    leaveAtRest();
  });
  // The parent is gone, and whoever starts it again starts the program before.
  input.on('end', end);
  input.on('close', end);
  input.on('error', end);

  return {
    report: () => ({ keys: [...keys], release: release ?? null, last }),
    attach: (attached) => void (client = attached),
    ready: () => tell(`${TRIAL_CONNECTED}\n`),
    down() {},
    idle: leaveAtRest,
    take({ type, upgrade_id }) {
      if (type !== 'upgrade') return;
      const status =
        last?.upgrade_id === upgrade_id
          ? last
          : ({ upgrade_id, state: 'refused', reason: 'busy_upgrading', detail: null } as const);
      client?.send({ type: 'upgrade_status', ...status });
    },
  };
}
