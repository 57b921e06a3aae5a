/**
 * The HTTP application: routes made of the table of endpoints, and what every request passes before its handler.
 *
 *   listener.ts        limits of the socket, headers of every answer, who asks from where (trust_proxy)
 *   host               a Host we do not go by is misdirected                                   421
 *   path               a path that could be read in two ways                                   400
 *   route              nothing here / not with this method                                     404, 405
 *   content type       what changes state is JSON                                              415
 *   credentials        two cookies, or cookie and token                                        400
 *   cross-site         what changes state, and streams, only from our own pages                403
 *   permission         who it is, and whether the table lets that one in                       401, 403, 429
 *   ── the body is read only now ──                                                            413, 400
 *   validation         params, query and body fit their schemas                                400
 *   handler            routes/
 *
 * A failure anywhere becomes an answer in `fail`, here.
 */
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RequestListener, Server } from 'node:http';

import type { Endpoint } from '@ops/protocol/http/endpoint.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { Auth } from '../auth/auth.ts';
import { MAX_BODY_BYTES, parseBody } from './body.ts';
import { failureAnswer, toOpsError } from './errors.ts';
import type { Check } from './hooks/check.ts';
import { checkContentType } from './hooks/content-type.ts';
import { readCredentials } from './hooks/credentials.ts';
import { createCrossSiteCheck } from './hooks/cross-site.ts';
import { createHostCheck } from './hooks/host.ts';
import { checkPath } from './hooks/path.ts';
import { createPermissionCheck } from './hooks/permission.ts';
import { createMethodTable, createRouteCheck } from './hooks/route.ts';
import { addPages } from './pages.ts';
import type { SendPage } from './pages.ts';
import { contextOf } from './request-context.ts';
import { matchRoutes } from './route.ts';
import type { Route } from './route.ts';
import { createQueryParser, createValidation } from './validation.ts';
import type { WebFiles } from './web-files.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The entry of the table a route was made of. */
    endpoint?: Endpoint;
  }
}

export interface AppNeeds {
  readonly endpoints: readonly Endpoint[];
  readonly routes: readonly Route[];
  readonly web: WebFiles;
  readonly sendPage: SendPage;
  readonly auth: Pick<Auth, 'sessions' | 'tokens'>;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly createServer: (handle: RequestListener) => Server;
  readonly log: Log;
}

/** @throws Error when endpoints and routes do not match one to one */
export function createApp(needs: AppNeeds): FastifyInstance {
  const { endpoints, routes, web, sendPage, auth, log } = needs;
  matchRoutes(endpoints, routes);

  const app = fastify({
    logger: false,
    serverFactory: (handle) => needs.createServer(handle),
    bodyLimit: MAX_BODY_BYTES,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    requestIdHeader: false,
    routerOptions: { querystringParser: () => ({}) },
    frameworkErrors(error, request, reply) {
      void fail(error, request, reply);
    },
  });

  function fail(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const context = contextOf(request.raw);
    const error = toOpsError(thrown);
    const { status, headers, body } = failureAnswer(error, context.language);
    if (status >= 500) {
      log.error('A request failed', {
        method: request.method,
        path: context.path,
        code: error.code,
        cause: error,
      });
    }
    void reply.headers(headers);
    if (error.code === 'not_found' && web.built && wantsPage(request))
      return sendPage(reply, context, status);
    return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body));
  }

  app.setErrorHandler(fail);
  app.setNotFoundHandler((request, reply) => fail(undefined, request, reply));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: unknown, bytes: Buffer) => parseBody(bytes),
  );

  const known = endpoints.map((endpoint) => ({ path: endpoint.path, methods: methodsOf(endpoint) }));
  const pages = addPages(app, web, sendPage);
  const checks: readonly Check[] = [
    createHostCheck(needs.allowedHosts),
    checkPath,
    createRouteCheck(createMethodTable([...known, ...pages])),
    checkContentType,
    readCredentials,
    createCrossSiteCheck(needs.allowedOrigins),
    createPermissionCheck(auth),
  ];
  app.addHook('onRequest', async (request) => {
    const { endpoint } = request.routeOptions.config;
    const context = contextOf(request.raw);
    const arrival = { request: request.raw, context, endpoint, found: !request.is404 };
    for (const check of checks) await check(arrival);
  });

  const validation = createValidation();
  for (const { endpoint, handle } of routes) {
    const { answer, path } = endpoint;
    const params = validation.compile('params', endpoint.params);
    const query = validation.compile('query', endpoint.query);
    const body = validation.compile('body', endpoint.body);
    const parseQuery = createQueryParser(endpoint.query);
    const { maxBody } = endpoint;
    app.route({
      method: methodsOf(endpoint),
      url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
      config: { endpoint },
      ...(maxBody !== undefined && { bodyLimit: maxBody }),
      ...('json' in answer && { schema: { response: { 200: answer.json } } }),
      handler: async (request, reply) => {
        const context = contextOf(request.raw);
        return handle({
          params: params(request.params),
          query: query(parseQuery(context.search)),
          body: body(request.body),
          context,
          principal: context.principal,
          reply,
        });
      },
    });
  }
  return app;
}

/** What strangers may read can be asked for without its content, too. */
function methodsOf({ method, access }: Endpoint): string[] {
  return method === 'GET' && access === 'public' ? ['GET', 'HEAD'] : [method];
}

/** A person who followed a link sees the console say so; a program gets JSON. The API is never a page. */
function wantsPage(request: FastifyRequest): boolean {
  const { path } = contextOf(request.raw);
  const reads = request.method === 'GET' || request.method === 'HEAD';
  return reads && !/^\/api(?:\/|$)/.test(path) && /\btext\/html\b/.test(request.headers.accept ?? '');
}
