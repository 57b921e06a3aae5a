/** The header by which a request that is sent again is recognised, so that nothing runs twice. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import { IDEMPOTENCY_HEADER, IDEMPOTENCY_KEY_PATTERN } from '@ops/protocol/http/commands.ts';
import type { Endpoint } from '@ops/protocol/http/endpoint.ts';

import { canonicalJson } from '../audit/canonical.ts';
import type { IdempotencyKey } from '../commands/commands.ts';
import { RequestFault } from './request-fault.ts';

/** @returns undefined without the header @throws RequestFault `invalid_request` for a key of the wrong form */
export function idempotencyKeyOf(
  headers: IncomingHttpHeaders,
  { method, path }: Endpoint,
  body: unknown,
): IdempotencyKey | undefined {
  const key = headers[IDEMPOTENCY_HEADER];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY_PATTERN.test(key)) {
    throw new RequestFault('invalid_request', {
      field: `headers.${IDEMPOTENCY_HEADER}`,
      words: {
        zh: 'Idempotency-Key 须为 1 至 128 个可见的 ASCII 字符',
        en: 'Idempotency-Key must have 1 to 128 visible ASCII characters',
      },
    });
  }
  // The order of the keys says nothing.
  const text = `${method} ${path} ${canonicalJson(body)}`;
  return { key, bodySha256: createHash('sha256').update(text).digest('hex') };
}
