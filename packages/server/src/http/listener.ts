/**
 * The socket side of HTTP: what a connection may cost before anybody has said who they are, the headers every answer
 * carries, and one line of the access log for each request.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Server as TlsServer } from 'node:https';
import type { Duplex } from 'node:stream';

import { OpsError } from '@ops/protocol/errors.ts';
import { visible } from '@ops/protocol/schema.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import { statusClass } from './counters.ts';
import type { HttpCounters } from './counters.ts';
import { failureAnswer } from './errors.ts';
import type { ForwardedRule } from './forwarded.ts';
import { securityHeaders } from './hooks/headers.ts';
import { describeRequest, rememberContext } from './request-context.ts';
import type { RequestContext } from './request-context.ts';

export interface ListenerLimits {
  /** Bytes of a request line with its headers. */
  readonly maxHeaderBytes: number;
  readonly headersWithinMs: number;
  readonly requestWithinMs: number;
  /** An idle connection is kept this long: longer than the 60 s of common proxies, so that they close first. */
  readonly keepAliveMs: number;
  /** A connection on which no byte moves, also one whose reader stopped reading. */
  readonly silentMs: number;
  readonly maxSockets: number;
}

export const LISTENER_LIMITS: ListenerLimits = {
  maxHeaderBytes: 16 * 1024,
  headersWithinMs: 10_000,
  requestWithinMs: 30_000,
  keepAliveMs: 65_000,
  silentMs: 60_000,
  maxSockets: 1000,
};

/** How often node:http looks for connections that broke a time limit. */
const CHECK_EVERY_MS = 1000;
const MAX_LOGGED_PATH = 256;

export interface TlsFiles {
  /** PEM. */
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface ListenerNeeds {
  readonly tls: TlsFiles | undefined;
  readonly limits: ListenerLimits;
  readonly forwarded: ForwardedRule;
  readonly clock: Clock;
  readonly accessLog: Log;
  readonly counters: HttpCounters;
}

export function createListener(needs: ListenerNeeds, handle: RequestListener): Server | TlsServer {
  const { tls, limits, forwarded, clock, accessLog, counters } = needs;
  /** Answers under way on a connection: a malformed request behind one must not write into it. */
  const underWay = new WeakMap<Duplex, number>();

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const context = describeRequest(request, { forwarded, tls: tls !== undefined, startedAt: clock.mono() });
    rememberContext(request, context);
    for (const [name, value] of Object.entries(securityHeaders(context.secure)))
      response.setHeader(name, value);
    underWay.set(socket, (underWay.get(socket) ?? 0) + 1);
    response.once('close', () => {
      underWay.set(socket, (underWay.get(socket) ?? 1) - 1);
      counters.requests[statusClass(response.statusCode)]++;
      writeAccess(request, response, context);
    });
    handle(request, response);
  }

  function writeAccess(request: IncomingMessage, response: ServerResponse, context: RequestContext): void {
    accessLog.info('request', {
      method: request.method,
      path: visible(context.path.slice(0, MAX_LOGGED_PATH)),
      status: response.statusCode,
      ms: Math.round(clock.mono() - context.startedAt),
      address: context.address,
      user: context.principal?.username ?? '-',
      ...(!response.writableFinished && { cut: true }),
    });
  }

  const options = {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersWithinMs,
    requestTimeout: limits.requestWithinMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: CHECK_EVERY_MS,
    noDelay: true,
  };
  const server = tls
    ? createTlsServer(
        { ...options, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: limits.headersWithinMs },
        onRequest,
      )
    : createServer(options, onRequest);
  server.timeout = limits.silentMs;
  server.maxConnections = limits.maxSockets;
  server.on('drop', () => counters.socketsDropped.count++);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    counters.malformed.count++;
    if (socket.writable && error.code !== 'ECONNRESET' && (underWay.get(socket) ?? 0) === 0) {
      socket.end(refusalOf(error.code, tls !== undefined));
    } else {
      socket.destroy();
    }
  });
  return server;
}

const STATUS_LINES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** The answer to what never became a request, as it goes over the wire. */
function refusalOf(code: string | undefined, tls: boolean): string {
  const { body } = failureAnswer(new OpsError('invalid_request'), 'zh');
  const text = JSON.stringify(body);
  const headers = {
    ...securityHeaders(tls),
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(text)),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${STATUS_LINES[code ?? ''] ?? '400 Bad Request'}`, ...lines, '', text].join('\r\n');
}
