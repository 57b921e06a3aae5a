/** What is known of a request before anything is decided about it. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

import { isLoopback } from '@ops/runtime/ip-address.ts';

import type { Principal } from '../auth/principal.ts';
import type { ForwardedRule } from './forwarded.ts';
import { preferredLanguage } from './words.ts';
import type { Language } from './words.ts';

/** What the request shows to prove who sends it. */
export interface Credentials {
  readonly sessionId: string | undefined;
  readonly bearer: string | undefined;
}

export interface RequestContext {
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** Of whoever asked, behind trusted proxies. */
  readonly address: string;
  /** Came over TLS. */
  readonly secure: boolean;
  /** Came from this very machine, by no proxy: see `isLocal`. */
  readonly local: boolean;
  /** Made by a browser: it says so with Sec-Fetch-*. */
  readonly browser: boolean;
  readonly language: Language;
  /** The Host header as it came, possibly with a port. */
  readonly host: string;
  /** As it came, without the query. */
  readonly path: string;
  readonly search: string;
  /** Set by the hooks, in their order. */
  credentials: Credentials;
  principal: Principal | undefined;
}

/** Any of these says that somebody else's request is passed on. */
const FORWARDING_HEADERS = ['forwarded', 'via', 'x-real-ip'];
const LOCAL_HOSTS = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/** S-19: loopback socket, no trace of a proxy, and a Host that can only mean this machine (no rebinding). */
function isLocal(peer: string, headers: IncomingHttpHeaders): boolean {
  const passedOn = Object.keys(headers).some(
    (name) => FORWARDING_HEADERS.includes(name) || name.startsWith('x-forwarded-'),
  );
  return isLoopback(peer) && !passedOn && LOCAL_HOSTS.test(headers.host ?? '');
}

export function describeRequest(
  request: IncomingMessage,
  needs: { readonly forwarded: ForwardedRule; readonly tls: boolean; readonly startedAt: number },
): RequestContext {
  const { headers, url = '' } = request;
  const peer = request.socket.remoteAddress ?? '';
  const question = url.indexOf('?');
  return {
    ...needs.forwarded.origin(peer, needs.tls, headers),
    startedAt: needs.startedAt,
    local: isLocal(peer, headers),
    browser: Object.keys(headers).some((name) => name.startsWith('sec-fetch-')),
    language: preferredLanguage(headers['accept-language']),
    host: headers.host ?? '',
    path: question < 0 ? url : url.slice(0, question),
    search: question < 0 ? '' : url.slice(question + 1),
    credentials: { sessionId: undefined, bearer: undefined },
    principal: undefined,
  };
}

const contexts = new WeakMap<IncomingMessage, RequestContext>();

export function rememberContext(request: IncomingMessage, context: RequestContext): void {
  contexts.set(request, context);
}

/** @throws Error for a request that did not come through the listener */
export function contextOf(request: IncomingMessage): RequestContext {
  const context = contexts.get(request);
  if (!context) throw new Error('a request without context');
  return context;
}
