/** Whom a request means. */
import { OpsError } from '@ops/protocol/errors.ts';

import type { Selection } from '../batches/batches.ts';
import { RequestFault } from './request-fault.ts';

/** @throws RequestFault unless exactly one of the three is given: nothing never means everything (S-3) */
export function selectionOf(body: {
  readonly client_ids?: readonly string[] | undefined;
  readonly selector?: string | undefined;
  readonly all?: true | undefined;
}): Selection {
  const { client_ids: ids, selector, all } = body;
  const given: Selection[] = [];
  if (ids !== undefined) given.push({ kind: 'ids', ids });
  if (selector !== undefined) given.push({ kind: 'selector', selector });
  if (all !== undefined) given.push({ kind: 'all' });
  const [selection] = given;
  if (selection && given.length === 1) return selection;
  throw new RequestFault('invalid_request', {
    field: 'body.client_ids',
    words: {
      zh: '必须且只能给出 client_ids、selector、all: true 三者之一',
      en: 'give exactly one of client_ids, selector and all: true',
    },
  });
}

/** Which clients are not known goes into the sentence. */
export function inWords(error: unknown): never {
  if (!(error instanceof OpsError) || error.code !== 'client_not_found') throw error;
  const { field, reason = '' } = error.details;
  throw new RequestFault('client_not_found', {
    ...(field !== undefined && { field }),
    words: { zh: reason, en: reason },
    cause: error,
  });
}
