import { Button, Skeleton, VisuallyHidden } from '@mantine/core';
import { Link, getRouteApi } from '@tanstack/react-router';

import { ApiError } from '../../api/api-error.ts';
import { useHealthCheckOn } from '../../api/use-health.ts';
import { useCommand } from '../../commands/use-command.ts';
import { paths } from '../../paths.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { BackLink } from '../../ui/BackLink.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconCloudOff, IconMoodEmpty, IconPlugConnectedX } from '../../ui/icons.ts';
import { DocumentTitle } from '../../ui/PageTitle.tsx';
import { RunDetail } from './RunDetail.tsx';
import styles from './RunPage.module.css';

const route = getRouteApi(paths.run);

export function RunPage() {
  const { text } = useCommandText();
  const { id } = route.useParams();
  return (
    <>
      <BackLink to={paths.commands}>{text.tabCommands}</BackLink>
      {/* Another command is another page: nothing of the last one stays. */}
      <OneRun key={id} id={id} />
    </>
  );
}

function OneRun({ id }: { readonly id: string }) {
  const { text } = useCommandText();
  const { feed, picture } = useCommand(id);
  useHealthCheckOn(picture.stale);
  const { summary, missing, failure, stale } = picture;
  if (summary !== undefined) {
    return (
      <div className={styles.page}>
        {stale && (
          <Banner tone="bad" icon={IconCloudOff} live="polite">
            {text.liveLost}
          </Banner>
        )}
        <RunDetail feed={feed} picture={picture} summary={summary} />
      </div>
    );
  }
  if (missing) return <Gone title={text.commandMissing} words={text.commandMissingHelp(id)} />;
  if (failure instanceof ApiError && failure.status !== 0)
    return <Gone title={text.commandFailedToLoad} words={wordsOfError(failure, text)} failed />;
  return (
    <div className={styles.page} aria-busy>
      <VisuallyHidden role="status">{text.loading}</VisuallyHidden>
      <Skeleton height="2rem" width="min(22rem, 70%)" />
      <Skeleton height="5rem" radius="lg" />
      <Skeleton height="16rem" radius="lg" />
    </div>
  );
}

function Gone({
  title,
  words,
  failed = false,
}: {
  readonly title: string;
  readonly words: string;
  readonly failed?: boolean;
}) {
  const { text } = useCommandText();
  return (
    <>
      <DocumentTitle title={title} />
      <EmptyState icon={failed ? IconPlugConnectedX : IconMoodEmpty} title={title} whole>
        <p>{words}</p>
        <Button mt="lg" variant="default" renderRoot={(props) => <Link to={paths.commands} {...props} />}>
          {text.toCommands}
        </Button>
      </EmptyState>
    </>
  );
}
