/** Which hosts an upgrade would take, in which order, and why it leaves others out. Pure. */
import { OpsError } from '@ops/protocol/errors.ts';
import { unfitReason } from '@ops/protocol/domain/upgrade-fit.ts';
import type { OfferedRelease } from '@ops/protocol/domain/upgrade-fit.ts';
import type { PlannedUpgradeHost } from '@ops/protocol/http/upgrades.ts';

import { namedIds } from '../batches/targets.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { ReleaseOnShelf } from './shelf.ts';
import type { UpgradePlan } from './upgrades.ts';

export const offered = ({
  about,
  signature,
}: Pick<ReleaseOnShelf, 'about' | 'signature'>): OfferedRelease => ({
  released_at: about.released_at,
  key: signature.key,
  files: about.files,
});

/**
 * The canary first, then the others, then those left out, each in the order asked for.
 * @throws OpsError `invalid_request` for a canary that is not among those taken
 */
export function planHosts(
  fleet: Pick<Fleet, 'running'>,
  ids: readonly string[],
  release: OfferedRelease,
  canary: UpgradePlan['canary'],
): readonly PlannedUpgradeHost[] {
  const fit: PlannedUpgradeHost[] = [];
  const unfit: PlannedUpgradeHost[] = [];
  for (const id of ids) {
    const client = fleet.running(id);
    if (!client) continue;
    const { hostname, online, version } = client;
    const reason = unfitReason(client, release);
    (reason === null ? fit : unfit).push({
      client_id: id,
      hostname,
      online,
      canary: false,
      client_version: version,
      reason,
    });
  }
  const first = typeof canary === 'number' ? someOf(fit, canary) : namedOf(fit, canary);
  const lead = fit.filter((host) => first.has(host.client_id)).map((host) => ({ ...host, canary: true }));
  return [...lead, ...fit.filter((host) => !first.has(host.client_id)), ...unfit];
}

/** Those online first: the others may be away for long, and all wait for them. */
function someOf(fit: readonly PlannedUpgradeHost[], count: number): ReadonlySet<string> {
  const online = fit.filter((host) => host.online);
  const rest = fit.filter((host) => !host.online);
  return new Set([...online, ...rest].slice(0, count).map((host) => host.client_id));
}

function namedOf(fit: readonly PlannedUpgradeHost[], ids: readonly string[]): ReadonlySet<string> {
  const taken = new Set(fit.map((host) => host.client_id));
  const others = ids.filter((id) => !taken.has(id));
  if (others.length === 0) return new Set(ids);
  throw new OpsError('invalid_request', {
    field: 'body.canary_ids',
    reason: `names hosts that would not be upgraded: ${namedIds(others)}`,
  });
}
