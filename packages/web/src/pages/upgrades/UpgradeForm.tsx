import { Button } from '@mantine/core';
import { previewUpgrade } from '@ops/protocol/http/upgrades.ts';
import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';

import { usePlanOf } from '../../api/use-preview.ts';
import { showWrong } from '../../browser/show-wrong.ts';
import type { TargetSearch } from '../../commands/order-address.ts';
import type { Targets } from '../../commands/order.ts';
import { useConsole, useSignal } from '../../console.ts';
import { paths } from '../../paths.ts';
import { useUpgradeText } from '../../text/use-upgrade-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { Banner } from '../../ui/Banner.tsx';
import { ErrorBanner } from '../../ui/ErrorBanner.tsx';
import { Fold } from '../../ui/Fold.tsx';
import form from '../../ui/FormPage.module.css';
import { IconCircleDashed, IconPackageImport } from '../../ui/icons.ts';
import { NumberField } from '../../ui/NumberField.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { useUpgradeHindrance } from '../../upgrades/use-may-upgrade.ts';
import { TargetsPanel } from '../commands/TargetsPanel.tsx';
import { BeginUpgradeDialog } from './BeginUpgradeDialog.tsx';
import { canaryOf, createBody, NUMBERS, previewBody, toggled } from './upgrade-draft.ts';
import type { NumberName, UpgradeDraft } from './upgrade-draft.ts';
import { UpgradePlanPanel } from './UpgradePlanPanel.tsx';
import styles from './UpgradesPage.module.css';

function targetsOf({ to, hosts, selector = '' }: TargetSearch): Targets {
  if (to === 'selector') return { kind: 'selector', selector };
  if (to === 'all') return { kind: 'all' };
  return { kind: 'hosts', ids: hosts === undefined ? [] : hosts.split(',') };
}

/** Which hosts, which of them first, and what would become of each. */
export function UpgradeForm({
  search,
  running,
}: {
  readonly search: TargetSearch;
  /** One that is not over: it goes before. */
  readonly running: UpgradeSummary | undefined;
}) {
  const { text, format } = useUpgradeText();
  const { api, fleet: live } = useConsole();
  const hindrance = useUpgradeHindrance();
  const { fleet, failure } = useSignal(live.picture);
  useEffect(() => live.watch(), [live]);
  const [draft, setDraft] = useState<UpgradeDraft>(() => ({ targets: targetsOf(search) }));
  const [asking, setAsking] = useState(false);
  const page = useRef<HTMLDivElement>(null);
  const change = (next: Partial<UpgradeDraft>): void => setDraft((now) => ({ ...now, ...next }));
  const { plan, old, error } = usePlanOf('upgrade-plan', previewBody(draft), (question, signal) =>
    api.call(previewUpgrade, { body: question, signal }),
  );
  const ofSelector = error?.field?.endsWith('selector') ?? false;
  const body = plan && createBody(draft, plan);
  const ready =
    hindrance === undefined && running === undefined && body !== undefined && !old && plan!.targets > 0;
  const number = (name: NumberName, label: string, help?: string) => (
    <NumberField
      label={label}
      {...(help !== undefined && { help })}
      usual={String(NUMBERS[name].usual)}
      wrong={text.outOfBounds(format.number(NUMBERS[name].min), format.number(NUMBERS[name].max))}
      value={draft[name]}
      bounds={NUMBERS[name]}
      onChange={(value) => change({ [name]: value })}
    />
  );

  function submit(): void {
    if (!showWrong(page.current)) setAsking(true);
  }

  return (
    <div className={form.form} ref={page}>
      <div className={form.column}>
        <TargetsPanel
          targets={draft.targets}
          fleet={fleet}
          failure={failure}
          onRetry={live.ask}
          refusal={error && ofSelector ? wordsOfError(error, text) : undefined}
          onChange={(targets) => change({ targets, canaryIds: undefined })}
        />
      </div>
      <div className={form.column}>
        <Panel title={text.newUpgrade}>
          <div className={form.fields}>
            {draft.canaryIds === undefined ? (
              number('canary', text.canaryField, text.canaryHelpField)
            ) : (
              <p className={styles.chosen}>
                <span>
                  {text.canaryField}: {text.canaryChosen(format.number(draft.canaryIds.length))}
                </span>
                <Button size="compact-sm" variant="subtle" onClick={() => change({ canaryIds: undefined })}>
                  {text.canaryByNumber}
                </Button>
              </p>
            )}
            <Fold summary={<span>{text.upgradeOptions}</span>} className={form.options}>
              <div className={`${form.grid} ${styles.numbers}`}>
                {number('concurrency', text.upgradeConcurrency)}
                {number('maxFailures', text.upgradeFailures, text.upgradeFailuresHelp)}
                {number('hours', text.upgradeHours, text.upgradeHoursHelp)}
              </div>
            </Fold>
          </div>
        </Panel>
        <UpgradePlanPanel
          draft={draft}
          plan={plan}
          old={old}
          onToggle={(id) =>
            plan && change({ canaryIds: toggled(canaryOf(draft, plan), id), canary: undefined })
          }
        />
        {error !== undefined && !ofSelector && <ErrorBanner error={error} />}
        {running !== undefined && (
          <Banner
            tone="info"
            icon={IconCircleDashed}
            action={
              <Link to={paths.upgrade} params={{ id: running.id }}>
                {text.toThatUpgrade}
              </Link>
            }
          >
            {text.anotherRuns}
          </Banner>
        )}
        <div className={form.bar}>
          <Button
            size="md"
            leftSection={<IconPackageImport size={18} aria-hidden />}
            disabled={!ready}
            title={hindrance}
            onClick={submit}
          >
            {text.beginUpgrade}
          </Button>
          {hindrance !== undefined && <p className={form.note}>{hindrance}</p>}
        </div>
      </div>
      {asking && plan !== undefined && body !== undefined && (
        <BeginUpgradeDialog body={body} plan={plan} onClose={() => setAsking(false)} />
      )}
    </div>
  );
}
