/** Every host of a rollout, over all pages. */
import { listRolloutHosts as listPage, MAX_ROLLOUT_HOSTS_PAGE } from '@ops/protocol/http/rollouts.ts';
import type { RolloutHost } from '@ops/protocol/http/rollouts.ts';

import type { Server } from './server.ts';

/** In their order. @throws ApiFailure */
export async function listRolloutHosts(server: Server, id: string): Promise<readonly RolloutHost[]> {
  const hosts: RolloutHost[] = [];
  for (;;) {
    const query = { offset: hosts.length, limit: MAX_ROLLOUT_HOSTS_PAGE };
    const page = await server.call(listPage, { params: { id }, query });
    hosts.push(...page.hosts);
    if (page.hosts.length === 0 || hosts.length >= page.total) return hosts;
  }
}
