import type { Migration } from '../migration.ts';

/**
 * The key leads with the client: a chart reads one client's minutes as one run of pages, and retention deletes client
 * by client, so no second index as large as the table is needed.
 */
export const minuteSamples: Migration = {
  version: 1,
  name: 'minute samples',
  sql: {
    sqlite: `
      CREATE TABLE minute_samples (
        client_id TEXT NOT NULL CHECK (length(client_id) = 36),
        minute INTEGER NOT NULL,
        samples INTEGER NOT NULL CHECK (samples > 0),
        cpu_usage REAL,
        load1 REAL,
        used_memory REAL,
        total_memory REAL,
        used_swap REAL,
        disk_used REAL,
        disk_total REAL,
        rx_bytes_per_sec REAL,
        tx_bytes_per_sec REAL,
        read_bytes_per_sec REAL,
        write_bytes_per_sec REAL,
        PRIMARY KEY (client_id, minute)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE sample_progress (
        client_id TEXT PRIMARY KEY CHECK (length(client_id) = 36),
        backlog_to_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
};
