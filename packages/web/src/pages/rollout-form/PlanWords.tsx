import { PlanNote, PlanSteps } from '../../commands/PlanPanel.tsx';
import { useNamedHosts } from '../../commands/use-named-hosts.ts';
import { reasonName } from '../../rollouts/rollout-words.ts';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import type { Draft } from './rollout-draft.ts';
import { hostsByWave, skippedBy, versionsNow } from './rollout-plan.ts';
import type { Plan } from './rollout-plan.ts';
import styles from './RolloutFormPage.module.css';

/** What will happen where: waves with their hosts, versions from and to, and who is left out for which reason. */
export function PlanWords({ draft, plan }: { readonly draft: Draft; readonly plan: Plan }) {
  const { text, format } = useRolloutText();
  const named = useNamedHosts();
  return (
    <>
      <PlanSteps
        steps={hostsByWave(plan).map((hosts, index) => ({
          name: text.waveName(index + 1),
          hosts: text.hostsCount(hosts.length, format),
          names: named(hosts),
        }))}
      />
      {draft.work === 'Update' && (
        <ul className={styles.versions}>
          {versionsNow(plan).map(([version, count]) => (
            <li key={version}>
              {text.fromTo(version ?? text.unknownVersion, draft.version, format.number(count))}
            </li>
          ))}
        </ul>
      )}
      {skippedBy(plan).map(([reason, hosts]) => (
        <PlanNote key={reason}>{text.skippedHosts(reasonName(reason, text), named(hosts))}</PlanNote>
      ))}
      {plan.unknown_ids.length > 0 && (
        <PlanNote>{text.unknownHosts(format.number(plan.unknown_ids.length))}</PlanNote>
      )}
    </>
  );
}
