import type { Migration } from '../migration.ts';

export const rollouts: Migration = {
  version: 3,
  name: 'rollouts',
  sql: {
    sqlite: `
      CREATE TABLE releases (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        client_id TEXT NOT NULL CHECK (length(client_id) = 36),
        hostname TEXT NOT NULL,
        app_name TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('found', 'update', 'rollback')),
        version TEXT NOT NULL,
        version_before TEXT,
        branch TEXT,
        "commit" TEXT,
        outcome TEXT NOT NULL CHECK (outcome IN ('running', 'succeeded', 'failed')),
        created_by TEXT,
        started_at_ms INTEGER NOT NULL,
        finished_at_ms INTEGER,
        command_id TEXT UNIQUE,
        rollout_id TEXT
      ) STRICT;
      CREATE INDEX releases_by_app ON releases (client_id, app_name, number);
      CREATE INDEX releases_by_name ON releases (app_name, number);
      CREATE INDEX releases_running ON releases (number) WHERE outcome = 'running';

      CREATE TABLE rollouts (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
        app_name TEXT NOT NULL,
        action TEXT CHECK (action IN ('Start', 'Stop', 'Restart')),
        version TEXT,
        restart INTEGER NOT NULL CHECK (restart IN (0, 1)),
        max_failures INTEGER NOT NULL,
        gate TEXT NOT NULL CHECK (json_valid(gate)),
        on_failure TEXT NOT NULL CHECK (on_failure IN ('hold', 'rollback')),
        concurrency INTEGER NOT NULL,
        timeout_secs INTEGER NOT NULL,
        created_at_ms INTEGER NOT NULL,
        created_by TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'held', 'stopping', 'rolling_back', 'succeeded',
          'stopped', 'rolled_back', 'rollback_failed')),
        changed_by TEXT,
        finished_at_ms INTEGER,
        wave INTEGER NOT NULL,
        waves TEXT NOT NULL CHECK (json_valid(waves)),
        skipped INTEGER NOT NULL,
        failures INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        CHECK ((action IS NULL) <> (version IS NULL))
      ) STRICT;
      CREATE INDEX rollouts_by_app ON rollouts (app_name, number);
      CREATE INDEX rollouts_unfinished ON rollouts (number) WHERE finished_at_ms IS NULL;

      CREATE TABLE rollout_hosts (
        rollout_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        client_id TEXT NOT NULL CHECK (length(client_id) = 36),
        hostname TEXT NOT NULL,
        wave INTEGER,
        held_to_status INTEGER NOT NULL CHECK (held_to_status IN (0, 1)),
        version_before TEXT,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'changing', 'changed', 'healthy', 'failed', 'skipped', 'left',
          'rolling_back', 'rolled_back', 'rollback_failed')),
        reason TEXT,
        detail TEXT,
        PRIMARY KEY (rollout_id, position)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE rollout_steps (
        rollout_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        step INTEGER NOT NULL,
        command_id TEXT NOT NULL,
        PRIMARY KEY (rollout_id, position, attempt, step)
      ) STRICT, WITHOUT ROWID;
    `,
  },
};
