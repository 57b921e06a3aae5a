import { Button, Skeleton } from '@mantine/core';
import type { BatchGroup } from '@ops/protocol/http/batches.ts';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';

import { shownState } from '../../commands/command-state.ts';
import { StateLabel } from '../../commands/StateLabel.tsx';
import { OutputExcerpt } from '../../output/OutputExcerpt.tsx';
import { paths } from '../../paths.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { IconFileDiff, IconListDetails, IconTerminal2 } from '../../ui/icons.ts';
import { UnfoldButton } from '../../ui/UnfoldButton.tsx';
import styles from './Groups.module.css';

const GroupDiff = lazy(async () => {
  const { GroupDiff: component } = await import('./GroupDiff.tsx');
  return { default: component };
});

/** Hosts that ended alike, and what they said. */
export function GroupCard({
  group,
  largest,
  isChosen,
  onShowHosts,
}: {
  readonly group: BatchGroup;
  /** What it is compared with; undefined for the largest itself. */
  readonly largest: BatchGroup | undefined;
  readonly isChosen: boolean;
  readonly onShowHosts: () => void;
}) {
  const { text, format } = useCommandText();
  const [compared, setCompared] = useState(false);
  const state = shownState(
    {
      state: group.state,
      exit_code: group.exit_code,
      error: group.error,
      cancel_requested: false,
      sent_at_ms: 0,
      executed_at_ms: 0,
      timeout_secs: 0,
    },
    0,
  );
  const stream = group.stdout === '' && group.stderr !== '' ? 'stderr' : 'stdout';
  const rest = group.hosts - group.hostnames.length;
  return (
    <article className={styles.group} data-chosen={isChosen || undefined}>
      <header className={styles.groupHead}>
        <strong className={styles.size}>{text.groupHosts(format.number(group.hosts))}</strong>
        {largest === undefined && <span className={styles.largest}>{text.groupLargest}</span>}
        <StateLabel state={state} />
        {group.exit_code !== null && (
          <span className={styles.fact}>
            {text.exitCode} {group.exit_code}
          </span>
        )}
        <span className={styles.fact}>
          {text.stdout} {format.bytes(group.stdout_bytes)}
        </span>
        {group.stderr_bytes > 0 && (
          <span className={styles.fact}>
            {text.stderr} {format.bytes(group.stderr_bytes)}
          </span>
        )}
      </header>
      <p className={styles.names}>
        {group.hostnames.join(' ')}
        {rest > 0 && ` ${text.groupMoreHosts(format.number(group.hosts))}`}
      </p>
      {group.error !== null && <p className={styles.error}>{group.error}</p>}
      {group[stream] === '' ? (
        group.error === null && <p className={styles.note}>{text.groupNoOutput}</p>
      ) : (
        <OutputExcerpt text={group[stream]} whole={group[`${stream}_bytes`]} />
      )}
      <div className={styles.tools}>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconTerminal2 size={15} aria-hidden />}
          renderRoot={(props) => <Link to={paths.run} params={{ id: group.command_id }} {...props} />}
        >
          {text.groupOpen}
        </Button>
        <Button
          size="compact-sm"
          variant={isChosen ? 'light' : 'subtle'}
          leftSection={<IconListDetails size={15} aria-hidden />}
          aria-pressed={isChosen}
          onClick={onShowHosts}
        >
          {text.groupShowHosts}
        </Button>
        {largest !== undefined && (
          <UnfoldButton open={compared} icon={<IconFileDiff size={15} aria-hidden />} onChange={setCompared}>
            {compared ? text.groupHideCompare : text.groupCompare}
          </UnfoldButton>
        )}
      </div>
      {compared && largest !== undefined && (
        <Suspense fallback={<Skeleton height="6rem" />}>
          <GroupDiff before={largest} after={group} />
        </Suspense>
      )}
    </article>
  );
}
