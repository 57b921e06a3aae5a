import { NativeSelect } from '@mantine/core';
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
import { IconChevronDown } from '../../ui/icons.ts';
import { Panel } from '../../ui/Panel.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { usePagedRows } from '../../ui/use-paged-rows.ts';
import { MAX_WORDS } from './rollout-search.ts';
import type { RolloutPageSearch } from './rollout-search.ts';
import type { ChangeSearch } from './RolloutDetail.tsx';
import styles from './RolloutHosts.module.css';
import { rolloutKey } from './use-rollout.ts';

/** In rem, as the style sheet has it. */
const ROW_HEIGHT = 3;
/** Hosts asked for at once. */
const PAGE = 200;

/** Each host of the rollout, by wave. Only the lines in sight are in the page, and only their pages are asked for. */
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
  const { total, list, height, rows } = usePagedRows({
    queryKey: [...rolloutKey(rollout.id), 'hosts', filter],
    page: PAGE,
    rowHeight: ROW_HEIGHT,
    async fetchPage(range, signal) {
      const answer = await api.call(listRolloutHosts, {
        params: { id: rollout.id },
        query: { ...filter, ...range },
        signal,
      });
      return { entries: answer.hosts, total: answer.total };
    },
  });
  const arrow = <IconChevronDown size={15} stroke={1.8} aria-hidden />;
  return (
    <Panel title={text.hostsOfRollout} aside={text.hostsCount(total ?? 0, format)} flush>
      <div className={styles.filters} role="search" aria-label={text.hostsOfRollout}>
        <SearchField
          size="xs"
          className={styles.words}
          label={text.findHost}
          value={search.q ?? ''}
          maxLength={MAX_WORDS}
          ofPage
          onChange={(q) => onChange({ q: q || undefined })}
        />
        <NativeSelect
          size="xs"
          aria-label={text.wave}
          rightSection={arrow}
          value={search.wave ?? ''}
          onChange={({ currentTarget: { value } }) => onChange({ wave: value || undefined })}
          data={[
            { value: '', label: text.allWaves },
            ...rollout.waves.map((_wave, index) => ({
              value: String(index + 1),
              label: text.waveName(index + 1),
            })),
          ]}
        />
        <NativeSelect
          size="xs"
          aria-label={text.hostState}
          rightSection={arrow}
          value={search.state ?? ''}
          onChange={({ currentTarget: { value } }) =>
            onChange({ state: ROLLOUT_HOST_STATES.find((state) => state === value) })
          }
          data={[
            { value: '', label: text.allStates },
            ...ROLLOUT_HOST_STATES.filter(
              (state) => (rollout.counts[state] ?? 0) > 0 || state === search.state,
            ).map((state) => ({
              value: state,
              label: `${hostStateName(state, text)} ${format.number(rollout.counts[state] ?? 0)}`,
            })),
          ]}
        />
      </div>
      {total === 0 && <p className={styles.none}>{text.noHostMatches}</p>}
      <div role="table" aria-label={text.hostsOfRollout} aria-rowcount={(total ?? 0) + 1}>
        <div role="row" className={styles.titles}>
          <span role="columnheader">{text.wave}</span>
          <span role="columnheader">{text.hostname}</span>
          <span role="columnheader">{text.hostState}</span>
          <span role="columnheader" className={styles.version}>
            {text.versionChange}
          </span>
          <span role="columnheader" className={styles.why}>
            {text.whyAndOutput}
          </span>
        </div>
        <div ref={list} role="rowgroup" className={styles.list} style={{ height }}>
          {rows.map(({ key, index, entry, offset }) => (
            <div
              key={key}
              role="row"
              aria-rowindex={index + 2}
              className={styles.row}
              style={{ transform: `translateY(${offset}px)` }}
            >
              {entry !== undefined && <HostCells host={entry} version={rollout.version} />}
            </div>
          ))}
        </div>
      </div>
    </Panel>
  );
}

function HostCells({ host, version }: { readonly host: RolloutHost; readonly version: string | null }) {
  const { text } = useRolloutText();
  const { reason, detail, command_ids: ids, version_before: before } = host;
  const now = versionNow(host, version);
  const why = reason === null ? detail : [reasonName(reason, text), detail].filter(Boolean).join(' · ');
  const change =
    version === null || now === undefined || now === before ? (before ?? NONE) : `${before ?? NONE} → ${now}`;
  return (
    <>
      <span role="cell" className={styles.wave}>
        {host.wave === null ? NONE : host.wave + 1}
      </span>
      <span role="rowheader" className={styles.host}>
        <Link to={paths.client} params={{ id: host.client_id }} title={host.hostname}>
          {host.hostname}
        </Link>
      </span>
      <span role="cell">
        <RolloutHostLabel state={host.state} />
      </span>
      <span role="cell" className={styles.version} title={change}>
        {change}
      </span>
      <span role="cell" className={styles.why}>
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
      </span>
    </>
  );
}
