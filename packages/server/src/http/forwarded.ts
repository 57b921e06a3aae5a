/**
 * Where a request really came from. The address of the socket counts; what a header claims is believed only when the
 * socket belongs to a proxy named in `trust_proxy`, and then only as far as the chain of trusted proxies reaches.
 */
import type { IncomingHttpHeaders } from 'node:http';

import { addressFilter, parseIp } from '@ops/runtime/ip-address.ts';

import { plainAddress } from '../auth/client-address.ts';

export interface Origin {
  readonly address: string;
  /** The request came over TLS, to us or to a trusted proxy. */
  readonly secure: boolean;
}

export interface ForwardedRule {
  origin(peer: string, tls: boolean, headers: IncomingHttpHeaders): Origin;
}

/** Hops of one header that are looked at; a chain that long is made up. */
const MAX_HOPS = 32;

/** @param trustProxy addresses and ranges */
export function createForwardedRule(trustProxy: readonly string[]): ForwardedRule {
  const isTrusted = addressFilter(trustProxy);

  return {
    origin(peer, tls, headers) {
      const socket = plainAddress(peer);
      if (!isTrusted(socket)) return { address: socket, secure: tls };
      const secure = tls || lastOf(headers['x-forwarded-proto'])?.toLowerCase() === 'https';
      return { address: addressOf(socket, headers), secure };
    },
  };

  /**
   * A proxy sets the one header or the other, and passes on the other one as somebody wrote it. So where both are there
   * and contradict each other, neither is believed.
   */
  function addressOf(socket: string, headers: IncomingHttpHeaders): string {
    const real = addressIn(lastOf(headers['x-real-ip']));
    const hops = listOf(headers['x-forwarded-for']).toReversed().slice(0, MAX_HOPS);
    if (hops.length === 1 && hops[0] === '') return real ?? socket;
    let address = socket;
    for (const hop of hops) {
      const claimed = addressIn(hop);
      if (claimed === undefined) break;
      address = claimed;
      if (!isTrusted(address)) break;
    }
    return real === undefined || real === address || real === addressIn(hops[0]) ? address : socket;
  }
}

function addressIn(hop: string | undefined): string | undefined {
  const claimed = hop === undefined ? '' : withoutPort(hop);
  return parseIp(claimed) ? plainAddress(claimed) : undefined;
}

function listOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text.split(',').map((part) => part.trim());
}

function lastOf(header: string | string[] | undefined): string | undefined {
  return listOf(header).at(-1);
}

/** `192.0.2.1:4711` and `[2001:db8::1]:4711` as some proxies write them. */
function withoutPort(hop: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
}
