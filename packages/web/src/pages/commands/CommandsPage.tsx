import { useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

import { useStale } from '../../live/use-stale.ts';
import { runRequest } from '../../commands/order.ts';
import { showWrong } from '../../browser/show-wrong.ts';
import { useConsole, useSignal } from '../../console.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { wordsOfError } from '../../text/words.ts';
import form from '../../ui/FormPage.module.css';
import { Page } from '../../ui/Page.tsx';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { CommandPanel } from './CommandPanel.tsx';
import { OptionsPanel } from './OptionsPanel.tsx';
import { RecentPanel } from './RecentPanel.tsx';
import { RunBar } from './RunBar.tsx';
import { TargetsPanel } from './TargetsPanel.tsx';
import { useOrder } from './use-order.ts';
import { usePreview } from './use-preview.ts';
import { useRun } from './use-run.ts';
import styles from './CommandsPage.module.css';

export function CommandsPage() {
  const { text } = useCommandText();
  const { fleet: live, shortcuts } = useConsole();
  const { fleet, stale, failure: unread } = useSignal(live.picture);
  useEffect(() => live.watch(), [live]);
  useStale(stale);
  const { run, failure, isPending, isDone, forget } = useRun();
  const [order, change] = useOrder(!isPending && !isDone);
  const preview = usePreview(order);
  const page = useRef<HTMLDivElement>(null);
  const many = order.targets.kind !== 'hosts' || order.targets.ids.length > 1;
  const selectorRefused = preview.error?.field?.endsWith('selector') ? preview.error : undefined;

  function submit(): void {
    if (showWrong(page.current)) return;
    const request = runRequest(order);
    if (request !== undefined) run(request);
  }

  // The button knows whether it may be pressed.
  useEffect(
    () =>
      shortcuts.on('run', () => {
        page.current?.querySelector<HTMLButtonElement>('button[aria-keyshortcuts]')?.click();
      }),
    [shortcuts],
  );

  const { state } = useLocation();
  useEffect(() => {
    if (state.toType) page.current?.querySelector<HTMLInputElement>('input[name="command"]')?.focus();
  }, [state]);

  return (
    <Page>
      <PageTitle title={text.tabCommands} quiet />
      <div ref={page} className={`${form.form} ${styles.form}`}>
        <TargetsPanel
          targets={order.targets}
          fleet={fleet}
          failure={unread}
          onRetry={live.ask}
          refusal={selectorRefused && wordsOfError(selectorRefused, text)}
          onChange={(targets) => {
            forget();
            change({ targets });
          }}
        />
        <div className={form.column}>
          <CommandPanel
            command={order.command}
            onChange={(command) => {
              forget();
              change({ command });
            }}
          />
          <div className={styles.doing}>
            <OptionsPanel order={order} many={many} onChange={change} />
            <RunBar
              order={order}
              state={preview}
              failure={failure}
              isPending={isPending}
              onRun={submit}
              onKeep={(queueSecs) => change({ queueSecs })}
            />
          </div>
        </div>
      </div>
      <RecentPanel />
    </Page>
  );
}
