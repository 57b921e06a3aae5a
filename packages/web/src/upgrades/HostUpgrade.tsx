import type { ClientView } from '@ops/protocol/http/clients.ts';
import { unfitReason } from '@ops/protocol/domain/upgrade-fit.ts';
import { Link } from '@tanstack/react-router';

import { paths } from '../paths.ts';
import { useUpgradeText } from '../text/use-upgrade-text.ts';
import { reasonName } from './upgrade-words.ts';
import { useRelease } from './use-release.ts';

/** Whether a host could run the release on the server, and if not, why. */
export function HostUpgrade({ id, client }: { readonly id: string; readonly client: ClientView }) {
  const { text } = useUpgradeText();
  const { found } = useRelease();
  if (found === undefined) return undefined;
  const { release, problem } = found;
  if (release === null || problem !== null) return text.upgradeNothing;
  const reason = unfitReason({ arch: client.system_info.arch, upgrade: client.upgrade }, release);
  if (reason === 'up_to_date') return text.upgradeUpToDate;
  if (reason === null) {
    return (
      <Link to={paths.upgrades} search={{ hosts: id }}>
        {text.upgradeAvailable(release.version)}
      </Link>
    );
  }
  return (
    <span title={reason === 'off' ? text.reasonOffHelp : undefined}>
      {text.upgradeBlocked(release.version, reasonName(reason, text))}
    </span>
  );
}
