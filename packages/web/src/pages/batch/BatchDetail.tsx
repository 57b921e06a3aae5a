import { Link, getRouteApi, useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';

import { useNow } from '../../browser/use-now.ts';
import { BatchStateLabel } from '../../commands/StateLabel.tsx';
import { tookWords } from '../../commands/took.ts';
import { paths } from '../../paths.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { Ago } from '../../ui/Ago.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { IdChip } from '../../ui/IdChip.tsx';
import { IconPlayerStop } from '../../ui/icons.ts';
import { PageHead } from '../../ui/PageHead.tsx';
import { BatchActions } from './BatchActions.tsx';
import { BatchCountsPanel } from './BatchCountsPanel.tsx';
import { GroupList } from './GroupList.tsx';
import { HostList } from './HostList.tsx';
import { readBatchSearch } from './batch-search.ts';
import type { BatchSearch } from './batch-search.ts';
import type { BatchView } from './use-batch.ts';
import styles from './BatchPage.module.css';

const route = getRouteApi(paths.batch);

export function BatchDetail({ view }: { readonly view: BatchView }) {
  const { text, format } = useCommandText();
  const { batch } = view;
  // Once more: the router adds what the address held besides.
  const search: BatchSearch = readBatchSearch({ ...route.useSearch() });
  const navigate = useNavigate();
  const hosts = useRef<HTMLDivElement>(null);
  const now = useNow(batch.finished_at_ms === null);
  const { kind, selector } = batch.selection;
  const selections = {
    ids: text.selectionIds,
    selector: `${text.selectionSelector} ${selector ?? ''}`,
    all: text.selectionAll,
    rerun: text.selectionRerun,
  };

  function change(next: { [K in keyof BatchSearch]?: BatchSearch[K] | undefined }): void {
    void navigate({
      to: paths.batch,
      params: { id: batch.id },
      search: { ...search, ...next },
      replace: true,
      resetScroll: false,
    });
  }

  return (
    <>
      <PageHead
        title={batch.command}
        code
        state={<BatchStateLabel batch={batch} large />}
        facts={
          <>
            <span>{text.batchOf(format.number(batch.targets))}</span>
            <span>
              {text.selection} <code>{selections[kind]}</code>
            </span>
            <span>
              {batch.created_by} · <Ago at={batch.created_at_ms} />
            </span>
            <span>
              {text.took}{' '}
              {tookWords(Math.max(0, (batch.finished_at_ms ?? now) - batch.created_at_ms), text, format)}
            </span>
            <IdChip id={batch.id} />
            {batch.rerun_of !== null && (
              <Link to={paths.batch} params={{ id: batch.rerun_of }}>
                {text.rerunOf} {batch.rerun_of.slice(0, 8)}
              </Link>
            )}
          </>
        }
        actions={<BatchActions batch={batch} />}
      />
      {batch.stopped !== null && (
        <Banner tone="warn" icon={IconPlayerStop} live="polite">
          {batch.stopped === 'user'
            ? text.batchStoppedByUser(batch.stopped_by ?? '')
            : text.batchStoppedByFailures}
        </Banner>
      )}
      <BatchCountsPanel
        batch={batch}
        chosen={search.state}
        onChoose={(state) => change({ state, group: undefined })}
      />
      <GroupList
        view={view}
        chosen={search.group}
        onShowHosts={(group) => {
          change({ group, state: undefined });
          hosts.current?.scrollIntoView({ block: 'start' });
        }}
      />
      <div ref={hosts} className={styles.anchor}>
        <HostList batch={batch} search={search} onChange={change} />
      </div>
    </>
  );
}
