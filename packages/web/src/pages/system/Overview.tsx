import { Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { useHealth } from '../../api/use-health.ts';
import type { Figures } from '../../live/window-live.ts';
import { paths } from '../../paths.ts';
import { NONE } from '../../text/format.ts';
import { useOverviewText } from '../../text/use-overview-text.ts';
import { useText } from '../../text/use-text.ts';
import { WallAgo } from '../../ui/Ago.tsx';
import { IconChevronRight } from '../../ui/icons.ts';
import type { StatusFilter } from './fleet-search.ts';
import styles from './Overview.module.css';

const COUNTS = ['total', 'online', 'late', 'offline'] as const;

/** The state of things in one strip; each count filters the list below, or leads to the list it counts. */
export function Overview({
  figures,
  asOf,
  stale,
  status,
  onStatus,
}: {
  readonly figures: Figures | undefined;
  readonly asOf: number | undefined;
  readonly stale: boolean;
  readonly status: StatusFilter | undefined;
  readonly onStatus: (status: StatusFilter | undefined) => void;
}) {
  const { text, format } = useOverviewText();
  const names = {
    online: text.onlineClients,
    late: text.late,
    offline: text.offline,
    total: text.allClients,
  };
  return (
    <section className={styles.overview} aria-label={text.overview} data-stale={stale || undefined}>
      <div className={styles.counts} role="group" aria-label={text.filterByStatus}>
        {COUNTS.map((name) => {
          const filter = name === 'total' ? undefined : name;
          const count = figures?.counts[name];
          return (
            <button
              key={name}
              type="button"
              className={styles.count}
              data-count={name}
              data-none={count === 0 || undefined}
              data-chosen={(filter !== undefined && status === filter) || undefined}
              aria-pressed={status === filter}
              onClick={() => onStatus(status === filter ? undefined : filter)}
            >
              <span className={styles.name}>
                <span className={styles.dot} aria-hidden />
                {names[name]}
              </span>
              <Figure count={count} />
            </button>
          );
        })}
      </div>
      <div className={styles.activity} role="group" aria-label={text.atAGlance}>
        <Link
          to={paths.history}
          search={{ state: 'active', members: 'yes' }}
          className={styles.count}
          data-none={figures?.running_commands === 0 || undefined}
          title={text.runningCommandsHelp}
        >
          <span className={styles.name}>
            {text.runningCommands}
            <IconChevronRight size={13} aria-hidden />
          </span>
          <Figure count={figures?.running_commands} />
        </Link>
        <Link
          to={paths.apps}
          search={{ status: 'failing' }}
          className={styles.count}
          data-count="failing"
          data-none={figures?.failing_apps === 0 || undefined}
          title={text.failingAppsHelp}
        >
          <span className={styles.name}>
            {text.failingApps}
            <IconChevronRight size={13} aria-hidden />
          </span>
          <Figure count={figures?.failing_apps} />
        </Link>
      </div>
      <div className={styles.state}>
        <div className={styles.fact}>
          <span className={styles.name}>{text.lastUpdate}</span>
          <span className={styles.value}>{asOf === undefined ? NONE : format.clockTime(asOf)}</span>
          <span className={styles.small}>{asOf === undefined ? '\u00a0' : <WallAgo at={asOf} />}</span>
        </div>
        <ServerState />
      </div>
    </section>
  );
}

function Figure({ count }: { readonly count: number | undefined }) {
  const { format } = useText();
  if (count === undefined) return <Skeleton width="2.5rem" height="1.75rem" my={3} />;
  return <span className={styles.figure}>{format.number(count)}</span>;
}

function ServerState() {
  const { text, format } = useText();
  const health = useHealth();
  const [value, small] = {
    unknown: () => [text.serverUnknown, ''],
    unreachable: () => [text.serverUnreachable, text.retrying],
    unhealthy: () => [
      text.serverUnhealthy,
      health.state === 'unhealthy' ? text.failingParts(health.failing.join(', ')) : '',
    ],
    healthy: () =>
      health.state === 'healthy'
        ? [
            text.serverHealthy,
            text.versionAndUptime(health.version, format.duration(health.uptimeSecs * 1000)),
          ]
        : ['', ''],
  }[health.state]();
  return (
    <div className={styles.fact} data-state={health.state}>
      <span className={styles.name}>{text.serverState}</span>
      <span className={styles.value}>
        <span className={styles.dot} aria-hidden />
        {value}
      </span>
      <span className={styles.small}>{small || '\u00a0'}</span>
    </div>
  );
}
