import { ROLLOUT_HOST_STATES } from '@ops/protocol/domain/rollout.ts';
import { listRolloutHosts } from '@ops/protocol/http/rollouts.ts';
import type { RolloutHost, RolloutSummary } from '@ops/protocol/http/rollouts.ts';
import { Link } from '@tanstack/react-router';

import { useConsole } from '../../console.ts';
import { paths } from '../../paths.ts';
import { hostStateName, reasonName, versionNow } from '../../rollouts/rollout-words.ts';
import { RolloutHostLabel } from '../../rollouts/RolloutLabels.tsx';
import { NONE } from '../../text/format.ts';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import { FilterSelect, PagedTable } from '../../ui/PagedTable.tsx';
import { StateFilter } from '../../ui/StateFilter.tsx';
import { MAX_WORDS } from './rollout-search.ts';
import type { RolloutPageSearch } from './rollout-search.ts';
import type { ChangeSearch } from './RolloutDetail.tsx';
import styles from './RolloutHosts.module.css';
import { rolloutKey } from './use-rollout.ts';

/** Each host of the rollout, by wave. */
export function RolloutHosts({
  rollout,
  search,
  onChange,
}: {
  readonly rollout: RolloutSummary;
  readonly search: RolloutPageSearch;
  readonly onChange: ChangeSearch;
}) {
  const { text, format } = useRolloutText();
  const { api } = useConsole();
  const filter = {
    ...(search.state !== undefined && { state: search.state }),
    ...(search.wave !== undefined && { wave: Number(search.wave) - 1 }),
    ...(search.q !== undefined && { search: search.q }),
  };
  return (
    <PagedTable<RolloutHost>
      className={styles.hosts}
      name={text.hostsOfRollout}
      aside={(total) => text.hostsCount(total, format)}
      find={{
        label: text.findHost,
        words: search.q,
        maxLength: MAX_WORDS,
        onChange: (q) => onChange({ q }),
      }}
      filters={
        <>
          <FilterSelect
            label={text.wave}
            all={text.allWaves}
            value={search.wave}
            options={rollout.waves.map((_wave, index) => ({
              value: String(index + 1),
              label: text.waveName(index + 1),
            }))}
            onChange={(wave) => onChange({ wave })}
          />
          <StateFilter
            label={text.hostState}
            all={text.allStates}
            value={search.state}
            states={ROLLOUT_HOST_STATES}
            counts={rollout.counts}
            nameOf={(state) => hostStateName(state, text)}
            onChange={(state) => onChange({ state })}
          />
        </>
      }
      none={text.noHostMatches}
      queryKey={[...rolloutKey(rollout.id), 'hosts', filter]}
      fetchPage={async (range, signal) => {
        const answer = await api.call(listRolloutHosts, {
          params: { id: rollout.id },
          query: { ...filter, ...range },
          signal,
        });
        return { entries: answer.hosts, total: answer.total };
      }}
      rowHeight={3}
      columns={[
        {
          key: 'wave',
          title: text.wave,
          className: styles.wave,
          render: ({ wave }) => (wave === null ? NONE : wave + 1),
        },
        {
          key: 'host',
          title: text.hostname,
          head: true,
          render: (host) => (
            <Link to={paths.client} params={{ id: host.client_id }} title={host.hostname}>
              {host.hostname}
            </Link>
          ),
        },
        { key: 'state', title: text.hostState, render: (host) => <RolloutHostLabel state={host.state} /> },
        {
          key: 'version',
          title: text.versionChange,
          optional: true,
          className: styles.version,
          render: (host) => versionChange(host, rollout.version),
          hint: (host) => versionChange(host, rollout.version),
        },
        {
          key: 'why',
          title: text.whyAndOutput,
          className: styles.why,
          render: (host) => <Why host={host} />,
        },
      ]}
    />
  );
}

function versionChange(host: RolloutHost, version: string | null): string {
  const before = host.version_before ?? NONE;
  const now = versionNow(host, version);
  return version === null || now === undefined || now === host.version_before ? before : `${before} → ${now}`;
}

function Why({ host }: { readonly host: RolloutHost }) {
  const { text } = useRolloutText();
  const { reason, detail, command_ids: ids } = host;
  const why = reason === null ? detail : [reasonName(reason, text), detail].filter(Boolean).join(' · ');
  return (
    <>
      {why !== null && (
        <span className={styles.words} title={why}>
          {why}
        </span>
      )}
      <span className={styles.links}>
        {ids.map((id, index) => (
          <Link key={id} to={paths.run} params={{ id }}>
            {ids.length === 1 ? text.outputOnly : text.outputOf(index + 1)}
          </Link>
        ))}
      </span>
    </>
  );
}
