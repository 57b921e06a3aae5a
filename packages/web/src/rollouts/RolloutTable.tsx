import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';
import { Link } from '@tanstack/react-router';

import { paths } from '../paths.ts';
import { useRolloutText } from '../text/use-rollout-text.ts';
import { ProgressTable } from '../ui/ProgressTable.tsx';
import { ProgressBar } from './ProgressBar.tsx';
import { sharesOf, workWords } from './rollout-words.ts';
import { RolloutStateLabel } from './RolloutLabels.tsx';

export function RolloutTable({ rollouts }: { readonly rollouts: readonly RolloutSummary[] }) {
  const { text, format } = useRolloutText();
  return (
    <ProgressTable
      name={text.rollouts}
      titles={{
        state: text.state,
        what: text.change,
        progress: text.progress,
        who: text.startedBy,
        when: text.startedWhen,
      }}
      rows={rollouts.map((rollout) => {
        const hosts = text.hostsCount(rollout.targets, format);
        const wave = text.ofWaves(Math.min(rollout.wave + 1, rollout.waves.length), rollout.waves.length);
        return {
          id: rollout.id,
          state: <RolloutStateLabel state={rollout.state} />,
          what: (
            <Link to={paths.rollout} params={{ id: rollout.id }}>
              {workWords(rollout, text)}
            </Link>
          ),
          about: `${hosts} · ${wave}`,
          bar: <ProgressBar counts={rollout.counts} />,
          figures: text.progressOf(format.number(sharesOf(rollout).done), format.number(rollout.targets)),
          by: rollout.created_by,
          at: rollout.created_at_ms,
        };
      })}
    />
  );
}
