/** Hosts somebody names on the command line, as ids. */
import type { previewBatch } from '@ops/protocol/http/batches.ts';
import type { ClientSummary } from '@ops/protocol/http/clients.ts';

import type { BodyOf } from '@ops/protocol/http/endpoint.ts';

import { usageFault } from './command-line.ts';
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

/** How hosts are named, exactly one of the three. */
export interface Naming {
  readonly selector: string | undefined;
  readonly names: readonly string[];
  readonly all: boolean;
  /** The three ways, as the command has them. */
  readonly ways: string;
}

/** @throws Ending with status 2 when they are not named in exactly one way */
export async function selectionOf(
  server: Server,
  { selector, names, all, ways }: Naming,
): Promise<Pick<BodyOf<typeof previewBatch>, 'selector' | 'client_ids' | 'all'>> {
  if ([selector !== undefined, names.length > 0, all].filter(Boolean).length !== 1)
    throw usageFault(`name the hosts in one way: ${ways}`);
  if (selector !== undefined) return { selector };
  return all ? { all: true } : { client_ids: [...(await hostIds(server, names))] };
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
