import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';
import { Link, getRouteApi, useNavigate } from '@tanstack/react-router';

import { useNow } from '../../browser/use-now.ts';
import { paths } from '../../paths.ts';
import { gateWords, sharesOf, stateHelp, workWords } from '../../rollouts/rollout-words.ts';
import { RolloutStateLabel } from '../../rollouts/RolloutLabels.tsx';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import { Ago } from '../../ui/Ago.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { IdChip } from '../../ui/IdChip.tsx';
import { IconAlertCircle, IconAlertTriangle } from '../../ui/icons.ts';
import { PageHead } from '../../ui/PageHead.tsx';
import { readRolloutPageSearch } from './rollout-search.ts';
import type { RolloutPageSearch } from './rollout-search.ts';
import { RolloutActions } from './RolloutActions.tsx';
import { RolloutHosts } from './RolloutHosts.tsx';
import styles from './RolloutPage.module.css';
import { WaveTrack } from './WaveTrack.tsx';

const route = getRouteApi(paths.rollout);

export type ChangeSearch = (next: {
  readonly [K in keyof RolloutPageSearch]?: RolloutPageSearch[K] | undefined;
}) => void;

export function RolloutDetail({ rollout }: { readonly rollout: RolloutSummary }) {
  const { text, format } = useRolloutText();
  // Once more: the router adds what the address held besides.
  const search: RolloutPageSearch = readRolloutPageSearch({ ...route.useSearch() });
  const navigate = useNavigate();
  const now = useNow(rollout.finished_at_ms === null);
  const help = stateHelp(rollout, text, format);
  const bad = rollout.state === 'held' || rollout.state === 'rollback_failed';
  const change: ChangeSearch = (next) => {
    void navigate({
      to: paths.rollout,
      params: { id: rollout.id },
      search: { ...search, ...next },
      replace: true,
      resetScroll: false,
    });
  };

  return (
    <>
      <PageHead
        title={workWords(rollout, text)}
        state={<RolloutStateLabel state={rollout.state} large />}
        facts={
          <>
            <span>
              {text.progressOf(format.number(sharesOf(rollout).done), format.number(rollout.targets))}
            </span>
            {rollout.version !== null && rollout.restart && <span>{text.restartAfter}</span>}
            <span>
              {rollout.created_by} · <Ago at={rollout.created_at_ms} />
            </span>
            <span>
              {format.duration(Math.max(0, (rollout.finished_at_ms ?? now) - rollout.created_at_ms))}
            </span>
            <IdChip id={rollout.id} />
            <Link to={paths.rollouts} search={{ app: rollout.app_name }}>
              {text.rolloutsOf(rollout.app_name)}
            </Link>
          </>
        }
        actions={<RolloutActions rollout={rollout} />}
      />
      {help !== undefined && (
        <Banner tone={bad ? 'bad' : 'warn'} icon={bad ? IconAlertCircle : IconAlertTriangle} live="polite">
          {help}
        </Banner>
      )}
      <WaveTrack
        rollout={rollout}
        now={now}
        chosen={search.wave}
        onChoose={(wave) => change({ wave, state: undefined })}
      />
      <p className={styles.gate}>
        <strong>{text.gate}</strong> {text.gateSummary(gateWords(rollout, text, format))}
      </p>
      <RolloutHosts rollout={rollout} search={search} onChange={change} />
    </>
  );
}
