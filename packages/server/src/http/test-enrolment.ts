/** Enrolment that grants everything and knows one token, for tests of what stands around it. */
import { OpsError } from '@ops/protocol/errors.ts';
import type { TokenView } from '@ops/protocol/http/enrolment.ts';

import type { ClientKey, Enrolment } from '../enrolment/enrolment.ts';
import { EMPTY_BOOK } from '../gateway/test-credential-book.ts';

export const EXAMPLE_TOKEN: TokenView = {
  id: '0123456789abcdef',
  note: 'rack 7',
  state: 'open',
  max_uses: 1,
  uses: 0,
  client_id: null,
  created_at: '2026-01-01T00:00:00.000Z',
  created_by: 'admin',
  expires_at: '2026-01-02T00:00:00.000Z',
};

export interface StandInEnrolment extends Enrolment {
  /** What was ordered, in order. */
  readonly orders: readonly (readonly unknown[])[];
  putKey(key: ClientKey): void;
}

export function createStandInEnrolment(): StandInEnrolment {
  const orders: (readonly unknown[])[] = [];
  const keys = new Map<string, ClientKey>();
  return {
    ...EMPTY_BOOK,
    orders,
    putKey: (key) => void keys.set(key.clientId, key),
    tokens: () => [EXAMPLE_TOKEN],
    async createToken(wish, by) {
      orders.push(['create', wish, by.actor]);
      return { ...EXAMPLE_TOKEN, token: `ops1.${EXAMPLE_TOKEN.id}.${'A'.repeat(43)}` };
    },
    async revokeToken(id, by) {
      if (id !== EXAMPLE_TOKEN.id) throw new OpsError('token_not_found');
      orders.push(['revoke', id, by.actor]);
    },
    async orderNewIdentity(id, by) {
      orders.push(['new identity', id, by.actor]);
    },
    async revokeKey(id, by) {
      orders.push(['revoke key', id, by.actor]);
    },
    keyOf: (id) => keys.get(id),
  };
}
