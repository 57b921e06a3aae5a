import { Button } from '@mantine/core';
import { Link, getRouteApi } from '@tanstack/react-router';

import { useStale } from '../../live/use-stale.ts';
import { paths } from '../../paths.ts';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import { BackLink } from '../../ui/BackLink.tsx';
import { Failed } from '../../ui/Failed.tsx';
import { Gone } from '../../ui/Gone.tsx';
import { LoadingPage, Page } from '../../ui/Page.tsx';
import { RolloutDetail } from './RolloutDetail.tsx';
import { useRollout } from './use-rollout.ts';

const route = getRouteApi(paths.rollout);

export function RolloutPage() {
  const { text } = useRolloutText();
  const { id } = route.useParams();
  return (
    <>
      <BackLink to={paths.rollouts}>{text.allRollouts}</BackLink>
      {/* Another rollout is another page: nothing of the last one stays. */}
      <OneRollout key={id} id={id} />
    </>
  );
}

function OneRollout({ id }: { readonly id: string }) {
  const { text } = useRolloutText();
  const view = useRollout(id);
  useStale(view.kind === 'known' && view.stale);
  if (view.kind === 'known') {
    return (
      <Page>
        <RolloutDetail rollout={view.whole} />
      </Page>
    );
  }
  if (view.kind === 'loading') return <LoadingPage blocks={['9rem', '16rem']} />;
  const toAll = (
    <Button mt="lg" variant="default" renderRoot={(props) => <Link to={paths.rollouts} {...props} />}>
      {text.allRollouts}
    </Button>
  );
  return view.kind === 'missing' ? (
    <Gone title={text.rolloutMissing} words={text.rolloutMissingHelp(id)}>
      {toAll}
    </Gone>
  ) : (
    <Failed title={text.rolloutFailed} error={view.error} whole>
      {toAll}
    </Failed>
  );
}
