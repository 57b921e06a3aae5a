import { severity } from './readings.ts';
import type { Resource } from './readings.ts';
import styles from './Meter.module.css';

/** The bar of a share. It stands beside the figure it draws, and is silent to screen readers. */
export function Meter({
  resource,
  percent,
  muted = false,
}: {
  readonly resource: Resource;
  readonly percent: number | undefined;
  /** Not of now. */
  readonly muted?: boolean;
}) {
  const share = Math.min(100, Math.max(0, percent ?? 0));
  return (
    <span
      className={styles.meter}
      data-severity={muted ? 'muted' : severity(resource, percent)}
      style={{ backgroundSize: `${share}% 100%` }}
      aria-hidden
    />
  );
}
