import { Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { CommandTable } from '../../commands/CommandTable.tsx';
import type { Entry } from '../../commands/CommandTable.tsx';
import { useRecentEntries } from '../../commands/use-recent-entries.ts';
import { paths } from '../../paths.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { Panel } from '../../ui/Panel.tsx';
import styles from './RecentPanel.module.css';

/** As many as the manual promises. */
const SHOWN = 10;

/** What was run last, by anybody. */
export function RecentPanel() {
  const { text } = useCommandText();
  const { entries, error } = useRecentEntries(SHOWN);
  return (
    <Panel title={text.recent} aside={<Link to={paths.history}>{text.allHistory}</Link>} flush>
      <Recent entries={entries} otherwise={error && wordsOfError(error, text)} />
    </Panel>
  );
}

function Recent({
  entries,
  otherwise,
}: {
  readonly entries: readonly Entry[] | undefined;
  readonly otherwise: string | undefined;
}) {
  const { text } = useCommandText();
  if (entries === undefined) {
    return otherwise === undefined ? (
      <div className={styles.loading}>
        <Skeleton height="8rem" />
      </div>
    ) : (
      <p className={styles.note}>{otherwise}</p>
    );
  }
  if (entries.length === 0) return <p className={styles.note}>{text.noHistoryYet}</p>;
  return <CommandTable entries={entries} name={text.recent} />;
}
