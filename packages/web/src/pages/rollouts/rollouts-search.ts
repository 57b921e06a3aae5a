/** Which rollouts are listed: the query string of their page. Pure. */
import { APP_NAME_PATTERN } from '@ops/protocol/domain/app.ts';

export interface RolloutsSearch {
  readonly app?: string;
}

/** Believes nothing of an address someone typed: what is not known is left out. */
export function readRolloutsSearch(raw: Readonly<Record<string, unknown>>): RolloutsSearch {
  const { app } = raw;
  return typeof app === 'string' && APP_NAME_PATTERN.test(app) ? { app } : {};
}
