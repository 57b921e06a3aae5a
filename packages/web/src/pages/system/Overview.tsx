import { Skeleton } from '@mantine/core';
import type { FleetCounts } from '@ops/protocol/http/clients.ts';

import { useHealth } from '../../api/use-health.ts';
import { NONE } from '../../text/format.ts';
import { useText } from '../../text/use-text.ts';
import { WallAgo } from '../../ui/Ago.tsx';
import type { StatusFilter } from './fleet-search.ts';
import styles from './Overview.module.css';

const COUNTS = ['online', 'late', 'offline', 'total'] as const;

/** The state of things in one strip; each count filters the list below. */
export function Overview({
  counts,
  asOf,
  stale,
  status,
  onStatus,
}: {
  readonly counts: FleetCounts | undefined;
  readonly asOf: number | undefined;
  readonly stale: boolean;
  readonly status: StatusFilter | undefined;
  readonly onStatus: (status: StatusFilter | undefined) => void;
}) {
  const { text, format } = useText();
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
          const count = counts?.[name];
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
              {count === undefined ? (
                <Skeleton width="2.5rem" height="1.75rem" mt={4} />
              ) : (
                <span className={styles.figure}>{format.number(count)}</span>
              )}
            </button>
          );
        })}
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
