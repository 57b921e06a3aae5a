/** Upgrades in memory, for tests of the HTTP side: those a test puts there. */
import { OpsError } from '@ops/protocol/errors.ts';
import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';

import { exampleId, exampleUpgrade } from '../events/test-feeds.ts';
import type { StandInFeeds } from '../events/test-feeds.ts';
import type { ReleaseOnShelf } from '../upgrades/shelf.ts';
import type { UpgradePlan, UpgradeRequest, Upgrades } from '../upgrades/upgrades.ts';

export interface StandInUpgrades extends Upgrades {
  /** Every `create` and `preview`, in order. */
  readonly asked: (UpgradeRequest | UpgradePlan)[];
  put(upgrade: UpgradeSummary): void;
}

const ON_SHELF: ReleaseOnShelf = {
  manifest: '{}',
  signature: { key: `ed25519:${'A'.repeat(43)}`, signature: `${'A'.repeat(86)}==` },
  about: {
    format: 1,
    program: 'ops-client',
    version: '1.2.0',
    commit: 'abc1234',
    released_at: 1_767_000_000_000,
    files: [
      {
        os: 'linux',
        arch: 'x64',
        name: 'ops-client-1.2.0-linux-x64.tar.gz',
        size: 1000,
        sha256: '0'.repeat(64),
      },
    ],
  },
};

export function createStandInUpgrades(feeds: StandInFeeds): StandInUpgrades {
  const known = new Map<string, UpgradeSummary>();
  const asked: StandInUpgrades['asked'] = [];
  return {
    asked,
    put: (upgrade) => void known.set(upgrade.id, upgrade),
    release: async () => ({
      release: ON_SHELF,
      problem: { code: 'archive_missing', words: { zh: '缺少', en: 'missing' } },
      versions: [{ version: '1.0.0', hosts: 2, online: 1 }],
      hosts: { total: 2, ready: 1, unfit: { off: 1 } },
    }),
    async preview(plan) {
      asked.push(plan);
      return { release: ON_SHELF, targets: 0, unknownIds: [exampleId(1)], hosts: [] };
    },
    async create(request) {
      asked.push(request);
      const upgrade = exampleUpgrade(3000 + known.size);
      known.set(upgrade.id, upgrade);
      return upgrade.id;
    },
    async order(id) {
      const upgrade = known.get(id);
      if (!upgrade) throw new OpsError('upgrade_not_found');
      return upgrade;
    },
    get: async (id) => known.get(id),
    list: async () => ({ upgrades: [...known.values()], nextCursor: null }),
    hosts: async (id) => (known.has(id) ? { hosts: [], total: 0, revision: 1 } : undefined),
    onChange: feeds.upgrades.onChange,
  };
}
