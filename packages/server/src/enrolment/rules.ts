/** Whether a token lets a client in. Pure. */
import type { TokenState } from '@ops/protocol/http/enrolment.ts';

import type { ClientKey, Refusal, Token } from './enrolment.ts';

export function tokenState(token: Token, nowMs: number): TokenState {
  if (token.revokedAtMs !== null) return 'revoked';
  if (nowMs >= token.expiresAtMs) return 'expired';
  return token.uses >= token.maxUses ? 'used_up' : 'open';
}

export interface EnrolFacts {
  readonly token: Token;
  readonly clientId: string;
  readonly key: ClientKey | undefined;
  /** The fleet has a client with this id. */
  readonly known: boolean;
  readonly forgotten: boolean;
  readonly nowMs: number;
}

/**
 * `again`: this client asked before and did not get, or did not keep, the answer; it costs no use and changes nothing.
 * A token that names no client never gives away the id of one that is known: who holds it could pose as that host.
 */
export function judgeEnrol(facts: EnrolFacts): 'new' | 'again' | Refusal {
  const { token, clientId, key, known, forgotten, nowMs } = facts;
  const state = tokenState(token, nowMs);
  if (state === 'revoked') return 'token_revoked';
  if (state === 'expired') return 'token_expired';
  if (forgotten) return 'forgotten';
  const unused = key !== undefined && key.confirmedAtMs === null && key.revokedAtMs === null;
  if (unused && key.tokenId === token.id) return 'again';
  if (state === 'used_up') return 'token_used_up';
  if (token.clientId !== null) return token.clientId === clientId ? 'new' : 'token_other_client';
  return known || (key && !unused) ? 'id_known' : 'new';
}
