/** Tokens and keys of clients in the database: what they are derived from, never they themselves. */
import type { Insertable, Selectable } from 'kysely';

import type { AuditEntry } from '../audit/entry.ts';
import type { Database, Statement } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import type { ClientKey, Token } from './enrolment.ts';

export interface EnrolmentStore {
  load(): Promise<{ readonly tokens: readonly Token[]; readonly keys: readonly ClientKey[] }>;
  /** Inserts or replaces, and deletes tokens by their ids; all in one change. @throws OpsError `storage_unavailable` */
  save(
    change: {
      readonly token?: Token | undefined;
      readonly key?: ClientKey | undefined;
      readonly dropTokens?: readonly string[];
    },
    audit: readonly AuditEntry[],
  ): Promise<void>;
}

function tokenRow(token: Token): Insertable<Tables['enrolment_tokens']> {
  return {
    id: token.id,
    note: token.note,
    max_uses: token.maxUses,
    uses: token.uses,
    client_id: token.clientId,
    created_at_ms: token.createdAtMs,
    created_by: token.createdBy,
    expires_at_ms: token.expiresAtMs,
    revoked_at_ms: token.revokedAtMs,
  };
}

function toToken(row: Selectable<Tables['enrolment_tokens']>): Token {
  return {
    id: row.id,
    note: row.note,
    maxUses: row.max_uses,
    uses: row.uses,
    clientId: row.client_id,
    createdAtMs: row.created_at_ms,
    createdBy: row.created_by,
    expiresAtMs: row.expires_at_ms,
    revokedAtMs: row.revoked_at_ms,
  };
}

function keyRow(key: ClientKey): Insertable<Tables['client_keys']> {
  return {
    client_id: key.clientId,
    generation: key.generation,
    salt: key.salt,
    key_print: key.keyPrint,
    token_id: key.tokenId,
    issued_at_ms: key.issuedAtMs,
    confirmed_at_ms: key.confirmedAtMs,
    revoked_at_ms: key.revokedAtMs,
    before_generation: key.before?.generation ?? null,
    before_salt: key.before?.salt ?? null,
    had_shared: key.hadShared ? 1 : 0,
  };
}

function toKey(row: Selectable<Tables['client_keys']>): ClientKey {
  const { before_generation: generation, before_salt: salt } = row;
  return {
    clientId: row.client_id,
    generation: row.generation,
    salt: row.salt,
    keyPrint: row.key_print,
    tokenId: row.token_id,
    issuedAtMs: row.issued_at_ms,
    confirmedAtMs: row.confirmed_at_ms,
    revokedAtMs: row.revoked_at_ms,
    before: generation === null || salt === null ? null : { generation, salt },
    hadShared: row.had_shared === 1,
  };
}

export function createEnrolmentStore(database: Database<Tables>): EnrolmentStore {
  const { query } = database;
  return {
    async load() {
      const tokens = await query.selectFrom('enrolment_tokens').selectAll().execute();
      const keys = await query.selectFrom('client_keys').selectAll().execute();
      return { tokens: tokens.map(toToken), keys: keys.map(toKey) };
    },
    async save({ token, key, dropTokens = [] }, audit) {
      const statements: Statement[] = [];
      if (token) {
        const { id, ...rest } = tokenRow(token);
        statements.push(
          query
            .insertInto('enrolment_tokens')
            .values({ id, ...rest })
            .onConflict((conflict) =>
              conflict.column('id').doUpdateSet({ uses: rest.uses, revoked_at_ms: rest.revoked_at_ms }),
            ),
        );
      }
      if (key) {
        const { client_id: clientId, ...rest } = keyRow(key);
        statements.push(
          query
            .insertInto('client_keys')
            .values({ client_id: clientId, ...rest })
            .onConflict((conflict) => conflict.column('client_id').doUpdateSet(rest)),
        );
      }
      if (dropTokens.length > 0)
        statements.push(query.deleteFrom('enrolment_tokens').where('id', 'in', [...dropTokens]));
      await database.write({ statements, audit });
    },
  };
}
