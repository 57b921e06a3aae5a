import type { Labels as LabelMap } from '@ops/protocol/domain/client.ts';

import styles from './Labels.module.css';

/** `key=value`, as selectors write them. */
export function Labels({
  labels,
  oneLine = false,
}: {
  readonly labels: LabelMap;
  /** What does not fit is cut; all of it shows on hover. */
  readonly oneLine?: boolean;
}) {
  const all = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  if (all.length === 0) return null;
  return (
    <ul className={oneLine ? styles.oneLine : styles.labels} title={oneLine ? all.join('\n') : undefined}>
      {all.map((label) => (
        <li key={label} className={styles.label}>
          {label}
        </li>
      ))}
    </ul>
  );
}
