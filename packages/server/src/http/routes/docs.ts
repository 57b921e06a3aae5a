import { docs, openapi } from '@ops/protocol/http/health.ts';
import type { Endpoint } from '@ops/protocol/http/endpoint.ts';

import { openApiDocument } from '../openapi.ts';
import type { SendPage } from '../pages.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';

export function docsRoutes(needs: {
  readonly endpoints: readonly Endpoint[];
  readonly sendPage: SendPage;
}): Route[] {
  const document = JSON.stringify(openApiDocument(needs.endpoints));
  return [
    route(openapi).sends(({ reply }) => reply.type('application/json; charset=utf-8').send(document)),
    route(docs).sends(({ reply, context }) => needs.sendPage(reply, context)),
  ];
}
