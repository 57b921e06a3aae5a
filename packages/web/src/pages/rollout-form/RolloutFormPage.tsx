import { Button } from '@mantine/core';
import { previewRollout } from '@ops/protocol/http/rollouts.ts';
import { getRouteApi, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';

import { usePlanOf } from '../../api/use-preview.ts';
import { showWrong } from '../../browser/show-wrong.ts';
import { useStale } from '../../live/use-stale.ts';
import { useHindrance } from '../../commands/use-may-run.ts';
import { useConsole, useSignal } from '../../console.ts';
import type { FleetState } from '../../live/fleet-state.ts';
import { paths } from '../../paths.ts';
import { readRolloutSearch } from '../../rollouts/rollout-address.ts';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { BackLink } from '../../ui/BackLink.tsx';
import { ErrorBanner } from '../../ui/ErrorBanner.tsx';
import form from '../../ui/FormPage.module.css';
import { IconPlayerPlay } from '../../ui/icons.ts';
import { Page } from '../../ui/Page.tsx';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { TargetsPanel } from '../commands/TargetsPanel.tsx';
import { BeginDialog } from './BeginDialog.tsx';
import { OptionsPanel } from './OptionsPanel.tsx';
import { createBody, draftOf, previewBody, searchOf } from './rollout-draft.ts';
import type { Draft } from './rollout-draft.ts';
import styles from './RolloutFormPage.module.css';
import { RolloutPlanPanel } from './RolloutPlanPanel.tsx';
import { useAppHosts } from './use-app-hosts.ts';
import type { VersionsByHost } from './use-app-hosts.ts';
import { WavesPanel } from './WavesPanel.tsx';
import { WorkPanel } from './WorkPanel.tsx';

const route = getRouteApi(paths.rolloutForm);
/** The address follows this long after the last change. */
const TYPING_MS = 300;

export function RolloutFormPage() {
  const { text } = useRolloutText();
  const { name } = route.useParams();
  return (
    <>
      <BackLink to={paths.apps}>{text.tabApps}</BackLink>
      <Form key={name} name={name} />
    </>
  );
}

/** What the form holds. It begins as the address says, and the address follows. */
function useDraft(name: string, following: boolean): readonly [Draft, (next: Partial<Draft>) => void] {
  const { clock } = useConsole();
  const navigate = useNavigate();
  // Once more: the router adds what the address held besides.
  const search = readRolloutSearch({ ...route.useSearch() });
  const { rolloutHosts } = useLocation().state;
  const [draft, setDraft] = useState(() => draftOf(search, rolloutHosts));
  const wanted = searchOf(draft);
  const isWritten = JSON.stringify(wanted) === JSON.stringify(readRolloutSearch({ ...search }));
  useEffect(() => {
    if (isWritten || !following) return undefined;
    const timer = clock.after(TYPING_MS, () => {
      void navigate({
        to: paths.rolloutForm,
        params: { name },
        search: wanted,
        state: (state) => ({
          ...state,
          ...(draft.targets.kind === 'hosts' && { rolloutHosts: draft.targets.ids }),
        }),
        replace: true,
        resetScroll: false,
      });
    });
    return () => timer.cancel();
  });
  return [draft, (next) => setDraft((now) => ({ ...now, ...next }))];
}

/** The clients that have the application, as the picker takes them. */
function having(fleet: FleetState | undefined, hosts: VersionsByHost | undefined): FleetState | undefined {
  if (fleet === undefined || hosts === undefined) return undefined;
  return { ...fleet, clients: new Map([...fleet.clients].filter(([id]) => hosts.has(id))) };
}

function Form({ name }: { readonly name: string }) {
  const { text, format } = useRolloutText();
  const { api, fleet: live } = useConsole();
  const hindrance = useHindrance(text.viewerCannotAct);
  const { fleet, stale, failure } = useSignal(live.picture);
  useEffect(() => live.watch(), [live]);
  useStale(stale);
  const { hosts, failure: unfound } = useAppHosts(name);
  const [asking, setAsking] = useState(false);
  const [draft, change] = useDraft(name, !asking);
  const { plan, old, error } = usePlanOf('rollout-plan', previewBody(name, draft), (question, signal) =>
    api.call(previewRollout, { body: question, signal }),
  );
  const page = useRef<HTMLDivElement>(null);
  const choice = useMemo(() => having(fleet, hosts), [fleet, hosts]);
  const isRefused = (field: string): boolean => error?.field?.endsWith(field) ?? false;
  const elsewhere = error !== undefined && !isRefused('selector') && !isRefused('waves');
  const body = createBody(name, draft);
  const ready =
    hindrance === undefined && body !== undefined && plan !== undefined && !old && plan.targets > 0;

  function submit(): void {
    if (!showWrong(page.current)) setAsking(true);
  }

  return (
    <Page innerRef={page}>
      <PageTitle title={text.newRollout(name)} />
      <div className={`${form.form} ${styles.form}`}>
        <div className={form.column}>
          <WorkPanel draft={draft} hosts={hosts} onChange={change} />
          <TargetsPanel
            targets={draft.targets}
            fleet={choice}
            failure={unfound ?? failure}
            onRetry={live.ask}
            refusal={error && isRefused('selector') ? wordsOfError(error, text) : undefined}
            allWords={text.allHosts(hosts?.size ?? 0, format)}
            onChange={(targets) => change({ targets })}
          />
        </div>
        <div className={form.column}>
          <WavesPanel
            draft={draft}
            plan={plan}
            refusal={error && isRefused('waves') ? wordsOfError(error, text) : undefined}
            onChange={change}
          >
            <OptionsPanel draft={draft} onChange={change} />
          </WavesPanel>
          <RolloutPlanPanel draft={draft} plan={plan} old={old} />
          {elsewhere && <ErrorBanner error={error} />}
          <div className={form.bar}>
            <Button
              size="md"
              leftSection={<IconPlayerPlay size={18} aria-hidden />}
              disabled={!ready}
              title={hindrance}
              onClick={submit}
            >
              {text.begin}
            </Button>
          </div>
        </div>
      </div>
      {asking && plan !== undefined && body !== undefined && (
        <BeginDialog name={name} draft={draft} body={body} plan={plan} onClose={() => setAsking(false)} />
      )}
    </Page>
  );
}
