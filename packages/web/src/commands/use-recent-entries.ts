import type { ApiError } from '../api/api-error.ts';
import type { Entry } from './CommandTable.tsx';
import { useBothHistories } from './use-history.ts';

function createdAt(entry: Entry): number {
  return entry.kind === 'command' ? entry.command.created_at_ms : entry.batch.created_at_ms;
}

/** The newest single commands and batches together. Undefined until both arrived. */
export function useRecentEntries(count: number): {
  readonly entries: readonly Entry[] | undefined;
  readonly error: ApiError | undefined;
} {
  const { commands, batches } = useBothHistories(count);
  const error = commands.error ?? batches.error;
  if (commands.page === undefined || batches.page === undefined) return { entries: undefined, error };
  const all: Entry[] = [
    ...commands.page.items.map((command) => ({ kind: 'command' as const, command })),
    ...batches.page.items.map((batch) => ({ kind: 'batch' as const, batch })),
  ];
  return { entries: all.toSorted((a, b) => createdAt(b) - createdAt(a)).slice(0, count), error };
}
