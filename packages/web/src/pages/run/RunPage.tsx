import { Button } from '@mantine/core';
import { Link, getRouteApi } from '@tanstack/react-router';

import { ApiError } from '../../api/api-error.ts';
import { useStale } from '../../live/use-stale.ts';
import { useCommand } from '../../commands/use-command.ts';
import { paths } from '../../paths.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { BackLink } from '../../ui/BackLink.tsx';
import { Failed } from '../../ui/Failed.tsx';
import { Gone } from '../../ui/Gone.tsx';
import { LoadingPage, Page } from '../../ui/Page.tsx';
import { RunDetail } from './RunDetail.tsx';

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
  useStale(picture.stale);
  const { summary, missing, failure } = picture;
  if (summary !== undefined) {
    return (
      <Page>
        <RunDetail feed={feed} picture={picture} summary={summary} />
      </Page>
    );
  }
  const toCommands = (
    <Button mt="lg" variant="default" renderRoot={(props) => <Link to={paths.commands} {...props} />}>
      {text.toCommands}
    </Button>
  );
  if (missing) {
    return (
      <Gone title={text.commandMissing} words={text.commandMissingHelp(id)}>
        {toCommands}
      </Gone>
    );
  }
  if (failure instanceof ApiError) {
    return (
      <Failed title={text.commandFailedToLoad} error={failure} whole onRetry={feed.ask}>
        {toCommands}
      </Failed>
    );
  }
  return <LoadingPage blocks={['4.25rem', '16rem']} />;
}
