import type { Migration } from '../migration.ts';

export const enrolment: Migration = {
  version: 5,
  name: 'enrolment',
  sql: {
    sqlite: `
      CREATE TABLE enrolment_tokens (
        id TEXT PRIMARY KEY CHECK (length(id) = 16),
        note TEXT NOT NULL,
        max_uses INTEGER NOT NULL CHECK (max_uses >= 1),
        uses INTEGER NOT NULL CHECK (uses BETWEEN 0 AND max_uses),
        client_id TEXT CHECK (length(client_id) = 36),
        created_at_ms INTEGER NOT NULL,
        created_by TEXT NOT NULL,
        expires_at_ms INTEGER NOT NULL,
        revoked_at_ms INTEGER
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE client_keys (
        client_id TEXT PRIMARY KEY CHECK (length(client_id) = 36),
        generation INTEGER NOT NULL CHECK (generation >= 1),
        salt TEXT NOT NULL CHECK (length(salt) = 32),
        key_print TEXT NOT NULL,
        token_id TEXT NOT NULL,
        issued_at_ms INTEGER NOT NULL,
        confirmed_at_ms INTEGER,
        revoked_at_ms INTEGER,
        before_generation INTEGER,
        before_salt TEXT,
        had_shared INTEGER NOT NULL CHECK (had_shared IN (0, 1)),
        CHECK ((before_generation IS NULL) = (before_salt IS NULL))
      ) STRICT, WITHOUT ROWID;

      ALTER TABLE clients ADD COLUMN credential TEXT NOT NULL DEFAULT 'none'
        CHECK (credential IN ('own_key', 'shared_secret', 'none'));
      UPDATE clients SET credential = 'shared_secret' WHERE authenticated = 1;
    `,
  },
};
