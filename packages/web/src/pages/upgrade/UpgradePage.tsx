import { Button } from '@mantine/core';
import { Link, getRouteApi } from '@tanstack/react-router';

import { useStale } from '../../live/use-stale.ts';
import { paths } from '../../paths.ts';
import { useUpgradeText } from '../../text/use-upgrade-text.ts';
import { BackLink } from '../../ui/BackLink.tsx';
import { Failed } from '../../ui/Failed.tsx';
import { Gone } from '../../ui/Gone.tsx';
import { LoadingPage, Page } from '../../ui/Page.tsx';
import { UpgradeDetail } from './UpgradeDetail.tsx';
import { useUpgrade } from './use-upgrade.ts';

const route = getRouteApi(paths.upgrade);

export function UpgradePage() {
  const { text } = useUpgradeText();
  const { id } = route.useParams();
  return (
    <>
      <BackLink to={paths.upgrades}>{text.clientUpgrades}</BackLink>
      {/* Another upgrade is another page: nothing of the last one stays. */}
      <OneUpgrade key={id} id={id} />
    </>
  );
}

function OneUpgrade({ id }: { readonly id: string }) {
  const { text } = useUpgradeText();
  const view = useUpgrade(id);
  useStale(view.kind === 'known' && view.stale);
  if (view.kind === 'known') {
    return (
      <Page>
        <UpgradeDetail upgrade={view.whole} />
      </Page>
    );
  }
  if (view.kind === 'loading') return <LoadingPage blocks={['9rem', '16rem']} />;
  const toAll = (
    <Button mt="lg" variant="default" renderRoot={(props) => <Link to={paths.upgrades} {...props} />}>
      {text.clientUpgrades}
    </Button>
  );
  return view.kind === 'missing' ? (
    <Gone title={text.upgradeMissing} words={text.upgradeMissingHelp(id)}>
      {toAll}
    </Gone>
  ) : (
    <Failed title={text.upgradeFailed} error={view.error} whole>
      {toAll}
    </Failed>
  );
}
