/** Every host of an upgrade, over all pages. */
import { listUpgradeHosts as listPage, MAX_UPGRADE_HOSTS_PAGE } from '@ops/protocol/http/upgrades.ts';
import type { UpgradeHost } from '@ops/protocol/http/upgrades.ts';

import type { Server } from './server.ts';

/** In their order. @throws ApiFailure */
export async function listUpgradeHosts(server: Server, id: string): Promise<readonly UpgradeHost[]> {
  const hosts: UpgradeHost[] = [];
  for (;;) {
    const query = { offset: hosts.length, limit: MAX_UPGRADE_HOSTS_PAGE };
    const page = await server.call(listPage, { params: { id }, query });
    hosts.push(...page.hosts);
    if (page.hosts.length === 0 || hosts.length >= page.total) return hosts;
  }
}
