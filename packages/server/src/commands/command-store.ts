/** Commands in the database. Rows stay here. Writes of many at once are in steps.ts, the history in history.ts. */
import { sql, type Kysely } from 'kysely';

import type { OutputStream } from '@ops/protocol/domain/command.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';

import type { AuditEntry } from '../audit/entry.ts';
import type { Database, Statement } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import { storedCommand, type StoredCommand } from './command-rows.ts';
import type { BatchRow, MadeCommands } from './commands.ts';
import { forEach, sequenceStatements, statementsOf, type SequenceStep, type Step } from './steps.ts';

/** A new command, as it goes into its row. */
export interface NewCommand {
  readonly number: number;
  readonly position: number;
  readonly summary: CommandSummary;
  readonly held: boolean;
  readonly seq: number | null;
  readonly epoch: string | null;
  /** Of one that is over before it began. */
  readonly groupKey: string | null;
}

export interface NewCommands {
  readonly commands: readonly NewCommand[];
  readonly detail: string | null;
  readonly queueSecs: number | null;
  readonly sequences: readonly SequenceStep[];
  readonly batch: BatchRow | undefined;
  readonly key: NewKey | undefined;
  readonly alongside: readonly Statement[];
  readonly audit: AuditEntry;
}

export interface NewKey {
  readonly actor: string;
  readonly key: string;
  readonly bodySha256: string;
  readonly answer: MadeCommands;
  readonly atMs: number;
  /** An answer as old as this is no more: the key may be used again. */
  readonly forgottenBeforeMs: number;
}

export interface KnownKey {
  readonly bodySha256: string;
  readonly answer: MadeCommands;
}

export interface CommandStore {
  /** All that are not over, and where the numbering has come to. */
  load(): Promise<{
    readonly commands: readonly StoredCommand[];
    readonly sequences: readonly SequenceStep[];
    readonly lastNumber: number;
  }>;
  /** @throws OpsError `storage_unavailable`; ChangeRefusedError `unique` when the key is taken */
  insert(made: NewCommands): Promise<void>;
  /** All of it or nothing. @throws OpsError `storage_unavailable`, ChangeRefusedError */
  apply(steps: readonly Step[], audit?: readonly AuditEntry[]): Promise<void>;
  /** @param atMs when the cancel was asked for. @throws as above */
  cancel(
    asked: readonly number[],
    atMs: number,
    ended: readonly Step[],
    audit: readonly AuditEntry[],
  ): Promise<void>;
  find(id: string): Promise<StoredCommand | undefined>;
  /** Which of the ids exist. */
  existing(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Kept bytes of a stream from `from` to before `to`, as far as they are stored. */
  output(id: string, stream: OutputStream, from: number, to: number): Promise<Buffer>;
  key(actor: string, key: string, forgottenBeforeMs: number): Promise<KnownKey | undefined>;
}

const INSERT = `INSERT INTO commands (number, id, position, client_id, hostname, held, seq, journal_epoch, sent_at_ms, state,
    finished_at_ms, error, group_key, expires_at_ms, batch_id, kind, command, ran, detail, timeout_secs, queue_secs,
    created_at_ms, created_by)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const ASK_TO_CANCEL = `UPDATE commands SET cancel_requested_at_ms = ?2 FROM json_each(?1) AS r
  WHERE commands.number = r.value ->> 0 AND commands.state IN ('Pending', 'Executing')`;

/** Numbers of a client grow with its commands, but for those that waited for their turn. */
const NEWEST_OF_CLIENT = 100;
/** Ids in one read. */
const IDS_AT_ONCE = 500;

export function createCommandStore(database: Database<Tables>): CommandStore {
  const { query } = database;

  /**
   * How far clients have acknowledged, by their newest commands: it is stored with those, and only asked for where
   * something could be sent again.
   */
  async function acknowledgedSeqs(): Promise<ReadonlyMap<string, number>> {
    const rows = await sql<{ client_id: string; seq: number | null }>`
      SELECT s.client_id, (SELECT max(seq) FROM (
          SELECT seq FROM commands AS c WHERE c.client_id = s.client_id AND c.acknowledged = 1
            AND c.journal_epoch = s.journal_epoch ORDER BY c.number DESC LIMIT ${NEWEST_OF_CLIENT})) AS seq
      FROM command_sequences AS s WHERE s.client_id IN (
        SELECT client_id FROM commands WHERE state IN ('Pending', 'Executing') AND seq IS NOT NULL)`.execute(
      query,
    );
    return new Map(rows.rows.map((row) => [row.client_id, row.seq ?? 0]));
  }

  function insertBatch(batch: BatchRow, { commands, queueSecs }: NewCommands): Statement {
    const { ran, timeout_secs, created_at_ms, created_by } = commands[0]!.summary;
    return query.insertInto('batches').values({
      id: batch.id,
      command: batch.command,
      ran,
      selection: JSON.stringify(batch.selection),
      targets: commands.length,
      concurrency: batch.concurrency,
      stop_after_failures: batch.stopAfterFailures,
      timeout_secs,
      queue_secs: queueSecs,
      created_at_ms,
      created_by,
      rerun_of: batch.rerunOf,
      state: 'running',
      stopped: null,
      stopped_by: null,
      finished_at_ms: null,
    });
  }

  return {
    async load() {
      const unfinished = await query
        .selectFrom('commands')
        .selectAll()
        .where('state', 'in', ['Pending', 'Executing'])
        .orderBy('number')
        .execute();
      const sequences = await query.selectFrom('command_sequences').selectAll().execute();
      const acknowledged = await acknowledgedSeqs();
      const last = await query
        .selectFrom('commands')
        .select(({ fn }) => fn.max('number').as('number'))
        .executeTakeFirst();
      return {
        commands: unfinished.map(storedCommand),
        sequences: sequences.map((row) => ({
          kind: 'sequence',
          clientId: row.client_id,
          lastSeq: row.last_seq,
          epoch: row.journal_epoch,
          acknowledgedSeq: Math.max(row.acknowledged_seq, acknowledged.get(row.client_id) ?? 0),
          lostAtMs: row.journal_lost_at_ms,
        })),
        lastNumber: last?.number ?? 0,
      };
    },

    async insert(made) {
      const statements = [
        ...(made.key ? keyStatements(query, made.key) : []),
        ...(made.batch ? [insertBatch(made.batch, made)] : []),
        ...insertCommands(made),
        ...sequenceStatements(made.sequences),
        ...made.alongside,
      ];
      await database.write({ statements, audit: [made.audit] });
    },

    async apply(steps, audit = []) {
      const made = statementsOf(steps);
      await database.write({ statements: made.statements, audit: [...made.audit, ...audit] });
    },

    async cancel(asked, atMs, ended, audit) {
      const made = statementsOf(ended);
      const ask =
        asked.length === 0
          ? []
          : [
              forEach(
                asked.map((number) => [number]),
                ASK_TO_CANCEL,
                atMs,
              ),
            ];
      await database.write({
        statements: [...ask, ...made.statements],
        audit: [...audit, ...made.audit],
      });
    },

    async find(id) {
      const row = await query.selectFrom('commands').selectAll().where('id', '=', id).executeTakeFirst();
      return row && storedCommand(row);
    },

    async existing(ids) {
      const found = new Set<string>();
      for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
        const rows = await query
          .selectFrom('commands')
          .select('id')
          .where('id', 'in', ids.slice(at, at + IDS_AT_ONCE))
          .execute();
        for (const row of rows) found.add(row.id);
      }
      return found;
    },

    async output(id, stream, from, to) {
      const rows = await query
        .selectFrom('command_output')
        .select(['start', 'data'])
        .where('command_id', '=', id)
        .where('stream', '=', stream === 'stdout' ? 0 : 1)
        .where('start', '<', to)
        .where(sql<number>`start + length(data)`, '>', from)
        .orderBy('start')
        .execute();
      const parts = rows.map(({ start, data }) =>
        Buffer.from(data.buffer, data.byteOffset, data.byteLength).subarray(
          Math.max(0, from - start),
          Math.max(0, to - start),
        ),
      );
      return Buffer.concat(parts);
    },

    async key(actor, key, forgottenBeforeMs) {
      const row = await query
        .selectFrom('idempotency_keys')
        .select(['body_sha256', 'answer'])
        .where('actor', '=', actor)
        .where('key', '=', key)
        .where('created_at_ms', '>', forgottenBeforeMs)
        .executeTakeFirst();
      if (!row) return undefined;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by keyStatements alone
      return { bodySha256: row.body_sha256, answer: JSON.parse(row.answer) as MadeCommands };
    },
  };
}

/** Keeps the answer of a request; the same key of the same actor is refused as `unique` while that is kept. */
export function keyStatements(query: Kysely<Tables>, key: NewKey): Statement[] {
  const { actor, bodySha256, answer, atMs, forgottenBeforeMs } = key;
  return [
    query
      .deleteFrom('idempotency_keys')
      .where('actor', '=', actor)
      .where('key', '=', key.key)
      .where('created_at_ms', '<=', forgottenBeforeMs),
    query.insertInto('idempotency_keys').values({
      actor,
      key: key.key,
      body_sha256: bodySha256,
      answer: JSON.stringify(answer),
      created_at_ms: atMs,
    }),
  ];
}

function insertCommands({ commands, detail, queueSecs }: NewCommands): Statement[] {
  const [first] = commands;
  if (!first) return [];
  const { batch_id, kind, command, ran, timeout_secs, created_at_ms, created_by } = first.summary;
  const rows = commands.map(({ number, position, summary, held, seq, epoch, groupKey }) => [
    number,
    summary.id,
    position,
    summary.client_id,
    summary.hostname,
    held ? 1 : 0,
    seq,
    epoch,
    summary.sent_at_ms,
    summary.state,
    summary.finished_at_ms,
    summary.error,
    groupKey,
    summary.expires_at_ms,
  ]);
  const others = [batch_id, kind, command, ran, detail, timeout_secs, queueSecs, created_at_ms, created_by];
  return [{ sql: INSERT, rows, others }];
}
