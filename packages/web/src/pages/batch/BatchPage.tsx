import { Button, Skeleton, VisuallyHidden } from '@mantine/core';
import { Link, getRouteApi } from '@tanstack/react-router';

import { useHealthCheckOn } from '../../api/use-health.ts';
import { paths } from '../../paths.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { BackLink } from '../../ui/BackLink.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconCloudOff, IconMoodEmpty, IconPlugConnectedX } from '../../ui/icons.ts';
import { DocumentTitle } from '../../ui/PageTitle.tsx';
import { BatchDetail } from './BatchDetail.tsx';
import { useBatch } from './use-batch.ts';
import styles from './BatchPage.module.css';

const route = getRouteApi(paths.batch);

export function BatchPage() {
  const { text } = useCommandText();
  const { id } = route.useParams();
  return (
    <>
      <BackLink to={paths.commands}>{text.tabCommands}</BackLink>
      {/* Another batch is another page: nothing of the last one stays. */}
      <OneBatch key={id} id={id} />
    </>
  );
}

function OneBatch({ id }: { readonly id: string }) {
  const { text } = useCommandText();
  const state = useBatch(id);
  useHealthCheckOn(state.kind === 'known' && state.stale);
  if (state.kind === 'known') {
    return (
      <div className={styles.page}>
        {state.stale && (
          <Banner tone="bad" icon={IconCloudOff} live="polite">
            {text.liveLost}
          </Banner>
        )}
        <BatchDetail view={state.view} />
      </div>
    );
  }
  if (state.kind === 'loading') {
    return (
      <div className={styles.page} aria-busy>
        <VisuallyHidden role="status">{text.loading}</VisuallyHidden>
        <Skeleton height="2rem" width="min(22rem, 70%)" />
        <Skeleton height="7rem" radius="lg" />
        <Skeleton height="16rem" radius="lg" />
      </div>
    );
  }
  const title = state.kind === 'missing' ? text.batchMissing : text.batchFailed;
  return (
    <>
      <DocumentTitle title={title} />
      <EmptyState icon={state.kind === 'missing' ? IconMoodEmpty : IconPlugConnectedX} title={title} whole>
        <p>{state.kind === 'failed' ? wordsOfError(state.error, text) : text.batchMissingHelp(id)}</p>
        <Button mt="lg" variant="default" renderRoot={(props) => <Link to={paths.commands} {...props} />}>
          {text.toCommands}
        </Button>
      </EmptyState>
    </>
  );
}
