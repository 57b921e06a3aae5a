import { Button } from '@mantine/core';
import type { Release } from '@ops/protocol/http/releases.ts';
import { Link, getRouteApi } from '@tanstack/react-router';

import { useStale } from '../../live/use-stale.ts';
import { StateMark } from '../../commands/StateLabel.tsx';
import { paths } from '../../paths.ts';
import { NONE } from '../../text/format.ts';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import type { RolloutText } from '../../text/use-rollout-text.ts';
import { Ago } from '../../ui/Ago.tsx';
import { BackLink } from '../../ui/BackLink.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Failed } from '../../ui/Failed.tsx';
import { IconHistory } from '../../ui/icons.ts';
import { LoadingBlocks, Page } from '../../ui/Page.tsx';
import { PageHead } from '../../ui/PageHead.tsx';
import table from '../../ui/Table.module.css';
import { sourceOf, VersionChip } from '../apps/AppFacts.tsx';
import { RollBackButton } from './RollBackButton.tsx';
import styles from './ReleasesPage.module.css';
import { useReleases } from './use-releases.ts';

const route = getRouteApi(paths.releases);

/** Every version an application has had on one host. */
export function ReleasesPage() {
  const { text } = useRolloutText();
  const { client, name } = route.useParams();
  return (
    <>
      <BackLink to={paths.apps}>{text.tabApps}</BackLink>
      <OneApp key={`${client} ${name}`} client={client} name={name} />
    </>
  );
}

function OneApp({ client, name }: { readonly client: string; readonly name: string }) {
  const { text } = useRolloutText();
  const { releases, hostname, rollbackVersion, error, stale, more, loadMore } = useReleases(client, name);
  useStale(stale);
  const current = releases?.find((release) => release.current);
  return (
    <Page>
      <PageHead
        title={`${text.releases} · ${name}`}
        heading={text.releases}
        facts={
          <>
            <strong>{name}</strong>
            <Link to={paths.client} params={{ id: client }}>
              {hostname ?? client}
            </Link>
            {current !== undefined && (
              <span>
                {text.current} <VersionChip version={current.version} />
              </span>
            )}
          </>
        }
        {...(releases !== undefined &&
          releases.length > 0 && {
            actions: (
              <RollBackButton
                client={client}
                hostname={hostname ?? client}
                name={name}
                from={current?.version}
                to={rollbackVersion}
              />
            ),
          })}
      />
      {releases === undefined ? (
        error === undefined ? (
          <LoadingBlocks blocks={['16rem']} />
        ) : (
          <Failed title={text.releasesFailed} error={error} />
        )
      ) : releases.length === 0 ? (
        <EmptyState icon={IconHistory} title={text.noReleases}>
          <p>{text.noReleasesHelp}</p>
        </EmptyState>
      ) : (
        <Table releases={releases} />
      )}
      {more && (
        <div className={styles.more}>
          <Button variant="default" onClick={loadMore}>
            {text.olderRollouts}
          </Button>
        </div>
      )}
    </Page>
  );
}

function kindName(kind: Release['kind'], text: RolloutText): string {
  return { found: text.kindFound, update: text.kindUpdate, rollback: text.kindRollback }[kind];
}

const OUTCOME_TONES = { running: 'accent', succeeded: 'ok', failed: 'bad' } as const;

function Table({ releases }: { readonly releases: readonly Release[] }) {
  const { text } = useRolloutText();
  const outcomes = {
    running: text.releaseRunning,
    succeeded: text.releaseSucceeded,
    failed: text.releaseFailed,
  };
  return (
    <table className={`${table.table} ${styles.table}`} aria-label={text.releases}>
      <thead>
        <tr>
          <th scope="col">{text.version}</th>
          <th scope="col">{text.outcome}</th>
          <th scope="col" data-column="kind">
            {text.releaseKind}
          </th>
          <th scope="col" data-column="source">
            {text.source}
          </th>
          <th scope="col" data-column="who">
            {text.releasedBy}
          </th>
          <th scope="col" data-column="when">
            {text.releasedWhen}
          </th>
          <th scope="col" data-column="links">
            {text.details}
          </th>
        </tr>
      </thead>
      <tbody>
        {releases.map((release) => (
          <tr key={release.number} aria-current={release.current || undefined}>
            <th scope="row">
              <span className={styles.version}>
                <VersionChip version={release.version} />
                {release.current && <span className={styles.current}>{text.current}</span>}
              </span>
              {release.version_before !== null && (
                <small className={table.small}>{text.before(release.version_before)}</small>
              )}
              {/* On a phone, where the columns of it are not shown. */}
              <small className={styles.under}>
                {kindName(release.kind, text)} · <Ago at={release.started_at_ms} />
              </small>
            </th>
            <td>
              <StateMark tone={OUTCOME_TONES[release.outcome]} turning={release.outcome === 'running'}>
                {outcomes[release.outcome]}
              </StateMark>
            </td>
            <td data-column="kind" title={release.kind === 'found' ? text.kindFoundHelp : undefined}>
              {kindName(release.kind, text)}
            </td>
            <td data-column="source">
              {sourceOf({
                ...(release.branch !== null && { branch: release.branch }),
                ...(release.commit !== null && { commit: release.commit }),
              }) ?? NONE}
            </td>
            <td data-column="who">{release.created_by ?? NONE}</td>
            <td data-column="when">
              <Ago at={release.started_at_ms} />
            </td>
            <td data-column="links">
              <span className={styles.links}>
                {release.command_id !== null && (
                  <Link to={paths.run} params={{ id: release.command_id }}>
                    {text.openOutput}
                  </Link>
                )}
                {release.rollout_id !== null && (
                  <Link to={paths.rollout} params={{ id: release.rollout_id }}>
                    {text.openRollout}
                  </Link>
                )}
                {release.command_id === null && release.rollout_id === null && NONE}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
