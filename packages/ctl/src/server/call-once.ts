/** A call that makes something, made once: the same key makes a second try harmless when the first answer was lost. */
import { IDEMPOTENCY_HEADER } from '@ops/protocol/http/commands.ts';
import type { Endpoint } from '@ops/protocol/http/endpoint.ts';
import type { Infer, Schema } from '@ops/protocol/schema.ts';
import { systemRandom } from '@ops/runtime/random.ts';

import { ApiFailure } from './server.ts';
import type { CallParts, Server } from './server.ts';

/** @throws ApiFailure */
export async function callOnce<E extends Endpoint & { readonly answer: Schema<unknown> }>(
  server: Server,
  endpoint: E,
  parts: CallParts<E>,
): Promise<Infer<E['answer']>> {
  const keyed = { ...parts, headers: { ...parts.headers, [IDEMPOTENCY_HEADER]: systemRandom.uuid() } };
  try {
    return await server.call(endpoint, keyed);
  } catch (cause) {
    if (!(cause instanceof ApiFailure) || cause.code !== 'unreachable') throw cause;
    return server.call(endpoint, keyed);
  }
}
