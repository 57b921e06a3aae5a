import { ApiError } from '../api/api-error.ts';
import type { RefusalView } from './RefusalWords.tsx';

/** What a `command_rejected` says, believing nothing of its shape; undefined for every other failure. */
export function refusalOf(error: unknown): (RefusalView & { readonly byHost: boolean }) | undefined {
  if (!(error instanceof ApiError) || error.code !== 'command_rejected') return undefined;
  const fields = new Map(
    typeof error.body === 'object' && error.body !== null ? Object.entries(error.body) : [],
  );
  const text = (name: string): string => {
    const value: unknown = fields.get(name);
    return typeof value === 'string' ? value : '';
  };
  return {
    rule: text('rule'),
    token: text('token'),
    reason: text('reason') === '' ? error.message : text('reason'),
    byHost: fields.get('refused_by') === 'host',
  };
}
