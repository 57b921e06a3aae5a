import type { RolloutHostState } from '@ops/protocol/domain/rollout.ts';
import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';

import { useRolloutText } from '../text/use-rollout-text.ts';
import { hostStateName } from './rollout-words.ts';
import styles from './ProgressBar.module.css';

/** From what is over to what has not begun. Skipped ones are no part of it. */
const ORDER = [
  'healthy',
  'changed',
  'changing',
  'rolling_back',
  'rolled_back',
  'failed',
  'rollback_failed',
  'left',
  'waiting',
] as const satisfies readonly RolloutHostState[];

/** Hosts by state, as shares of a bar. It stands beside words that say the same, and is silent to screen readers. */
export function ProgressBar({ counts }: { readonly counts: RolloutSummary['counts'] }) {
  const { text } = useRolloutText();
  return (
    <span className={styles.bar} aria-hidden>
      {ORDER.map((state) => {
        const count = counts[state] ?? 0;
        return count === 0 ? null : (
          <span
            key={state}
            data-state={state}
            style={{ flexGrow: count }}
            title={`${hostStateName(state, text)} ${count}`}
          />
        );
      })}
    </span>
  );
}
