import type { UpgradeHostState } from '@ops/protocol/domain/upgrade.ts';
import { countIn, GONE_WRONG, ON_THE_WAY } from '@ops/protocol/domain/upgrade-progress.ts';
import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';

import styles from '../rollouts/ProgressBar.module.css';

/** From what is over to what has not begun, by the grounds of the bar of rollouts. Skipped hosts are no part of it. */
const PARTS: readonly (readonly [ground: string, states: readonly UpgradeHostState[]])[] = [
  ['healthy', ['done']],
  ['changing', ON_THE_WAY],
  ['failed', GONE_WRONG],
  ['left', ['left', 'expired']],
  ['waiting', ['queued']],
];

/** Hosts by state, as shares of a bar. It stands beside words that say the same, and is silent to screen readers. */
export function UpgradeBar({ counts }: { readonly counts: UpgradeSummary['counts'] }) {
  return (
    <span className={styles.bar} aria-hidden>
      {PARTS.map(([ground, states]) => {
        const count = countIn(counts, states);
        return count === 0 ? null : <span key={ground} data-state={ground} style={{ flexGrow: count }} />;
      })}
    </span>
  );
}
