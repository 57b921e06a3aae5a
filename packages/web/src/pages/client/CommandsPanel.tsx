import { Button, Skeleton } from '@mantine/core';
import type { HostPolicy } from '@ops/protocol/domain/client.ts';
import { Link } from '@tanstack/react-router';

import { CommandTable } from '../../commands/CommandTable.tsx';
import type { useHostCommands } from '../../commands/use-history.ts';
import { useMayRun } from '../../commands/use-may-run.ts';
import { paths } from '../../paths.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { useHostText } from '../../text/use-host-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { IconTerminal2 } from '../../ui/icons.ts';
import { Panel } from '../../ui/Panel.tsx';
import { usePredefined } from '../../commands/use-predefined.ts';
import styles from './CommandsPanel.module.css';

export const SHOWN_COMMANDS = 5;

/** What was run on this host last, and the ways to run something here. */
export function CommandsPanel({
  id,
  policy,
  commands: { recent, active },
}: {
  readonly id: string;
  readonly policy: HostPolicy | null;
  readonly commands: ReturnType<typeof useHostCommands>;
}) {
  const { text } = useCommandText();
  const mayRun = useMayRun();
  const { page, error } = recent;
  return (
    <Panel
      title={text.recent}
      aside={
        <span className={styles.links}>
          <Running count={active.page?.items.length ?? 0} />
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
      {mayRun && policy !== null && !policy.readonly && <Predefined id={id} policy={policy} />}
      {page === undefined ? (
        <div className={styles.note}>
          {error === undefined ? <Skeleton height="2rem" /> : wordsOfError(error, text)}
        </div>
      ) : page.items.length === 0 ? (
        <p className={styles.note}>{text.noHistoryYet}</p>
      ) : (
        <CommandTable
          entries={page.items.slice(0, SHOWN_COMMANDS).map((command) => ({ kind: 'command', command }))}
          name={text.recent}
          ofOneHost
        />
      )}
    </Panel>
  );
}

function Running({ count }: { readonly count: number }) {
  const { text, format } = useHostText();
  return count > 0 && <span>{text.nowRunning(count, format)}</span>;
}

/** Predefined commands this host allows: each opens the form with it filled in. */
function Predefined({ id, policy }: { readonly id: string; readonly policy: HostPolicy }) {
  const { text } = useHostText();
  const { data } = usePredefined();
  if (data === undefined) return <div className={styles.presets} />;
  const allowed = data.categories
    .flatMap((category) => category.commands)
    .filter(({ command }) => policy.commands.includes(command.split(' ')[0] ?? ''));
  return (
    <ul className={styles.presets} aria-label={text.predefinedHere}>
      {allowed.map(({ command, label }) => (
        <li key={command}>
          <Link
            to={paths.commands}
            search={{ hosts: id, command }}
            className={styles.preset}
            aria-label={text.runPredefined(label, command)}
          >
            <code>{command}</code>
          </Link>
        </li>
      ))}
    </ul>
  );
}
