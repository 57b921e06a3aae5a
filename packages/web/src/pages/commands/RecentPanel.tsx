import { Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { ApiError } from '../../api/api-error.ts';
import { CommandTable } from '../../commands/CommandTable.tsx';
import { useRecent } from '../../commands/use-recent.ts';
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
  const { commands, error } = useRecent({ limit: SHOWN, single: 'true' });
  return (
    <Panel title={text.recent} aside={<Link to={paths.history}>{text.allHistory}</Link>} flush>
      {commands === undefined ? (
        error instanceof ApiError ? (
          <p className={styles.note}>{wordsOfError(error, text)}</p>
        ) : (
          <div className={styles.loading}>
            <Skeleton height="8rem" />
          </div>
        )
      ) : commands.length === 0 ? (
        <p className={styles.note}>{text.noHistoryYet}</p>
      ) : (
        <CommandTable commands={commands} name={text.recent} />
      )}
    </Panel>
  );
}
