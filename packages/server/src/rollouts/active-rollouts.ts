/** The rollouts that are not over: each in memory, with its runner, and with a claim on its application on its hosts. */
import { OpsError } from '@ops/protocol/errors.ts';

import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { isFinal } from '@ops/protocol/domain/command.ts';

import type { RolloutRecord } from './record.ts';
import { createRunner, type Runner, type RunnerNeeds } from './runner.ts';

export interface ActiveRollout {
  readonly record: RolloutRecord;
  readonly runner: Runner;
  readonly unclaim: () => void;
}

/** One rollout at a time changes an application on a host. */
interface Claim {
  readonly appName: string;
  readonly clientIds: ReadonlySet<string>;
}

export interface ActiveRollouts {
  readonly size: number;
  get(id: string): ActiveRollout | undefined;
  /** @throws OpsError `operation_in_progress`, `server_busy`. Returns how to give it back. */
  claim(record: RolloutRecord): () => void;
  /** @param unclaim called when it is over */
  begin(record: RolloutRecord, unclaim: () => void): ActiveRollout;
  /** It goes on being over. */
  giveUp(id: string): Promise<void>;
  heard(summary: CommandSummary): void;
  seen(clientId: string): void;
  close(): Promise<void>;
}

export function createActiveRollouts(
  needs: Omit<RunnerNeeds, 'record' | 'follow' | 'onChange' | 'onFinished'> & {
    readonly maxHosts: number;
    readonly onChange: (id: string) => void;
    readonly onFinished: (record: RolloutRecord) => void;
  },
): ActiveRollouts {
  const { maxHosts, onChange, onFinished } = needs;
  const entries = new Map<string, ActiveRollout>();
  const claims = new Set<Claim>();
  const followed = new Map<string, Runner>();
  let claimed = 0;

  return {
    get size() {
      return entries.size;
    },
    get: (id) => entries.get(id),

    claim({ facts: { appName }, hosts }) {
      const clientIds = new Set(hosts.flatMap(({ wave, clientId }) => (wave === null ? [] : clientId)));
      for (const other of claims) {
        if (other.appName === appName && !other.clientIds.isDisjointFrom(clientIds))
          throw new OpsError('operation_in_progress', {
            reason: `another rollout of ${appName} is not over`,
          });
      }
      if (claimed + clientIds.size > maxHosts)
        throw new OpsError('server_busy', { reason: 'too many hosts are in rollouts that are not over' });
      const claim = { appName, clientIds };
      claims.add(claim);
      claimed += clientIds.size;
      return () => {
        if (claims.delete(claim)) claimed -= clientIds.size;
      };
    },

    begin(record, unclaim) {
      const { id } = record.facts;
      const runner = createRunner({
        ...needs,
        record,
        follow(commandId) {
          followed.set(commandId, runner);
          return () => void followed.delete(commandId);
        },
        onChange: () => onChange(id),
        onFinished() {
          entries.delete(id);
          unclaim();
          onFinished(record);
        },
      });
      const entry = { record, runner, unclaim };
      entries.set(id, entry);
      return entry;
    },

    async giveUp(id) {
      const entry = entries.get(id);
      entries.delete(id);
      entry?.unclaim();
      await entry?.runner.close();
    },

    heard(summary) {
      const runner = followed.get(summary.id);
      if (!runner || !isFinal(summary.state)) return;
      followed.delete(summary.id);
      runner.heard(summary);
    },

    seen(clientId) {
      for (const { runner } of entries.values()) runner.seen(clientId);
    },

    async close() {
      await Promise.all([...entries.values()].map(({ runner }) => runner.close()));
    },
  };
}
