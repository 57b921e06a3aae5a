import type { BatchSummary } from '@ops/protocol/http/batches.ts';

import { COUNT_NAMES, endedOf } from '../../commands/batch-counts.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { countNames } from './count-names.ts';
import type { HostState } from './batch-search.ts';
import styles from './BatchCounts.module.css';

/** How far it is: a bar in the order of a command's life, and each count, which filters the hosts below. */
export function BatchCountsPanel({
  batch,
  chosen,
  onChoose,
}: {
  readonly batch: BatchSummary;
  readonly chosen: HostState | undefined;
  readonly onChoose: (state: HostState | undefined) => void;
}) {
  const { text, format } = useCommandText();
  const names = countNames(text);
  const { counts, targets } = batch;
  const ended = endedOf(counts);
  const words = text.progress(format.number(ended), format.number(targets));
  return (
    <section className={styles.panel} aria-label={text.outcome}>
      <div className={styles.progress}>
        <span>{words}</span>
        <span>{format.percent(targets === 0 ? 0 : (ended / targets) * 100)}</span>
      </div>
      <div
        className={styles.bar}
        role="progressbar"
        aria-label={words}
        aria-valuemin={0}
        aria-valuemax={targets}
        aria-valuenow={ended}
      >
        {COUNT_NAMES.map((name) =>
          counts[name] === 0 ? null : (
            <span key={name} data-count={name} style={{ flexGrow: counts[name] }} title={names[name]} />
          ),
        )}
      </div>
      <div className={styles.counts} role="group" aria-label={text.filterByCount}>
        <button
          type="button"
          className={styles.count}
          aria-pressed={chosen === undefined}
          onClick={() => onChoose(undefined)}
        >
          <span className={styles.name}>{text.countAll}</span>
          <span className={styles.figure}>{format.number(targets)}</span>
        </button>
        {COUNT_NAMES.map((name) => (
          <button
            key={name}
            type="button"
            className={styles.count}
            data-count={name}
            data-none={counts[name] === 0 || undefined}
            aria-pressed={chosen === name}
            onClick={() => onChoose(chosen === name ? undefined : name)}
          >
            <span className={styles.name}>
              <span className={styles.dot} aria-hidden />
              {names[name]}
            </span>
            <span className={styles.figure}>{format.number(counts[name])}</span>
          </button>
        ))}
      </div>
    </section>
  );
}
