import { RequestFault } from '../request-fault.ts';
import type { Check } from './check.ts';

const HOST = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

function lower(host: string): string {
  return host.toLowerCase();
}

/** The name alone, an IPv6 address without its brackets. */
function nameOf(host: string): string {
  return host.replace(/(?<=\]|^[^:]*):\d{1,5}$/, '').replace(/^\[(.*)\]$/, '$1');
}

/**
 * Who calls the server by a name it does not know was led here by somebody else's DNS (S-33).
 * @param allowedHosts names, with a port or for any; empty: every name. Requests from this very machine always pass.
 */
export function createHostCheck(allowedHosts: readonly string[]): Check {
  const allowed = new Set(allowedHosts.map(lower));

  return ({ request, context }) => {
    const hosts = request.rawHeaders.filter((name, index) => index % 2 === 0 && /^host$/i.test(name));
    if (hosts.length > 1 || (context.host !== '' && !HOST.test(context.host))) {
      throw new RequestFault('invalid_request', { field: 'headers.host', words: { zh: 'Host', en: 'Host' } });
    }
    if (allowed.size === 0 || context.local) return;
    const host = lower(context.host);
    const names = [host, nameOf(host), `[${nameOf(host)}]`];
    if (!names.some((name) => allowed.has(name))) throw new RequestFault('misdirected_request');
  };
}
