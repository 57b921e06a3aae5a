/** Calls to the server: an endpoint of the table goes out, its decoded answer comes back, or an `ApiFailure`. */
import { request as plainRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';

import { ERROR_CODES } from '@ops/protocol/errors.ts';
import type { ErrorCode } from '@ops/protocol/errors.ts';
import type { BodyOf, Endpoint, ParamsOf, QueryOf } from '@ops/protocol/http/endpoint.ts';
import { decodeKnown, isObject, SchemaError } from '@ops/protocol/schema.ts';
import type { Infer, Schema } from '@ops/protocol/schema.ts';
import type { Language } from '@ops/runtime/language.ts';

/** Longest wait for an answer to begin. */
const ANSWER_WITHIN_MS = 60_000;
/** A batch of 10,000 hosts answers in 1 MB; a whole output in 8. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export class ApiFailure extends Error {
  /** `unreachable`: no answer came. `unreadable`: it was not one of ours. */
  readonly code: ErrorCode | 'unreachable' | 'unreadable';
  readonly reason: string | undefined;

  constructor(code: ApiFailure['code'], message: string, reason?: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ApiFailure';
    this.code = code;
    this.reason = reason;
  }
}

/** A server that restarts, or has much to do, answers later; every other failure is an answer. */
export function isPassing(cause: unknown): boolean {
  return (
    cause instanceof ApiFailure && ['unreachable', 'server_busy', 'too_many_requests'].includes(cause.code)
  );
}

type Callable = Endpoint & { readonly answer: Schema<unknown> };

export interface CallParts<E extends Endpoint> {
  readonly params?: ParamsOf<E>;
  readonly query?: QueryOf<E>;
  readonly body?: BodyOf<E>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Server {
  /** Without a slash at its end. */
  readonly url: string;
  /** @throws ApiFailure */
  call<E extends Callable>(endpoint: E, parts?: CallParts<E>): Promise<Infer<E['answer']>>;
  /** The same with another schema for the answer. @throws ApiFailure */
  callAs<E extends Endpoint, T>(endpoint: E, answer: Schema<T>, parts?: CallParts<E>): Promise<T>;
  /** The answer as it comes, for streams. @throws ApiFailure */
  open(
    path: string,
    options: { readonly headers?: Readonly<Record<string, string>>; readonly signal: AbortSignal },
  ): Promise<IncomingMessage>;
}

export interface ServerOptions {
  readonly url: string;
  readonly language: Language;
  /** PEM. */
  readonly ca?: string | undefined;
  readonly credentials: { readonly token?: string | undefined; readonly sessionId?: string | undefined };
}

export function addressOf(
  endpoint: Endpoint,
  params: Readonly<Record<string, unknown>> = {},
  query: Readonly<Record<string, unknown>> = {},
): string {
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (typeof value === 'string' || typeof value === 'number') search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

export function createServer(options: ServerOptions): Server {
  const { url, language, ca, credentials } = options;
  const headers: Readonly<Record<string, string>> = {
    accept: 'application/json',
    'accept-language': language,
    ...(credentials.token !== undefined && { authorization: `Bearer ${credentials.token}` }),
    ...(credentials.token === undefined &&
      credentials.sessionId !== undefined && { cookie: `session_id=${credentials.sessionId}` }),
  };

  const send = (
    path: string,
    more: {
      readonly method: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | undefined;
      readonly signal?: AbortSignal;
    },
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const address = new URL(path, `${url}/`);
      const begin = address.protocol === 'https:' ? tlsRequest : plainRequest;
      const request = begin(
        address,
        {
          method: more.method,
          headers: { ...headers, ...more.headers },
          timeout: ANSWER_WITHIN_MS,
          ...(ca !== undefined && { ca }),
          ...(more.signal && { signal: more.signal }),
        },
        resolve,
      );
      request.on('timeout', () => request.destroy(new Error('no answer in time')));
      request.on('error', (cause) => {
        reject(new ApiFailure('unreachable', `${url}: ${cause.message || String(cause)}`, undefined, cause));
      });
      request.end(more.body);
    });

  const callAs: Server['callAs'] = async (endpoint, answer, parts = {}) => {
    const body = parts.body === undefined ? undefined : JSON.stringify(parts.body);
    const incoming = await send(addressOf(endpoint, parts.params, parts.query), {
      method: endpoint.method,
      body: body ?? (endpoint.method === 'POST' && endpoint.body ? '{}' : undefined),
      headers: { ...(endpoint.body && { 'content-type': 'application/json' }), ...parts.headers },
    });
    const value = readJson(incoming.statusCode ?? 0, await readText(url, incoming));
    try {
      return decodeKnown(answer, value);
    } catch (cause) {
      if (!(cause instanceof SchemaError)) throw cause;
      throw new ApiFailure('unreadable', `${url}: ${cause.message}`, undefined, cause);
    }
  };

  return {
    url,
    callAs,
    call: (endpoint, parts) =>
      // The schema is the endpoint's own, which the compiler cannot follow through the generics.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      callAs(endpoint, endpoint.answer as Schema<Infer<(typeof endpoint)['answer']>>, parts),
    async open(path, { headers: more, signal }) {
      const incoming = await send(path, { method: 'GET', signal, ...(more && { headers: more }) });
      if (incoming.statusCode !== 200) readJson(incoming.statusCode ?? 0, await readText(url, incoming));
      return incoming;
    },
  };
}

async function readText(url: string, incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) throw new ApiFailure('unreadable', `${url}: the answer does not end`);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof ApiFailure) throw cause;
    throw new ApiFailure('unreachable', `${url}: the answer broke off`, undefined, cause);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The value of a success. @throws ApiFailure for anything else */
function readJson(status: number, text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ApiFailure('unreadable', `HTTP ${status}, not from an OPS server`, undefined, cause);
  }
  if (status >= 200 && status < 300) return value;
  const field = (name: string): string | undefined => {
    const found = isObject(value) ? value[name] : undefined;
    return typeof found === 'string' && found !== '' ? found : undefined;
  };
  const code = ERROR_CODES.find((known) => known === field('code'));
  throw new ApiFailure(code ?? 'unreadable', field('message') ?? `HTTP ${status}`, field('reason'));
}
