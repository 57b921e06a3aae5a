import type { Migration } from '../migration.ts';

export const commands: Migration = {
  version: 2,
  name: 'commands',
  sql: {
    sqlite: `
      -- No query uses it, and results of ten thousand clients would each write another page of it.
      DROP INDEX audit_by_actor;

      CREATE TABLE batches (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
        command TEXT NOT NULL,
        ran TEXT,
        selection TEXT NOT NULL CHECK (json_valid(selection)),
        targets INTEGER NOT NULL,
        concurrency INTEGER NOT NULL,
        stop_after_failures INTEGER,
        timeout_secs INTEGER NOT NULL,
        queue_secs INTEGER,
        created_at_ms INTEGER NOT NULL,
        created_by TEXT NOT NULL,
        rerun_of TEXT,
        state TEXT NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'stopping', 'finished')),
        stopped TEXT CHECK (stopped IN ('user', 'failures')),
        stopped_by TEXT,
        finished_at_ms INTEGER
      ) STRICT;
      CREATE INDEX batches_unfinished ON batches (number) WHERE state <> 'finished';

      CREATE TABLE commands (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
        batch_id TEXT,
        position INTEGER NOT NULL DEFAULT 0,
        client_id TEXT NOT NULL CHECK (length(client_id) = 36),
        hostname TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('command', 'service', 'update')),
        command TEXT NOT NULL,
        ran TEXT,
        detail TEXT CHECK (detail IS NULL OR json_valid(detail)),
        timeout_secs INTEGER NOT NULL,
        queue_secs INTEGER,
        created_at_ms INTEGER NOT NULL,
        created_by TEXT NOT NULL,
        held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)),
        expires_at_ms INTEGER NOT NULL,
        seq INTEGER,
        journal_epoch TEXT,
        sent_at_ms INTEGER,
        acknowledged INTEGER NOT NULL DEFAULT 0 CHECK (acknowledged IN (0, 1)),
        state TEXT NOT NULL DEFAULT 'Pending'
          CHECK (state IN ('Pending', 'Executing', 'Completed', 'Timeout', 'Failed', 'Cancelled')),
        executed_at_ms INTEGER,
        finished_at_ms INTEGER,
        duration_ms INTEGER,
        exit_code INTEGER,
        signal TEXT,
        error TEXT,
        stdout_bytes INTEGER NOT NULL DEFAULT 0,
        stderr_bytes INTEGER NOT NULL DEFAULT 0,
        chunks INTEGER NOT NULL DEFAULT 0,
        stdout_kept INTEGER NOT NULL DEFAULT 0,
        stderr_kept INTEGER NOT NULL DEFAULT 0,
        truncated INTEGER NOT NULL DEFAULT 0 CHECK (truncated IN (0, 1)),
        late INTEGER NOT NULL DEFAULT 0 CHECK (late IN (0, 1)),
        cancel_requested_at_ms INTEGER,
        group_key TEXT
      ) STRICT;
      CREATE INDEX commands_by_client ON commands (client_id, number);
      CREATE INDEX commands_by_batch ON commands (batch_id, position) WHERE batch_id IS NOT NULL;
      CREATE INDEX commands_unfinished ON commands (number) WHERE state IN ('Pending', 'Executing');
      CREATE INDEX commands_single ON commands (number) WHERE batch_id IS NULL;

      CREATE TABLE command_output (
        command_id TEXT NOT NULL,
        stream INTEGER NOT NULL CHECK (stream IN (0, 1)),
        start INTEGER NOT NULL,
        data BLOB NOT NULL,
        UNIQUE (command_id, stream, start)
      ) STRICT;

      CREATE TABLE command_sequences (
        client_id TEXT PRIMARY KEY CHECK (length(client_id) = 36),
        last_seq INTEGER NOT NULL,
        journal_epoch TEXT,
        acknowledged_seq INTEGER NOT NULL DEFAULT 0
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE idempotency_keys (
        actor TEXT NOT NULL,
        key TEXT NOT NULL,
        body_sha256 TEXT NOT NULL CHECK (length(body_sha256) = 64),
        answer TEXT NOT NULL CHECK (json_valid(answer)),
        created_at_ms INTEGER NOT NULL,
        PRIMARY KEY (actor, key)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at_ms);
    `,
  },
};
