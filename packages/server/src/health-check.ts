/** `ops-server health`: asks the server that runs with this configuration how it is, as whoever watches it does. */
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { get as getByTls } from 'node:https';
import { text } from 'node:stream/consumers';

import { parseIp } from '@ops/runtime/ip-address.ts';

import type { ServerConfig } from './config.ts';

/** The server itself gives its parts two seconds. */
const ANSWER_WITHIN_MS = 4_000;

type Running = Pick<ServerConfig, 'httpBindAddr' | 'httpPort' | 'tlsCert'>;

/** Exit codes of the command: 0 healthy, 1 not, or no answer. */
export interface HealthReport {
  readonly exitCode: 0 | 1;
  /** What it answered, or why there is no answer; one line. */
  readonly text: string;
}

/** An address that means "all of this machine" is one to listen on and none to call. */
function callable(address: string): string {
  const ip = parseIp(address);
  if (ip?.value !== 0n) return address;
  return ip.bits === 32 ? '127.0.0.1' : '::1';
}

async function ask({ httpBindAddr, httpPort, tlsCert }: Running): Promise<IncomingMessage> {
  const options = {
    host: callable(httpBindAddr),
    port: httpPort,
    path: '/health',
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    agent: false,
  };
  // It is called by an address and not by a name: the very certificate of the configuration is what it must show.
  const tls = tlsCert === undefined ? undefined : await readFile(tlsCert);
  return new Promise((resolve, reject) => {
    const asking = tls
      ? getByTls(
          { ...options, ca: tls, allowPartialTrustChain: true, checkServerIdentity: () => undefined },
          resolve,
        )
      : get(options, resolve);
    asking.on('error', reject);
  });
}

/** Never throws. */
export async function healthReport(config: Running): Promise<HealthReport> {
  if (config.httpPort === 0) {
    return { exitCode: 1, text: 'http_port is 0, any free one: give the port that was announced' };
  }
  try {
    const answer = await ask(config);
    return { exitCode: answer.statusCode === 200 ? 0 : 1, text: (await text(answer)).trim() };
  } catch (cause) {
    return { exitCode: 1, text: `no answer: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
}
