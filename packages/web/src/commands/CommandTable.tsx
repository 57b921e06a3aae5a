import { ActionIcon } from '@mantine/core';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { Link } from '@tanstack/react-router';

import { useNow } from '../browser/use-now.ts';
import { paths } from '../paths.ts';
import { NONE } from '../text/format.ts';
import { useCommandText } from '../text/use-command-text.ts';
import { Ago } from '../ui/Ago.tsx';
import { IconRepeat } from '../ui/icons.ts';
import { isOpen, shownState, tookMs } from './command-state.ts';
import { searchOfCommand } from './order-search.ts';
import { StateLabel } from './StateLabel.tsx';
import { tookWords } from './took.ts';
import styles from './CommandTable.module.css';

/** Commands, one a line: how each stands, what it was, where, and how to do it again. */
export function CommandTable({
  commands,
  name,
  ofOneHost = false,
}: {
  readonly commands: readonly CommandSummary[];
  readonly name: string;
  /** The host is known, and not repeated. */
  readonly ofOneHost?: boolean;
}) {
  const { text } = useCommandText();
  const now = useNow(commands.some(isOpen));
  return (
    <table className={styles.table} aria-label={name}>
      <thead>
        <tr>
          <th scope="col" data-column="state">
            {text.state}
          </th>
          <th scope="col" data-column="command">
            {text.command}
          </th>
          {!ofOneHost && (
            <th scope="col" data-column="host">
              {text.onHost}
            </th>
          )}
          <th scope="col" data-column="exit">
            {text.exitCode}
          </th>
          <th scope="col" data-column="took">
            {text.took}
          </th>
          <th scope="col" data-column="who">
            {text.who}
          </th>
          <th scope="col" data-column="when">
            {text.when}
          </th>
          <th scope="col" data-column="again">
            {text.again}
          </th>
        </tr>
      </thead>
      <tbody>
        {commands.map((command) => (
          <CommandLine key={command.id} command={command} now={now} ofOneHost={ofOneHost} />
        ))}
      </tbody>
    </table>
  );
}

function CommandLine({
  command,
  now,
  ofOneHost,
}: {
  readonly command: CommandSummary;
  readonly now: number;
  readonly ofOneHost: boolean;
}) {
  const { text, format } = useCommandText();
  const took = tookMs(command, now);
  const again = searchOfCommand(command);
  return (
    <tr data-command={command.id}>
      <td data-column="state">
        <StateLabel state={shownState(command, now)} />
      </td>
      <th scope="row" data-column="command">
        <Link to={paths.run} params={{ id: command.id }} className={styles.link} title={command.command}>
          {command.command}
        </Link>
        <span className={styles.under}>
          {!ofOneHost && <>{command.hostname} · </>}
          <Ago at={command.created_at_ms} />
        </span>
      </th>
      {!ofOneHost && (
        <td data-column="host">
          <Link to={paths.client} params={{ id: command.client_id }} title={command.hostname}>
            {command.hostname}
          </Link>
        </td>
      )}
      <td data-column="exit">{command.signal ?? command.exit_code ?? NONE}</td>
      <td data-column="took">{took === undefined ? NONE : tookWords(took, text, format)}</td>
      <td data-column="who" title={command.created_by}>
        {command.created_by}
      </td>
      <td data-column="when">
        <Ago at={command.created_at_ms} />
      </td>
      <td data-column="again">
        {again !== undefined && (
          <ActionIcon
            aria-label={text.runAgain}
            title={text.runAgain}
            renderRoot={(props) => <Link to={paths.commands} search={again} {...props} />}
          >
            <IconRepeat size={16} aria-hidden />
          </ActionIcon>
        )}
      </td>
    </tr>
  );
}
