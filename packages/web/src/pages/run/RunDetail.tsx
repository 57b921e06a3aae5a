import { Link } from '@tanstack/react-router';

import { useNow } from '../../browser/use-now.ts';
import { isOpen, shownState, tookMs, TONE_OF } from '../../commands/command-state.ts';
import type { ShownState } from '../../commands/command-state.ts';
import { explain } from '../../commands/explain.ts';
import { StateLabel } from '../../commands/StateLabel.tsx';
import { tookWords } from '../../commands/took.ts';
import type { CommandPicture, OutputFeed } from '../../output/output-feed.ts';
import { OutputPanel } from '../../output/OutputPanel.tsx';
import { paths } from '../../paths.ts';
import { NONE } from '../../text/format.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { Ago } from '../../ui/Ago.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { IdChip } from '../../ui/IdChip.tsx';
import { IconAlertCircle, IconAlertTriangle, IconClockPause, IconHistory } from '../../ui/icons.ts';
import { PageHead } from '../../ui/PageHead.tsx';
import { CancelButton, RunAgainButton } from './RunActions.tsx';
import { RunFacts } from './RunFacts.tsx';
import { Strip, StripFact } from '../../ui/Strip.tsx';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import styles from './RunPage.module.css';

/** States in which the host said why, in words that are not ours. */
const SAID: ReadonlySet<ShownState> = new Set(['interrupted', 'expired', 'rejected', 'failed']);

export function RunDetail({
  feed,
  picture,
  summary,
}: {
  readonly feed: OutputFeed;
  readonly picture: CommandPicture;
  readonly summary: CommandSummary;
}) {
  const { text, format } = useCommandText();
  const now = useNow(isOpen(summary));
  const state = shownState(summary, now);
  const words = explain(summary, state, now, text, format);
  const took = tookMs(summary, now);
  const tone = TONE_OF[state];
  return (
    <>
      <PageHead
        title={summary.command}
        code
        state={<StateLabel state={state} large />}
        facts={
          <>
            <Link to={paths.client} params={{ id: summary.client_id }}>
              {summary.hostname}
            </Link>
            <span>
              {summary.created_by} · <Ago at={summary.created_at_ms} />
            </span>
            <IdChip id={summary.id} />
            {summary.batch_id !== null && (
              <Link to={paths.batch} params={{ id: summary.batch_id }}>
                {text.openBatch}
              </Link>
            )}
          </>
        }
        actions={
          <>
            {isOpen(summary) && <CancelButton feed={feed} summary={summary} />}
            <RunAgainButton command={summary} />
          </>
        }
      />

      {words !== undefined && (
        <Banner
          tone={tone === 'bad' ? 'bad' : tone === 'warn' ? 'warn' : 'info'}
          icon={tone === 'bad' ? IconAlertCircle : tone === 'warn' ? IconAlertTriangle : IconClockPause}
          live="polite"
        >
          {words}
          {SAID.has(state) && summary.error !== null && (
            <span className={styles.said}>{text.saidByHost(summary.error)}</span>
          )}
        </Banner>
      )}
      {summary.late && (
        <Banner tone="info" icon={IconHistory}>
          {text.lateHelp}
        </Banner>
      )}

      <Strip label={text.outcome}>
        <StripFact name={summary.signal === null ? text.exitCode : text.signalName}>
          <span data-exit={summary.exit_code === 0 ? 'zero' : 'other'}>
            {summary.signal ?? summary.exit_code ?? NONE}
          </span>
        </StripFact>
        <StripFact name={text.took}>{took === undefined ? NONE : tookWords(took, text, format)}</StripFact>
        <StripFact name={text.startedAt}>
          {summary.executed_at_ms === null
            ? isOpen(summary)
              ? NONE
              : text.notStarted
            : format.clockTime(summary.executed_at_ms)}
        </StripFact>
        <StripFact name={text.timeLimit}>{format.duration(summary.timeout_secs * 1000)}</StripFact>
      </Strip>

      <OutputPanel feed={feed} picture={picture} summary={summary} />
      <RunFacts summary={summary} />
    </>
  );
}
