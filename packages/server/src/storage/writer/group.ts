/** One group of changes, one transaction. */
import type { Trail } from '../../audit/trail.ts';
import type { WriteConnection, WriteDialect } from '../dialects/dialect.ts';
import { messageOf } from '../storage-error.ts';
import type { CompiledChange, Outcome } from './messages.ts';

export interface GroupNeeds {
  readonly connection: WriteConnection;
  readonly dialect: WriteDialect;
  readonly trail: Trail | undefined;
}

/**
 * Applies the changes in order. A change the database refuses is undone alone; anything worse undoes the group.
 * @param anchor the audit trail is anchored now, whether or not enough rows have gathered
 * @returns what became of each change, durable
 * @throws what stopped the group: nothing of it was applied
 */
export function applyGroup(
  { connection, dialect, trail }: GroupNeeds,
  changes: readonly CompiledChange[],
  { nowMs, anchor }: { readonly nowMs: number; readonly anchor: boolean },
): readonly Outcome[] {
  return connection.transaction(() => {
    const outcomes = changes.map((change) => applyOne(change));
    trail?.anchor(nowMs, { always: anchor });
    return outcomes;
  });

  function applyOne(change: CompiledChange): Outcome {
    const before = trail?.position;
    try {
      return connection.savepoint(() => {
        const results = change.statements.map((statement) => connection.run(statement));
        trail?.append(change.audit);
        return { applied: true, results };
      });
    } catch (error) {
      const failure = dialect.judge(error);
      if (failure.kind !== 'refused') throw error;
      if (before) trail?.backTo(before);
      return { applied: false, reason: failure.reason, message: messageOf(error) };
    }
  }
}
