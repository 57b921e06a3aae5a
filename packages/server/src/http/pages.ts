/** Answers with the files and the pages of the console. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { APP_NAME_PATTERN } from '@ops/protocol/domain/app.ts';
import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';
import { PAGE_PATHS } from '@ops/protocol/http/pages.ts';
import type { Random } from '@ops/runtime/random.ts';

import { contentSecurityPolicy } from './hooks/headers.ts';
import type { KnownPath } from './hooks/route.ts';
import type { RequestContext } from './request-context.ts';
import { contextOf } from './request-context.ts';
import type { Packing, WebFile, WebFiles } from './web-files.ts';

const READING = ['GET', 'HEAD'];
const FOR_EVER = 'public, max-age=31536000, immutable';
const NONCE_BYTES = 18;
const unanchored = (pattern: RegExp): string => pattern.source.replace(/^\^|\$$/g, '');
/** What stands for a segment: pages exist for every id and name, whether the thing does is seen by asking the API. */
const SEGMENTS: Readonly<Record<string, string>> = {
  id: unanchored(UUID_PATTERN),
  client: unanchored(UUID_PATTERN),
  name: unanchored(APP_NAME_PATTERN),
};

const NOT_BUILT = {
  zh: '控制台尚未构建：请运行 npm run build:web，然后重启 ops-server。',
  en: 'The console is not built: run npm run build:web, then start ops-server again.',
};

/**
 * Pure. From a page to the root of the console, as a relative address: `./` on the first level, `../` below. It holds
 * whatever a proxy has taken off the front of the path, so nobody has to be told a prefix.
 */
export function wayToRoot(path: string): string {
  return '../'.repeat(path.split('/').length - 2) || './';
}

/** Sends the document of the console with a nonce of its own. @param status of the answer, when the console is built */
export type SendPage = (reply: FastifyReply, context: RequestContext, status?: number) => FastifyReply;

export function createSendPage(needs: { readonly web: WebFiles; readonly random: Random }): SendPage {
  const { web, random } = needs;
  return (reply, { language, path }, status = 200) => {
    const nonce = random.bytes(NONCE_BYTES).toString('base64');
    const page = web.page(nonce, wayToRoot(path));
    if (page === undefined) {
      return reply.code(503).type('text/plain; charset=utf-8').send(`${NOT_BUILT[language]}\n`);
    }
    return reply
      .code(status)
      .header('Content-Security-Policy', contentSecurityPolicy(nonce))
      .type('text/html; charset=utf-8')
      .send(page);
  };
}

/** The best packing the request takes; undefined for none. */
function packingOf(request: FastifyRequest): Packing | undefined {
  const accepted = new Map(
    (request.headers['accept-encoding'] ?? '').split(',').map((part) => {
      const [name = '', quality = 'q=1'] = part.split(';').map((piece) => piece.trim().toLowerCase());
      return [name, Number(quality.replace(/^q=/, '')) || 0] as const;
    }),
  );
  return (['br', 'gzip'] as const).find((how) => (accepted.get(how) ?? 0) > 0);
}

async function sendFile(file: WebFile, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const how = packingOf(request);
  const packed = how && (await file.packed(how));
  const etag = packed ? `"${file.etag}-${how}"` : `"${file.etag}"`;
  void reply
    .header('Cache-Control', file.immutable ? FOR_EVER : 'no-cache')
    .header('ETag', etag)
    .header('Vary', 'Accept-Encoding');
  const known = (request.headers['if-none-match'] ?? '').split(',');
  if (known.some((tag) => tag.trim().replace(/^W\//, '') === etag)) return reply.code(304).send();
  if (packed) void reply.header('Content-Encoding', how);
  return reply.type(file.contentType).send(packed ?? file.plain);
}

/** Adds a route for each file and page. `/api/docs` is an endpoint and added there. @returns what was added */
export function addPages(app: FastifyInstance, web: WebFiles, sendPage: SendPage): KnownPath[] {
  const paths: string[] = PAGE_PATHS.filter((path) => path !== '/api/docs');
  for (const path of paths) {
    const url = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => `:${name}(^${SEGMENTS[name]}$)`);
    app.route({
      method: READING,
      url,
      handler: (request, reply) => sendPage(reply, contextOf(request.raw)),
    });
  }
  for (const [path, file] of web.files) {
    app.route({ method: READING, url: path, handler: (request, reply) => sendFile(file, request, reply) });
  }
  return [...paths, ...web.files.keys()].map((path) => ({ path, methods: READING, segments: SEGMENTS }));
}
