import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';
import { Link } from '@tanstack/react-router';

import { paths } from '../paths.ts';
import { useRolloutText } from '../text/use-rollout-text.ts';
import { Ago } from '../ui/Ago.tsx';
import { ProgressBar } from './ProgressBar.tsx';
import { sharesOf, workWords } from './rollout-words.ts';
import { RolloutStateLabel } from './RolloutLabels.tsx';
import styles from './RolloutTable.module.css';

/** Rollouts, one a line: how each stands, what it does, and how far it is. */
export function RolloutTable({ rollouts }: { readonly rollouts: readonly RolloutSummary[] }) {
  const { text, format } = useRolloutText();
  return (
    <table className={styles.table} aria-label={text.rollouts}>
      <thead>
        <tr>
          <th scope="col" data-column="state">
            {text.state}
          </th>
          <th scope="col">{text.change}</th>
          <th scope="col" data-column="progress">
            {text.progress}
          </th>
          <th scope="col" data-column="who">
            {text.startedBy}
          </th>
          <th scope="col" data-column="when">
            {text.startedWhen}
          </th>
        </tr>
      </thead>
      <tbody>
        {rollouts.map((rollout) => {
          const hosts = text.hostsCount(rollout.targets, format);
          const wave = text.ofWaves(Math.min(rollout.wave + 1, rollout.waves.length), rollout.waves.length);
          return (
            <tr key={rollout.id} data-id={rollout.id}>
              <td data-column="state">
                <RolloutStateLabel state={rollout.state} />
              </td>
              <th scope="row">
                <Link to={paths.rollout} params={{ id: rollout.id }} className={styles.link}>
                  {workWords(rollout, text)}
                </Link>
                <span className={styles.about}>
                  {hosts} · {wave}
                  {/* On a phone, where the columns of it are not shown. */}
                  <span className={styles.under}>
                    {' · '}
                    <Ago at={rollout.created_at_ms} />
                  </span>
                </span>
              </th>
              <td data-column="progress">
                <ProgressBar counts={rollout.counts} />
                <span className={styles.figures}>
                  {text.progressOf(format.number(sharesOf(rollout).done), format.number(rollout.targets))}
                </span>
              </td>
              <td data-column="who">{rollout.created_by}</td>
              <td data-column="when">
                <Ago at={rollout.created_at_ms} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
