import { useHealth } from '../api/use-health.ts';
import { useText } from '../text/use-text.ts';
import styles from './ServerChip.module.css';

/** The server's health in a word. */
export function ServerChip() {
  const { text } = useText();
  const health = useHealth();
  const word = {
    unknown: text.serverUnknown,
    healthy: text.serverHealthy,
    unhealthy: text.serverUnhealthy,
    unreachable: text.serverUnreachable,
  }[health.state];
  return (
    <span className={styles.chip} data-state={health.state} role="status">
      <span className={styles.dot} aria-hidden />
      {word}
    </span>
  );
}
