/** Hosts somebody names on the command line, as ids. */
import type { ClientSummary } from '@ops/protocol/http/clients.ts';

import { Ending, EXIT } from './exit-status.ts';
import { listHosts } from './server/list-hosts.ts';
import type { Server } from './server/server.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** @throws Ending when a name means no host, or several */
export async function hostIds(server: Server, names: readonly string[]): Promise<readonly string[]> {
  const hosts = names.every((name) => UUID.test(name)) ? [] : await listHosts(server, {});
  return [...new Set(names.map((name) => (UUID.test(name) ? name : named(hosts, name))))];
}

export async function oneHost(server: Server, name: string): Promise<string> {
  const [id = name] = await hostIds(server, [name]);
  return id;
}

function named(hosts: readonly ClientSummary[], name: string): string {
  const found = hosts.filter(({ hostname }) => hostname === name);
  if (found.length === 1) return found[0]!.id;
  if (found.length === 0) throw new Ending(EXIT.failed, `no host is called ${JSON.stringify(name)}`);
  const ids = found.map(({ id }) => id).join(', ');
  throw new Ending(
    EXIT.failed,
    `${found.length} hosts are called ${JSON.stringify(name)}; give an id: ${ids}`,
  );
}
