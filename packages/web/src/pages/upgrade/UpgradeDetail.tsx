import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';
import { getRouteApi, useNavigate } from '@tanstack/react-router';

import { useNow } from '../../browser/use-now.ts';
import { paths } from '../../paths.ts';
import { useUpgradeText } from '../../text/use-upgrade-text.ts';
import { Ago } from '../../ui/Ago.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { IdChip } from '../../ui/IdChip.tsx';
import { IconAlertCircle, IconAlertTriangle, IconCircleDashed } from '../../ui/icons.ts';
import { PageHead } from '../../ui/PageHead.tsx';
import { isMoving, sharesOf, stateHelp } from '../../upgrades/upgrade-words.ts';
import { UpgradeBar } from '../../upgrades/UpgradeBar.tsx';
import { UpgradeStateLabel } from '../../upgrades/UpgradeLabels.tsx';
import { readUpgradePageSearch } from './upgrade-search.ts';
import type { UpgradePageSearch } from './upgrade-search.ts';
import { UpgradeActions } from './UpgradeActions.tsx';
import { UpgradeHosts } from './UpgradeHosts.tsx';

const route = getRouteApi(paths.upgrade);

export type ChangeSearch = (next: {
  readonly [K in keyof UpgradePageSearch]?: UpgradePageSearch[K] | undefined;
}) => void;

export function UpgradeDetail({ upgrade }: { readonly upgrade: UpgradeSummary }) {
  const { text, format } = useUpgradeText();
  // Once more: the router adds what the address held besides.
  const search: UpgradePageSearch = readUpgradePageSearch({ ...route.useSearch() });
  const navigate = useNavigate();
  const now = useNow();
  const change: ChangeSearch = (next) =>
    void navigate({
      to: paths.upgrade,
      params: { id: upgrade.id },
      search: readUpgradePageSearch({ ...search, ...next }),
      replace: true,
      resetScroll: false,
    });
  const help = stateHelp(upgrade, text, format);
  const shares = sharesOf(upgrade);
  const isCanary = upgrade.state === 'canary';
  const isBad = upgrade.state === 'held';
  return (
    <>
      <PageHead
        title={text.upgradeTo(upgrade.version)}
        state={<UpgradeStateLabel state={upgrade.state} large />}
        facts={
          <>
            <span>{text.hostsDone(format.number(shares.done), format.number(upgrade.targets))}</span>
            <span>
              {text.releaseCommit} <code>{upgrade.commit.slice(0, 12)}</code>
            </span>
            <span>
              {upgrade.created_by} · <Ago at={upgrade.created_at_ms} />
            </span>
            <span>
              {format.duration(Math.max(0, (upgrade.finished_at_ms ?? now) - upgrade.created_at_ms))}
            </span>
            {isMoving(upgrade.state) && (
              <span>{text.upgradeExpiresAt(format.exactMinute(upgrade.expires_at_ms))}</span>
            )}
            <IdChip id={upgrade.id} />
          </>
        }
        actions={<UpgradeActions upgrade={upgrade} />}
      />
      {help !== undefined && (
        <Banner
          tone={isCanary ? 'info' : isBad ? 'bad' : 'warn'}
          icon={isCanary ? IconCircleDashed : isBad ? IconAlertCircle : IconAlertTriangle}
          live="polite"
        >
          {help}
        </Banner>
      )}
      <UpgradeBar counts={upgrade.counts} />
      <UpgradeHosts upgrade={upgrade} search={search} onChange={change} />
    </>
  );
}
