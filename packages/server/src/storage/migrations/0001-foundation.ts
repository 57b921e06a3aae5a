import type { Migration } from '../migration.ts';

export const foundation: Migration = {
  version: 1,
  name: 'foundation',
  sql: {
    sqlite: `
      CREATE TABLE meta (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE users (
        id TEXT PRIMARY KEY,
        username TEXT NOT NULL UNIQUE,
        role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
        password_hash TEXT NOT NULL,
        password_is_default INTEGER NOT NULL DEFAULT 0 CHECK (password_is_default IN (0, 1)),
        disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
        created_at_ms INTEGER NOT NULL,
        updated_at_ms INTEGER NOT NULL
      ) STRICT;

      CREATE TABLE sessions (
        id_hash TEXT PRIMARY KEY CHECK (length(id_hash) = 64),
        user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        created_at_ms INTEGER NOT NULL,
        last_activity_ms INTEGER NOT NULL,
        restricted INTEGER NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1)),
        address TEXT NOT NULL
      ) STRICT;
      CREATE INDEX sessions_by_user ON sessions (user_id);
      CREATE INDEX sessions_by_activity ON sessions (last_activity_ms);

      CREATE TABLE audit (
        seq INTEGER PRIMARY KEY CHECK (seq > 0),
        at_ms INTEGER NOT NULL,
        actor TEXT NOT NULL,
        role TEXT NOT NULL,
        address TEXT NOT NULL,
        action TEXT NOT NULL,
        target TEXT NOT NULL,
        detail TEXT NOT NULL CHECK (json_valid(detail)),
        outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'refused', 'failed')),
        prev TEXT NOT NULL CHECK (length(prev) = 64),
        hash TEXT NOT NULL CHECK (length(hash) = 64)
      ) STRICT;
      CREATE INDEX audit_by_time ON audit (at_ms);
      CREATE INDEX audit_by_actor ON audit (actor, seq);
      CREATE INDEX audit_by_target ON audit (target, seq) WHERE target <> '';
      CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
      CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;

      CREATE TABLE audit_anchors (
        seq INTEGER PRIMARY KEY CHECK (seq > 0),
        hash TEXT NOT NULL CHECK (length(hash) = 64),
        hmac TEXT NOT NULL CHECK (length(hmac) = 64),
        at_ms INTEGER NOT NULL
      ) STRICT;

      CREATE TABLE clients (
        id TEXT PRIMARY KEY CHECK (length(id) = 36),
        first_seen_ms INTEGER NOT NULL,
        last_seen_ms INTEGER NOT NULL,
        connected_at_ms INTEGER,
        disconnected_at_ms INTEGER,
        client_version TEXT NOT NULL,
        facts TEXT NOT NULL CHECK (json_valid(facts)),
        last_sample TEXT CHECK (last_sample IS NULL OR json_valid(last_sample)),
        apps TEXT NOT NULL CHECK (json_valid(apps)),
        labels TEXT NOT NULL CHECK (json_valid(labels)),
        policy TEXT NOT NULL CHECK (json_valid(policy)),
        remote_address TEXT NOT NULL,
        encrypted INTEGER NOT NULL CHECK (encrypted IN (0, 1)),
        authenticated INTEGER NOT NULL CHECK (authenticated IN (0, 1)),
        clock_offset_ms INTEGER,
        conflict_at_ms INTEGER
      ) STRICT;

      CREATE TABLE client_tombstones (
        id TEXT PRIMARY KEY CHECK (length(id) = 36),
        forgotten_at_ms INTEGER NOT NULL,
        forgotten_by TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
};
