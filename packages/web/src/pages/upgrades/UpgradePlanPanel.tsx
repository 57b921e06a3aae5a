import { Button } from '@mantine/core';
import { UPGRADE_REASONS } from '@ops/protocol/domain/upgrade.ts';
import type { PlannedUpgradeHost, UpgradePreview } from '@ops/protocol/http/upgrades.ts';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { targetBody } from '../../commands/order.ts';
import { paths } from '../../paths.ts';
import { useUpgradeText } from '../../text/use-upgrade-text.ts';
import { CheckBox } from '../../ui/CheckBox.tsx';
import form from '../../ui/FormPage.module.css';
import { IconChevronDown } from '../../ui/icons.ts';
import { Panel } from '../../ui/Panel.tsx';
import { SmallTable } from '../../ui/SmallTable.tsx';
import { reasonName } from '../../upgrades/upgrade-words.ts';
import { canaryOf } from './upgrade-draft.ts';
import type { UpgradeDraft } from './upgrade-draft.ts';
import styles from './UpgradesPage.module.css';

/** Hosts that are named; the others are a number. */
const NAMED = 6;
/** So many are listed one by one. */
const MAX_LISTED = 300;

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
  const [listed, setListed] = useState(false);
  function words(): string {
    if (targetBody(draft.targets) === undefined) return text.planNeedsHosts;
    if (plan === undefined) return text.planLoading;
    if (plan.targets === 0) return text.planNone;
    return text.planHosts(text.hostsInAll(plan.targets, format), plan.release.version);
  }
  return (
    <Panel title={text.upgradePlan}>
      <div className={styles.plan} data-old={old || undefined}>
        <p role="status" className={styles.planLine}>
          {words()}
        </p>
        {plan !== undefined && (
          <>
            <PlanWords plan={plan} />
            {plan.hosts.length > 0 && (
              <div>
                <Button
                  size="compact-sm"
                  variant="subtle"
                  aria-expanded={listed}
                  rightSection={<IconChevronDown size={14} className={styles.turn} aria-hidden />}
                  onClick={() => setListed(!listed)}
                >
                  {text.hostByHostList}
                </Button>
              </div>
            )}
            {listed && <PlanList plan={plan} canary={canaryOf(draft, plan)} onToggle={onToggle} />}
          </>
        )}
      </div>
    </Panel>
  );
}

/** Who goes first, who follows, and who is left out for which reason. */
export function PlanWords({ plan }: { readonly plan: UpgradePreview }) {
  const { text, format } = useUpgradeText();
  const inWords = (hosts: readonly PlannedUpgradeHost[]): string => {
    const named = hosts.slice(0, NAMED).map(({ hostname }) => hostname);
    return text.planNamed(named, hosts.length - named.length, format);
  };
  const taken = plan.hosts.filter(({ reason }) => reason === null);
  const offline = taken.filter(({ online }) => !online).length;
  const steps = [
    [text.planCanary, taken.filter(({ canary }) => canary)],
    [text.planRest, taken.filter(({ canary }) => !canary)],
  ] as const;
  return (
    <>
      <ol className={styles.steps}>
        {steps.map(([name, hosts]) =>
          hosts.length === 0 ? null : (
            <li key={name}>
              <strong>{name}</strong>
              <span>{text.hostsInAll(hosts.length, format)}</span>
              <span className={styles.names}>{inWords(hosts)}</span>
            </li>
          ),
        )}
      </ol>
      {offline > 0 && <p className={styles.skipped}>{text.planOffline(format.number(offline))}</p>}
      {UPGRADE_REASONS.map((reason) => {
        const hosts = plan.hosts.filter((host) => host.reason === reason);
        return hosts.length === 0 ? null : (
          <p key={reason} className={styles.skipped}>
            {text.planLeftOut(reasonName(reason, text), inWords(hosts))}
            {reason === 'off' && ` (${text.reasonOffHelp})`}
          </p>
        );
      })}
      {plan.unknown_ids.length > 0 && (
        <p className={styles.skipped}>{text.planUnknown(format.number(plan.unknown_ids.length))}</p>
      )}
    </>
  );
}

/** The same, one host a line; a box makes one of them a canary. */
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
  const { text, format } = useUpgradeText();
  const shown = plan.hosts.slice(0, MAX_LISTED);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keys
    <div className={styles.list} role="region" tabIndex={0} aria-label={text.hostByHostList}>
      <SmallTable
        name={text.hostByHostList}
        columns={[
          { name: text.hostname, grow: true },
          { name: text.runsNow, optional: true },
          { name: text.willBe, wide: true },
          { name: text.canaryMark },
        ]}
        rows={shown.map((host) => ({
          key: host.client_id,
          cells: [
            <Link key="host" to={paths.client} params={{ id: host.client_id }}>
              {host.hostname}
            </Link>,
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
          ],
        }))}
        empty={text.none}
      />
      {plan.hosts.length > shown.length && (
        <p className={form.note}>
          {text.firstOfHosts(format.number(shown.length), format.number(plan.hosts.length))}
        </p>
      )}
    </div>
  );
}
