/** Words for codes: the one place where what the server names becomes what a person reads. */
import type { Role } from '@ops/protocol/http/endpoint.ts';

import { isNoAnswer } from '../api/api-error.ts';
import type { ApiError } from '../api/api-error.ts';
import type { Dictionary } from './zh.ts';

export function roleName(role: Role, text: Dictionary): string {
  return { viewer: text.roleViewer, operator: text.roleOperator, admin: text.roleAdmin }[role];
}

/** The server's own sentence, which is in the reader's language; ours when there was none. */
export function wordsOfError(error: ApiError, text: Dictionary): string {
  if (error.code === 'unreachable') return text.noAnswer;
  if (error.code === 'unreadable') return text.strangeAnswer(error.status);
  // It is read when one has signed in again: until then the form lies over it.
  if (error.code === 'unauthenticated') return text.sessionWasOver;
  return error.message;
}

/** What to do next about it; nothing where the sentence itself says so. */
export function adviceOf(error: ApiError, text: Dictionary): string | undefined {
  if (isNoAnswer(error)) return text.recoversByItself;
  if (error.code === 'unreadable') return text.proxyHelp;
  if (error.status === 403) return text.forbiddenHelp;
  if (error.status === 429) return text.tooManyHelp;
  return error.status >= 500 ? text.serverFaultHelp : undefined;
}
