/** Calls an endpoint of the protocol's table: path, method and types come from its entry. */
import type { AnswerOf, BodyOf, Endpoint, ParamsOf, QueryOf } from '@ops/protocol/http/endpoint.ts';

import { ApiError, failureOf } from './api-error.ts';

type Part<K extends string, T> =
  Record<string, never> extends T ? { readonly [P in K]?: T } : { readonly [P in K]: T };
type CallInput<E extends Endpoint> = Part<'params', ParamsOf<E>> &
  Part<'query', QueryOf<E>> &
  Part<'body', BodyOf<E>> & {
    readonly signal?: AbortSignal;
    readonly headers?: Readonly<Record<string, string>>;
  };

export interface Api {
  /** @throws ApiError */
  call<E extends Endpoint>(endpoint: E, input: CallInput<E>): Promise<AnswerOf<E>>;
}

/** Asks for a path of the server. */
export type Fetch = (path: string, init: RequestInit) => Promise<Response>;

interface ApiNeeds {
  readonly fetch: Fetch;
  /** For `Accept-Language`, so that the server's sentences are in the reader's language. */
  readonly languageTag: () => string;
  /** Told of each failure before the caller is. */
  readonly onFailure: (error: ApiError) => void;
}

/** Parameters are strings, numbers or booleans: the table has no others. */
function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The path of an endpoint with its path parameters and query filled in. */
export function addressOf(
  endpoint: Pick<Endpoint, 'path'>,
  params: Readonly<Record<string, unknown>> = {},
  query: Readonly<Record<string, unknown>> = {},
): string {
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_all, name: string) =>
    encodeURIComponent(plain(params[name])),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, plain(value));
  }
  return search.size > 0 ? `${path}?${search.toString()}` : path;
}

export function createApi({ fetch, languageTag, onFailure }: ApiNeeds): Api {
  async function answer(endpoint: Endpoint, input: CallInput<Endpoint>): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(addressOf(endpoint, input.params, input.query), {
        method: endpoint.method,
        headers: {
          accept: 'application/json',
          'accept-language': languageTag(),
          // A call that changes something is JSON even when it has nothing to say: the server refuses forms.
          ...(endpoint.method !== 'GET' && { 'content-type': 'application/json' }),
          ...input.headers,
        },
        ...(endpoint.method !== 'GET' && { body: JSON.stringify(input.body ?? {}) }),
        credentials: 'same-origin',
        signal: input.signal ?? null,
      });
    } catch (cause) {
      if (input.signal?.aborted) throw cause;
      throw new ApiError('unreachable', 'no answer', { status: 0 });
    }
    let body: unknown;
    try {
      body = await response.json();
    } catch {
      body = undefined;
    }
    if (!response.ok) throw failureOf(response.status, body, response.headers.get('retry-after'));
    if (body === undefined)
      throw new ApiError('unreadable', `HTTP ${response.status}`, { status: response.status });
    return body;
  }

  return {
    async call<E extends Endpoint>(endpoint: E, input: CallInput<E>): Promise<AnswerOf<E>> {
      try {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server answers by the same table
        return (await answer(endpoint, input)) as AnswerOf<E>;
      } catch (error) {
        if (error instanceof ApiError) onFailure(error);
        throw error;
      }
    },
  };
}
