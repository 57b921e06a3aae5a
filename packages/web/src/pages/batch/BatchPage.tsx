import { Button } from '@mantine/core';
import { Link, getRouteApi } from '@tanstack/react-router';

import { useStale } from '../../live/use-stale.ts';
import { paths } from '../../paths.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { BackLink } from '../../ui/BackLink.tsx';
import { Failed } from '../../ui/Failed.tsx';
import { Gone } from '../../ui/Gone.tsx';
import { LoadingPage, Page } from '../../ui/Page.tsx';
import { BatchDetail } from './BatchDetail.tsx';
import { useBatch } from './use-batch.ts';

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
  useStale(state.kind === 'known' && state.stale);
  if (state.kind === 'known') {
    return (
      <Page>
        <BatchDetail view={state.whole} />
      </Page>
    );
  }
  if (state.kind === 'loading') return <LoadingPage blocks={['7rem', '16rem']} />;
  const toCommands = (
    <Button mt="lg" variant="default" renderRoot={(props) => <Link to={paths.commands} {...props} />}>
      {text.toCommands}
    </Button>
  );
  return state.kind === 'missing' ? (
    <Gone title={text.batchMissing} words={text.batchMissingHelp(id)}>
      {toCommands}
    </Gone>
  ) : (
    <Failed title={text.batchFailed} error={state.error} whole>
      {toCommands}
    </Failed>
  );
}
