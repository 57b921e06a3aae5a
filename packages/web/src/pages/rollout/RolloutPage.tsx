import { Button, Skeleton, VisuallyHidden } from '@mantine/core';
import { Link, getRouteApi } from '@tanstack/react-router';

import { useHealthCheckOn } from '../../api/use-health.ts';
import { paths } from '../../paths.ts';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { BackLink } from '../../ui/BackLink.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconCloudOff, IconMoodEmpty, IconPlugConnectedX } from '../../ui/icons.ts';
import { DocumentTitle } from '../../ui/PageTitle.tsx';
import { RolloutDetail } from './RolloutDetail.tsx';
import styles from './RolloutPage.module.css';
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
  useHealthCheckOn(view.kind === 'known' && view.stale);
  if (view.kind === 'known') {
    return (
      <div className={styles.page}>
        {view.stale && (
          <Banner tone="bad" icon={IconCloudOff} live="polite">
            {text.liveLost}
          </Banner>
        )}
        <RolloutDetail rollout={view.rollout} />
      </div>
    );
  }
  if (view.kind === 'loading') {
    return (
      <div className={styles.page} aria-busy>
        <VisuallyHidden role="status">{text.loading}</VisuallyHidden>
        <Skeleton height="2rem" width="min(22rem, 70%)" />
        <Skeleton height="9rem" radius="lg" />
        <Skeleton height="16rem" radius="lg" />
      </div>
    );
  }
  const title = view.kind === 'missing' ? text.rolloutMissing : text.rolloutFailed;
  return (
    <>
      <DocumentTitle title={title} />
      <EmptyState icon={view.kind === 'missing' ? IconMoodEmpty : IconPlugConnectedX} title={title} whole>
        <p>{view.kind === 'failed' ? wordsOfError(view.error, text) : text.rolloutMissingHelp(id)}</p>
        <Button mt="lg" variant="default" renderRoot={(props) => <Link to={paths.rollouts} {...props} />}>
          {text.allRollouts}
        </Button>
      </EmptyState>
    </>
  );
}
