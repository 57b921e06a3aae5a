import { Button, Skeleton, VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconMoodEmpty } from '../../ui/icons.ts';
import { Link, getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { useStale } from '../../live/use-stale.ts';
import { paths } from '../../paths.ts';
import { useText } from '../../text/use-text.ts';
import { BackLink } from '../../ui/BackLink.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Failed } from '../../ui/Failed.tsx';
import { DocumentTitle } from '../../ui/PageTitle.tsx';
import { ClientDetail } from './ClientDetail.tsx';
import { useClient } from './use-client.ts';
import type { ClientState } from './use-client.ts';
import styles from './ClientPage.module.css';

const route = getRouteApi(paths.client);

export function ClientPage() {
  const { text } = useText();
  const { id } = route.useParams();
  return (
    <>
      <BackLink to={paths.system}>{text.tabSystem}</BackLink>
      {/* Another host is another page: nothing of the last one stays. */}
      <OneClient key={id} id={id} />
    </>
  );
}

function OneClient({ id }: { readonly id: string }) {
  const { text } = useText();
  const search = route.useSearch();
  const state = useClient(id);
  useStale(state.kind === 'known' && state.stale);
  if (state.kind !== 'known') return <WithoutClient state={state} id={id} />;
  const { client, stale } = state;
  return (
    <div className={styles.page}>
      {client.conflict && (
        <Banner tone="warn" icon={IconAlertTriangle} live="polite">
          {text.conflictHelp}
        </Banner>
      )}
      <ClientDetail id={id} client={client} stale={stale} search={search} />
    </div>
  );
}

function WithoutClient({
  state,
  id,
}: {
  readonly state: Exclude<ClientState, { kind: 'known' }>;
  readonly id: string;
}) {
  const { text } = useText();
  switch (state.kind) {
    case 'loading':
      return <Loading />;
    case 'missing':
      return (
        <Gone title={text.clientMissing} icon={IconMoodEmpty}>
          {text.clientMissingHelp(id)}
        </Gone>
      );
    case 'forgotten':
      return (
        <Gone title={text.clientForgotten} icon={IconMoodEmpty}>
          {text.clientForgottenHelp}
        </Gone>
      );
    case 'failed':
      break;
  }
  return (
    <Failed title={text.clientFailed} error={state.error} whole>
      <Button mt="lg" variant="default" renderRoot={(props) => <Link to={paths.system} {...props} />}>
        {text.toSystem}
      </Button>
    </Failed>
  );
}

function Gone({
  title,
  icon,
  children,
}: {
  readonly title: string;
  readonly icon: typeof IconMoodEmpty;
  readonly children: ReactNode;
}) {
  const { text } = useText();
  return (
    <>
      <DocumentTitle title={title} />
      <EmptyState icon={icon} title={title} whole>
        <p>{children}</p>
        <Button mt="lg" variant="default" renderRoot={(props) => <Link to={paths.system} {...props} />}>
          {text.toSystem}
        </Button>
      </EmptyState>
    </>
  );
}

function Loading() {
  const { text } = useText();
  return (
    <div className={styles.page} aria-busy>
      <VisuallyHidden role="status">{text.loading}</VisuallyHidden>
      <Skeleton height="2rem" width="min(22rem, 70%)" />
      <div className={styles.pair}>
        {['cpu', 'memory', 'load', 'disk'].map((name) => (
          <Skeleton key={name} height="15.25rem" radius="lg" />
        ))}
      </div>
    </div>
  );
}
