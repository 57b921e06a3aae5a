/**
 * One step of the schema. Steps are only ever added: what was released is never changed. Each runs in one transaction
 * with the row that records it, foreign keys are checked at its end.
 */
export interface Migration {
  /** 1, 2, 3, … without gaps. */
  readonly version: number;
  readonly name: string;
  /** SQL by dialect. Statements that a transaction cannot hold (PRAGMA, VACUUM) do not belong here. */
  readonly sql: { readonly sqlite: string };
}
