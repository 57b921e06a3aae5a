import { UPGRADE_REASONS } from '@ops/protocol/domain/upgrade.ts';
import type { UpgradePreview } from '@ops/protocol/http/upgrades.ts';

import { HostByHost } from '../../commands/HostByHost.tsx';
import { targetBody } from '../../commands/order.ts';
import { PlanNote, PlanPanel, PlanSteps } from '../../commands/PlanPanel.tsx';
import { useNamedHosts } from '../../commands/use-named-hosts.ts';
import { useUpgradeText } from '../../text/use-upgrade-text.ts';
import { CheckBox } from '../../ui/CheckBox.tsx';
import { reasonName } from '../../upgrades/upgrade-words.ts';
import { canaryOf } from './upgrade-draft.ts';
import type { UpgradeDraft } from './upgrade-draft.ts';
import styles from './UpgradesPage.module.css';

/** What the form, as it stands, would do. */
export function UpgradePlanPanel({
  draft,
  plan,
  old,
  onToggle,
}: {
  readonly draft: UpgradeDraft;
  readonly plan: UpgradePreview | undefined;
  /** It is not of what the form holds now. */
  readonly old: boolean;
  /** Makes a host one of the canary, or takes it away. */
  readonly onToggle: (clientId: string) => void;
}) {
  const { text, format } = useUpgradeText();
  function words(): string {
    if (targetBody(draft.targets) === undefined) return text.planNeedsHosts;
    if (plan === undefined) return text.planLoading;
    if (plan.targets === 0) return text.planNone;
    return text.planHosts(text.hostsInAll(plan.targets, format), plan.release.version);
  }
  return (
    <PlanPanel
      title={text.upgradePlan}
      words={words()}
      old={old}
      list={
        plan !== undefined && plan.hosts.length > 0 ? (
          <PlanList plan={plan} canary={canaryOf(draft, plan)} onToggle={onToggle} />
        ) : undefined
      }
    >
      {plan !== undefined && <PlanWords plan={plan} />}
    </PlanPanel>
  );
}

/** Who goes first, who follows, and who is left out for which reason. */
export function PlanWords({ plan }: { readonly plan: UpgradePreview }) {
  const { text, format } = useUpgradeText();
  const named = useNamedHosts();
  const taken = plan.hosts.filter(({ reason }) => reason === null);
  const offline = taken.filter(({ online }) => !online).length;
  const steps = [
    [text.planCanary, taken.filter(({ canary }) => canary)],
    [text.planRest, taken.filter(({ canary }) => !canary)],
  ] as const;
  return (
    <>
      <PlanSteps
        steps={steps
          .filter(([, hosts]) => hosts.length > 0)
          .map(([name, hosts]) => ({
            name,
            hosts: text.hostsInAll(hosts.length, format),
            names: named(hosts),
          }))}
      />
      {offline > 0 && <PlanNote>{text.planOffline(format.number(offline))}</PlanNote>}
      {UPGRADE_REASONS.map((reason) => {
        const hosts = plan.hosts.filter((host) => host.reason === reason);
        return hosts.length === 0 ? null : (
          <PlanNote key={reason}>
            {text.planLeftOut(reasonName(reason, text), named(hosts))}
            {reason === 'off' && ` (${text.reasonOffHelp})`}
          </PlanNote>
        );
      })}
      {plan.unknown_ids.length > 0 && (
        <PlanNote>{text.planUnknown(format.number(plan.unknown_ids.length))}</PlanNote>
      )}
    </>
  );
}

/** A box makes a host one of the canary. */
function PlanList({
  plan,
  canary,
  onToggle,
}: {
  readonly plan: UpgradePreview;
  /** As it was chosen, before the server has said what comes of it. */
  readonly canary: readonly string[];
  readonly onToggle: (clientId: string) => void;
}) {
  const { text } = useUpgradeText();
  return (
    <HostByHost
      hosts={plan.hosts}
      hostColumn={text.hostname}
      columns={[
        { name: text.runsNow, optional: true },
        { name: text.willBe, wide: true },
        { name: text.canaryMark },
      ]}
      renderCells={(host) => [
        host.client_version,
        host.reason === null ? (
          text.isUpgraded
        ) : (
          <span key="why" className={styles.left}>
            {reasonName(host.reason, text)}
          </span>
        ),
        host.reason === null && (
          <CheckBox
            key="canary"
            label={text.takeAsCanary(host.hostname)}
            state={canary.includes(host.client_id) ? 'all' : 'none'}
            onChange={() => onToggle(host.client_id)}
          />
        ),
      ]}
    />
  );
}
