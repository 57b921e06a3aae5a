import { Button } from '@mantine/core';
import { useState } from 'react';

import { useRolloutText } from '../../text/use-rollout-text.ts';
import { IconChevronDown } from '../../ui/icons.ts';
import { Panel } from '../../ui/Panel.tsx';
import { targetBody } from '../../commands/order.ts';
import { isRightVersion } from './rollout-draft.ts';
import type { Draft } from './rollout-draft.ts';
import type { Plan } from './rollout-plan.ts';
import { PlanList, PlanWords } from './PlanWords.tsx';
import styles from './RolloutFormPage.module.css';

/** What the form, as it stands, would do. */
export function PlanPanel({
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
  const [listed, setListed] = useState(false);
  function words(): string {
    if (targetBody(draft.targets) === undefined) return text.planNeedsTargets;
    if (draft.work === 'Update' && !isRightVersion(draft.version)) return text.planNeedsVersion;
    if (plan === undefined) return text.planning;
    if (plan.targets === 0) return text.planNobody;
    return text.planLine(text.hostsCount(plan.targets, format), format.number(plan.waves.length));
  }
  return (
    <Panel title={text.plan}>
      <div className={styles.plan} data-old={old || undefined}>
        <p role="status" className={styles.planLine}>
          {words()}
        </p>
        {plan !== undefined && (
          <>
            <PlanWords draft={draft} plan={plan} />
            {plan.hosts.length > 0 && (
              <div>
                <Button
                  size="compact-sm"
                  variant="subtle"
                  aria-expanded={listed}
                  rightSection={<IconChevronDown size={14} className={styles.turn} aria-hidden />}
                  onClick={() => setListed(!listed)}
                >
                  {text.hostByHost}
                </Button>
              </div>
            )}
            {listed && <PlanList plan={plan} />}
          </>
        )}
      </div>
    </Panel>
  );
}
