/** Rollouts and releases in memory, for tests of the HTTP side: those a test puts there. */
import { OpsError } from '@ops/protocol/errors.ts';
import type { Release } from '@ops/protocol/http/releases.ts';
import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';

import { exampleId, exampleRollout } from '../events/test-feeds.ts';
import type { StandInFeeds } from '../events/test-feeds.ts';
import type { Releases } from '../releases/releases.ts';
import type { RolloutRequest, Rollouts } from '../rollouts/rollouts.ts';

export interface StandInRollouts extends Rollouts {
  /** Every `create`, in order. */
  readonly asked: RolloutRequest[];
  put(rollout: RolloutSummary): void;
}

export function createStandInRollouts(feeds: StandInFeeds): StandInRollouts {
  const known = new Map<string, RolloutSummary>();
  const asked: RolloutRequest[] = [];
  return {
    asked,
    put: (rollout) => void known.set(rollout.id, rollout),
    preview: () => ({ waves: [1], targets: 1, unknownIds: [], hosts: [] }),
    async create(request) {
      asked.push(request);
      const rollout = exampleRollout(2000 + known.size);
      known.set(rollout.id, rollout);
      return rollout.id;
    },
    async order(id) {
      const rollout = known.get(id);
      if (!rollout) throw new OpsError('rollout_not_found');
      return rollout;
    },
    get: async (id) => known.get(id),
    list: async () => ({ rollouts: [...known.values()], nextCursor: null }),
    hosts: async (id) => (known.has(id) ? { hosts: [], total: 0, revision: 1 } : undefined),
    onChange: feeds.rollouts.onChange,
  };
}

export interface StandInReleases extends Releases {
  /** Newest first. */
  readonly all: Release[];
  /** Where every application would go back to. */
  before: string | undefined;
}

export function createStandInReleases(): StandInReleases {
  const releases: StandInReleases = {
    all: [],
    before: 'v0.9.0',
    recorded: (draft, make) =>
      make((commandIds) => {
        releases.all.unshift(exampleRelease(releases.all.length + 1, draft.version, commandIds[0] ?? null));
        return [];
      }),
    list: async () => ({ releases: releases.all, nextCursor: null }),
    versionBefore: async () => releases.before,
    ofCommand: async (commandId) => releases.all.find(({ command_id: id }) => id === commandId),
  };
  return releases;
}

function exampleRelease(number: number, version: string, commandId: string | null): Release {
  return {
    number,
    client_id: exampleId(1),
    hostname: 'host-00001',
    app_name: 'my-app',
    kind: 'update',
    version,
    version_before: null,
    branch: null,
    commit: null,
    outcome: 'running',
    created_by: 'admin',
    started_at_ms: 1_767_225_600_000,
    finished_at_ms: null,
    command_id: commandId,
    rollout_id: null,
    current: false,
  };
}
