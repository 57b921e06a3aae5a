import { Button, Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { CommandTable } from '../../commands/CommandTable.tsx';
import { useCommandHistory } from '../../commands/use-history.ts';
import { useMayRun } from '../../commands/use-may-run.ts';
import { paths } from '../../paths.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { IconTerminal2 } from '../../ui/icons.ts';
import { Panel } from '../../ui/Panel.tsx';
import styles from './CommandsPanel.module.css';

const SHOWN = 5;

/** What was run on this host last, and the way to run something here. */
export function CommandsPanel({ id }: { readonly id: string }) {
  const { text } = useCommandText();
  const mayRun = useMayRun();
  const { page, error } = useCommandHistory({ limit: SHOWN, client_id: id });
  return (
    <Panel
      title={text.recent}
      aside={
        <span className={styles.links}>
          <Link to={paths.history} search={{ host: id }}>
            {text.commandsOfHost}
          </Link>
          {mayRun && (
            <Button
              size="compact-sm"
              variant="light"
              leftSection={<IconTerminal2 size={15} aria-hidden />}
              renderRoot={(props) => <Link to={paths.commands} search={{ hosts: id }} {...props} />}
            >
              {text.runHere}
            </Button>
          )}
        </span>
      }
      flush
    >
      {page === undefined ? (
        <div className={styles.note}>
          {error === undefined ? <Skeleton height="2rem" /> : wordsOfError(error, text)}
        </div>
      ) : page.items.length === 0 ? (
        <p className={styles.note}>{text.noHistoryYet}</p>
      ) : (
        <CommandTable
          entries={page.items.slice(0, SHOWN).map((command) => ({ kind: 'command', command }))}
          name={text.recent}
          ofOneHost
        />
      )}
    </Panel>
  );
}
