/** What joins an entry of the endpoint table to the function that answers it. */
import type { FastifyReply } from 'fastify';

import type { AnswerOf, BodyOf, Endpoint, ParamsOf, QueryOf } from '@ops/protocol/http/endpoint.ts';

import type { Principal } from '../auth/principal.ts';
import type { RequestContext } from './request-context.ts';

export interface Call<E extends Endpoint> {
  readonly params: ParamsOf<E>;
  readonly query: QueryOf<E>;
  readonly body: BodyOf<E>;
  readonly context: RequestContext;
  /** Who acts; undefined only where the table lets strangers in. */
  readonly principal: E['access'] extends 'public' | 'metrics' ? Principal | undefined : Principal;
  readonly reply: FastifyReply;
}

/** A call as app.ts makes it, from values that the route's own entry has validated. */
export interface ValidatedCall {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly context: RequestContext;
  readonly principal: Principal | undefined;
  readonly reply: FastifyReply;
}

export interface Route {
  readonly endpoint: Endpoint;
  /** @returns the answer, or the reply when the handler has sent by itself */
  readonly handle: (call: ValidatedCall) => unknown;
}

/** The types of a handler are those of its entry, and so are the values it is called with. */
function erased(handle: (call: never) => unknown): Route['handle'] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return handle as Route['handle'];
}

export interface RouteOf<E extends Endpoint> {
  /** The handler returns the answer, in the type the table gives it. */
  returns(handle: (call: Call<E>) => AnswerOf<E> | Promise<AnswerOf<E>>): Route;
  /** The handler sends by itself: pages, streams, long lists. */
  sends(handle: (call: Call<E>) => FastifyReply | Promise<FastifyReply>): Route;
}

export function route<const E extends Endpoint>(endpoint: E): RouteOf<E> {
  return {
    returns: (handle) => ({ endpoint, handle: erased(handle) }),
    sends: (handle) => ({ endpoint, handle: erased(handle) }),
  };
}

function nameOf({ method, path }: Endpoint): string {
  return `${method} ${path}`;
}

/** @throws Error when an entry of the table has no handler, or a handler no entry: the server does not start */
export function matchRoutes(endpoints: readonly Endpoint[], routes: readonly Route[]): void {
  for (const endpoint of endpoints) {
    const handlers = routes.filter((candidate) => candidate.endpoint === endpoint).length;
    if (handlers !== 1) throw new Error(`${nameOf(endpoint)} has ${handlers} handlers, it needs one`);
  }
  const stray = routes.find((candidate) => !endpoints.includes(candidate.endpoint));
  if (stray) throw new Error(`${nameOf(stray.endpoint)} is not in the table of endpoints`);
  const names = endpoints.map(nameOf);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new Error(`${twice} is in the table of endpoints twice`);
}
