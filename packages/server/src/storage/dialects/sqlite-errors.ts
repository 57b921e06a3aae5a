/** What SQLite's result codes mean. https://www.sqlite.org/rescode.html */
import type { Failure } from './dialect.ts';

const CONSTRAINTS: ReadonlyMap<number, Failure> = new Map([
  [1555, { kind: 'refused', reason: 'unique' }], // PRIMARYKEY
  [2067, { kind: 'refused', reason: 'unique' }], // UNIQUE
  [2579, { kind: 'refused', reason: 'unique' }], // ROWID
  [787, { kind: 'refused', reason: 'foreign_key' }], // FOREIGNKEY
]);

const PRIMARY: ReadonlyMap<number, Failure> = new Map([
  [1, { kind: 'refused', reason: 'statement' }], // ERROR: SQL, or RAISE
  [18, { kind: 'refused', reason: 'check' }], // TOOBIG
  [19, { kind: 'refused', reason: 'check' }], // CONSTRAINT: the rest of them
  [20, { kind: 'refused', reason: 'check' }], // MISMATCH
  [25, { kind: 'refused', reason: 'statement' }], // RANGE
  [11, { kind: 'damaged' }], // CORRUPT
  [26, { kind: 'damaged' }], // NOTADB
]);

/** @returns the extended result code, or undefined for an error that is not SQLite's */
export function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}

/** What is not known is taken as `unavailable`: the safe side, since nothing is acknowledged then. */
export function judge(error: unknown): Failure {
  const code = resultCode(error);
  if (code === undefined) {
    // node:sqlite throws TypeError and RangeError for values it cannot bind.
    return error instanceof TypeError || error instanceof RangeError
      ? { kind: 'refused', reason: 'statement' }
      : { kind: 'unavailable' };
  }
  return CONSTRAINTS.get(code) ?? PRIMARY.get(code & 0xff) ?? { kind: 'unavailable' };
}
