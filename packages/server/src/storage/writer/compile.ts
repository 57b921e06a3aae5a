/** Turns a change into plain data for the writer's thread, and refuses what no database could take. */
import { canonicalJson } from '../../audit/canonical.ts';
import type { AuditEntry } from '../../audit/entry.ts';
import type { Change, Statement } from '../database.ts';
import { asParameter, type CompiledStatement } from '../dialects/dialect.ts';
import type { CompiledChange, CompiledEntry } from './messages.ts';

/** An estimate of what a statement holds beside its values. */
const STATEMENT_BYTES = 200;

/** @returns the change, and about how many bytes it holds. @throws TypeError for a value no column takes */
export function compileChange(change: Change): { readonly compiled: CompiledChange; readonly bytes: number } {
  const statements = change.statements.map(compileStatement);
  const audit = (change.audit ?? []).map(compileEntry);
  let bytes = 0;
  for (const { parameters, rows = '' } of statements) {
    bytes += STATEMENT_BYTES + rows.length * 2;
    for (const value of parameters)
      bytes +=
        typeof value === 'string' ? value.length * 2 : value instanceof Uint8Array ? value.byteLength : 8;
  }
  for (const { detail } of audit) bytes += STATEMENT_BYTES + detail.length * 2;
  return { compiled: { statements, audit }, bytes };
}

function compileStatement(statement: Statement): CompiledStatement {
  if ('rows' in statement)
    return {
      sql: statement.sql,
      parameters: (statement.others ?? []).map(asParameter),
      rows: JSON.stringify(statement.rows),
    };
  const { sql, parameters } = statement.compile();
  return { sql, parameters: parameters.map(asParameter) };
}

function compileEntry({
  atMs,
  actor,
  role,
  address,
  action,
  target,
  detail,
  outcome,
}: AuditEntry): CompiledEntry {
  return {
    atMs,
    actor: actor.toWellFormed(),
    role,
    address,
    action,
    target: target.toWellFormed(),
    detail: canonicalJson(detail),
    outcome,
  };
}
