import { HostByHost } from '../../commands/HostByHost.tsx';
import { targetBody } from '../../commands/order.ts';
import { PlanPanel } from '../../commands/PlanPanel.tsx';
import { reasonName } from '../../rollouts/rollout-words.ts';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import { PlanWords } from './PlanWords.tsx';
import { isRightVersion } from './rollout-draft.ts';
import type { Draft } from './rollout-draft.ts';
import type { Plan } from './rollout-plan.ts';
import styles from './RolloutFormPage.module.css';

/** What the form, as it stands, would do. */
export function RolloutPlanPanel({
  draft,
  plan,
  old,
}: {
  readonly draft: Draft;
  readonly plan: Plan | undefined;
  /** It is not of what the form holds now. */
  readonly old: boolean;
}) {
  const { text, format } = useRolloutText();
  function words(): string {
    if (targetBody(draft.targets) === undefined) return text.planNeedsTargets;
    if (draft.work === 'Update' && !isRightVersion(draft.version)) return text.planNeedsVersion;
    if (plan === undefined) return text.planning;
    if (plan.targets === 0) return text.planNobody;
    return text.planLine(text.hostsCount(plan.targets, format), format.number(plan.waves.length));
  }
  return (
    <PlanPanel
      title={text.plan}
      words={words()}
      old={old}
      list={plan !== undefined && plan.hosts.length > 0 ? <PlanList plan={plan} /> : undefined}
    >
      {plan !== undefined && <PlanWords draft={draft} plan={plan} />}
    </PlanPanel>
  );
}

function PlanList({ plan }: { readonly plan: Plan }) {
  const { text } = useRolloutText();
  return (
    <HostByHost
      hosts={plan.hosts}
      hostColumn={text.hostname}
      columns={[{ name: text.version }, { name: text.wave }]}
      renderCells={(host) => [
        host.version ?? text.unknownVersion,
        host.wave === null ? (
          <span key="wave" className={styles.left} title={host.detail ?? undefined}>
            {reasonName(host.reason ?? 'refused', text)}
            {host.detail !== null && <small>{host.detail}</small>}
          </span>
        ) : (
          text.waveName(host.wave + 1)
        ),
      ]}
    />
  );
}
