import type { Migration } from '../migration.ts';

export const upgrades: Migration = {
  version: 6,
  name: 'upgrades',
  sql: {
    sqlite: `
      ALTER TABLE clients ADD COLUMN upgrade TEXT CHECK (json_valid(upgrade));

      CREATE TABLE upgrades (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
        manifest TEXT NOT NULL,
        signature TEXT NOT NULL CHECK (json_valid(signature)),
        max_failures INTEGER NOT NULL,
        concurrency INTEGER NOT NULL,
        created_at_ms INTEGER NOT NULL,
        created_by TEXT NOT NULL,
        expires_at_ms INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('canary', 'rolling', 'paused', 'held', 'stopping', 'finished', 'stopped')),
        changed_by TEXT,
        finished_at_ms INTEGER,
        failures INTEGER NOT NULL,
        counts TEXT NOT NULL CHECK (json_valid(counts)),
        revision INTEGER NOT NULL
      ) STRICT;
      -- One at a time, whatever asks for it.
      CREATE UNIQUE INDEX upgrades_unfinished ON upgrades ((1)) WHERE finished_at_ms IS NULL;

      CREATE TABLE upgrade_hosts (
        upgrade_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        client_id TEXT NOT NULL CHECK (length(client_id) = 36),
        hostname TEXT NOT NULL,
        canary INTEGER NOT NULL CHECK (canary IN (0, 1)),
        version_before TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('queued', 'ordered', 'fetching', 'waiting', 'trying', 'done', 'refused',
          'failed', 'back', 'skipped', 'left', 'expired')),
        reason TEXT,
        detail TEXT,
        changed_at_ms INTEGER NOT NULL,
        PRIMARY KEY (upgrade_id, position)
      ) STRICT, WITHOUT ROWID;
    `,
  },
};
