/** One HTTP request as a doctor makes it: no redirects followed, little read, never without an end. */
import type { IncomingMessage } from 'node:http';

import type { Clock } from '../clock.ts';

export const ASK_DEADLINE_MS = 5_000;
const MAX_READ_BYTES = 64 * 1024;

export interface AskOptions {
  readonly url: URL;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM: trusted beside nothing else. */
  readonly ca?: string | undefined;
  /** Name the certificate must have, when it is not the host of the url. */
  readonly servername?: string | undefined;
  readonly clock: Clock;
  readonly deadlineMs?: number;
  /** Enough of the body; without it the whole. */
  readonly enough?: (body: string) => boolean;
}

export type Answer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** By lower-case name. */
      readonly headers: Readonly<Record<string, string>>;
      /** What came of the body before it was enough or too late. */
      readonly body: string;
      /** False: the deadline came first. */
      readonly whole: boolean;
    }
  /** `code` of the system or of TLS; `ETIMEDOUT` when nothing came in time. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** Never rejects. */
export async function ask(options: AskOptions): Promise<Answer> {
  const { url, method = 'GET', headers, body, clock, enough, ca, servername } = options;
  const { request: send } = await (url.protocol === 'https:' ? import('node:https') : import('node:http'));
  return new Promise((resolve) => {
    let answer: IncomingMessage | undefined;
    let text = '';
    const request = send(url, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) },
      agent: false,
      ...(ca !== undefined && { ca }),
      ...(servername !== undefined && { servername }),
    });
    const finish = (whole: boolean, error?: Error): void => {
      deadline.cancel();
      // What else the socket has to say is of no interest.
      request.on('error', () => {});
      request.destroy();
      if (answer) {
        resolve({
          kind: 'answered',
          status: answer.statusCode ?? 0,
          headers: plain(answer),
          body: text,
          whole,
        });
        return;
      }
      const code = error && 'code' in error ? String(error.code) : 'ETIMEDOUT';
      resolve({ kind: 'failed', code, message: error?.message || code });
    };
    const deadline = clock.after(options.deadlineMs ?? ASK_DEADLINE_MS, () => finish(false));
    request.once('error', (error) => finish(false, error));
    request.once('response', (response) => {
      answer = response;
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (enough?.(text) || text.length > MAX_READ_BYTES) finish(true);
      });
      response.once('end', () => finish(true));
      response.once('error', () => finish(false));
    });
    request.end(body);
  });
}

function plain({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

/** Codes of OpenSSL and Node that tell of a certificate, not of the network. */
export const isCertificateProblem = (code: string): boolean =>
  /CERT|SIGNATURE|ISSUER|CRL|_CA$|^ERR_TLS/.test(code);

/** What `/health` says, when it is ours that answers. */
export interface Health {
  readonly version: string;
  readonly failedParts: readonly string[];
}

export function readHealth(answer: Answer): Health | undefined {
  if (answer.kind !== 'answered') return undefined;
  try {
    const value: unknown = JSON.parse(answer.body);
    if (typeof value !== 'object' || value === null) return undefined;
    const [status, version, parts]: unknown[] = ['status', 'version', 'parts'].map((name) =>
      Reflect.get(value, name),
    );
    if ((status !== 'healthy' && status !== 'unhealthy') || typeof version !== 'string') return undefined;
    const failed = Object.entries(parts ?? {}).filter(([, state]) => state === 'failed');
    return { version: version.slice(0, 32), failedParts: failed.map(([name]) => name) };
  } catch {
    return undefined;
  }
}
