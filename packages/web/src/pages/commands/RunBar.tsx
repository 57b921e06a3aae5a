import { Button } from '@mantine/core';
import type { TargetVerdict } from '@ops/protocol/http/batches.ts';
import { useState } from 'react';

import { ApiError } from '../../api/api-error.ts';
import type { PreviewState } from '../../api/use-preview.ts';
import { RefusalWords } from '../../commands/RefusalWords.tsx';
import { refusalOf } from '../../commands/refusal-of.ts';
import { hasTargets, runRequest } from '../../commands/order.ts';
import type { Order } from '../../commands/order.ts';
import { useHindrance } from '../../commands/use-may-run.ts';
import type { Format } from '../../text/format.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import type { CommandText } from '../../text/use-command-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { Banner } from '../../ui/Banner.tsx';
import { IconAlertCircle, IconPlayerPlay } from '../../ui/icons.ts';
import { UnfoldButton } from '../../ui/UnfoldButton.tsx';
import { PreviewList } from './PreviewList.tsx';
import { willAct } from './use-preview.ts';
import type { Preview } from './use-preview.ts';
import styles from './CommandsPage.module.css';

const DAY_SECS = 24 * 3600;

function previewWords(preview: Preview, text: CommandText, format: Format): string {
  const words: Readonly<Record<TargetVerdict, (count: string) => string>> = {
    will_run: text.verdictWillRun,
    queued: text.verdictQueued,
    offline: text.verdictOffline,
    refused_by_host: text.verdictRefused,
    readonly: text.verdictReadonly,
    too_old: text.verdictTooOld,
  };
  const parts = Object.entries(words).flatMap(([verdict, say]) => {
    const count = Object.entries(preview.counts).find(([name]) => name === verdict)?.[1] ?? 0;
    return count > 0 ? [say(format.number(count))] : [];
  });
  const unknown = preview.unknown_ids.length;
  if (unknown > 0) parts.push(text.verdictUnknown(format.number(unknown)));
  return text.verdicts(parts);
}

/** The last line of the form: what will happen, and the button that makes it happen. */
export function RunBar({
  order,
  state,
  failure,
  isPending,
  onRun,
  onKeep,
}: {
  readonly order: Order;
  readonly state: PreviewState<Preview>;
  readonly failure: Error | null;
  readonly isPending: boolean;
  readonly onRun: () => void;
  /** Keeps the command for hosts that are offline, this many seconds. */
  readonly onKeep: (secs: number) => void;
}) {
  const { text, format } = useCommandText();
  const hindrance = useHindrance(text.viewerCannotRun);
  const [listed, setListed] = useState(false);
  const { preview, old, error } = state;
  const offline = preview?.counts.offline ?? 0;
  const nobody = preview !== undefined && !old && willAct(preview) === 0;
  // A preview that failed for want of an answer keeps nobody from running; a form the server does not take does.
  const wrong = error !== undefined && error.status >= 400 && error.status < 500;
  const ready = hindrance === undefined && runRequest(order) !== undefined && !wrong && !nobody;
  const refused = preview?.refusal ?? null;

  function words(): string {
    if (hindrance !== undefined) return hindrance;
    if (!hasTargets(order)) return text.previewNeedsTarget;
    if (order.command.trim() === '') return text.previewNeedsCommand;
    if (error !== undefined) return wordsOfError(error, text);
    if (preview === undefined) return text.previewing;
    // The panel above says which rule and why.
    if (refused !== null) return text.refused;
    if (preview.targets === 0 && preview.unknown_ids.length === 0) return text.previewNoTargets;
    return text.previewLine(text.previewHosts(preview.targets, format), previewWords(preview, text, format));
  }

  return (
    <section className={styles.bar} aria-label={text.run}>
      {failure !== null && <Failure failure={failure} />}
      <div className={styles.barLine}>
        <div className={styles.preview} data-old={old || undefined}>
          <span role="status">{words()}</span>
          {preview !== undefined && refused === null && preview.hosts.length > 0 && (
            <UnfoldButton open={listed} onChange={setListed}>
              {text.hostByHost}
            </UnfoldButton>
          )}
          {offline > 0 && order.queueSecs === undefined && (
            <Button size="compact-sm" variant="subtle" onClick={() => onKeep(DAY_SECS)}>
              {text.keepForOffline}
            </Button>
          )}
        </div>
        <Button
          size="md"
          className={styles.run}
          leftSection={<IconPlayerPlay size={18} aria-hidden />}
          disabled={!ready || refused !== null}
          loading={isPending}
          title={text.runKeys}
          aria-keyshortcuts="Control+Enter Meta+Enter"
          onClick={onRun}
        >
          {text.run}
        </Button>
      </div>
      {listed && preview !== undefined && refused === null && <PreviewList preview={preview} />}
    </section>
  );
}

function Failure({ failure }: { readonly failure: Error }) {
  const { text } = useCommandText();
  const refusal = refusalOf(failure);
  return (
    <div role="alert">
      {refusal === undefined ? (
        <Banner tone="bad" icon={IconAlertCircle}>
          {failure instanceof ApiError ? wordsOfError(failure, text) : text.runFailed}{' '}
          {failure instanceof ApiError && failure.status === 0 && text.runUncertain}
        </Banner>
      ) : (
        <RefusalWords refusal={refusal} title={refusal.byHost ? text.refusedShort : text.refused} />
      )}
    </div>
  );
}
