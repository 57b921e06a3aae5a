import type { Migration } from '../migration.ts';

/** When the journal of a client was lost is shown with the client, after a restart as well. */
export const lostJournals: Migration = {
  version: 4,
  name: 'lost journals',
  sql: { sqlite: 'ALTER TABLE command_sequences ADD COLUMN journal_lost_at_ms INTEGER;' },
};
