import { RequestFault } from '../request-fault.ts';
import type { Check } from './check.ts';

const OWN_SITE = new Set(['same-origin', 'none']);

interface Place {
  readonly scheme: string;
  readonly host: string;
}

function placeOf(origin: string): Place | undefined {
  const url = URL.parse(origin);
  return url && url.origin !== 'null' ? { scheme: url.protocol, host: url.host } : undefined;
}

/**
 * What changes state, and every stream, is asked for by our own pages only (S-21). A request with a bearer token is
 * not a browser's doing and passes. Behind a proxy that ends TLS an https origin of the same host is our own, too.
 */
export function createCrossSiteCheck(allowedOrigins: readonly string[]): Check {
  const allowed = new Set(allowedOrigins.map((origin) => origin.toLowerCase().replace(/\/$/, '')));

  function isOwn(origin: string, host: string, secure: boolean): boolean {
    if (allowed.has(origin.toLowerCase())) return true;
    const theirs = placeOf(origin);
    const ours = theirs && placeOf(`${theirs.scheme}//${host}`);
    if (!theirs || !ours || theirs.host !== ours.host) return false;
    return theirs.scheme === 'https:' || (theirs.scheme === 'http:' && !secure);
  }

  return ({ request, context, endpoint }) => {
    if (!endpoint || (endpoint.method === 'GET' && endpoint.tag !== 'events')) return;
    if (context.credentials.bearer !== undefined) return;
    const { origin, 'sec-fetch-site': site } = request.headers;
    const foreignSite = site !== undefined && !OWN_SITE.has(site);
    const foreignOrigin = origin !== undefined && !isOwn(origin, context.host, context.secure);
    if (foreignSite || foreignOrigin) {
      throw new RequestFault('forbidden', {
        words: {
          zh: '请求来自其他网站（如经由代理访问，请设置 allowed_origins 或 trust_proxy）',
          en: 'the request comes from another site (behind a proxy: set allowed_origins or trust_proxy)',
        },
      });
    }
  };
}
