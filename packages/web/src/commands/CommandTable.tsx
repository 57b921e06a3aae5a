import { ActionIcon } from '@mantine/core';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { useNow } from '../browser/use-now.ts';
import { paths } from '../paths.ts';
import { NONE } from '../text/format.ts';
import { useCommandText } from '../text/use-command-text.ts';
import { Ago } from '../ui/Ago.tsx';
import { IconRepeat } from '../ui/icons.ts';
import table from '../ui/Table.module.css';
import { isOpen, shownState, tookMs } from './command-state.ts';
import type { OrderSearch } from './order-address.ts';
import { searchOfBatch, searchOfCommand } from './order-search.ts';
import { BatchStateLabel, StateLabel } from './StateLabel.tsx';
import { tookWords } from './took.ts';
import styles from './CommandTable.module.css';

/** A line of the history. */
export type Entry =
  | { readonly kind: 'command'; readonly command: CommandSummary }
  | { readonly kind: 'batch'; readonly batch: BatchSummary };

/** Commands and batches, one a line: how each stands, what it was, where, and how to do it again. */
export function CommandTable({
  entries,
  name,
  ofOneHost = false,
}: {
  readonly entries: readonly Entry[];
  readonly name: string;
  /** The host is known, and not repeated. */
  readonly ofOneHost?: boolean;
}) {
  const { text } = useCommandText();
  const now = useNow(
    entries.some((entry) =>
      entry.kind === 'command' ? isOpen(entry.command) : entry.batch.state !== 'finished',
    ),
  );
  const columns = {
    state: text.state,
    command: text.command,
    ...(!ofOneHost && { host: text.onHost }),
    exit: text.exitCode,
    took: text.took,
    who: text.who,
    when: text.when,
    again: text.again,
  };
  return (
    <table className={`${table.table} ${styles.table}`} aria-label={name}>
      <thead>
        <tr>
          {Object.entries(columns).map(([column, title]) => (
            <th key={column} scope="col" data-column={column}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) =>
          entry.kind === 'command' ? (
            <CommandLine key={entry.command.id} command={entry.command} now={now} ofOneHost={ofOneHost} />
          ) : (
            <BatchLine key={entry.batch.id} batch={entry.batch} now={now} />
          ),
        )}
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
  return (
    <Line
      state={<StateLabel state={shownState(command, now)} />}
      title={
        <Link to={paths.run} params={{ id: command.id }} className={styles.link} title={command.command}>
          {command.command}
        </Link>
      }
      hostName={ofOneHost ? undefined : command.hostname}
      host={
        ofOneHost ? undefined : (
          <Link to={paths.client} params={{ id: command.client_id }} title={command.hostname}>
            {command.hostname}
          </Link>
        )
      }
      exit={command.signal ?? command.exit_code ?? NONE}
      took={tookMs(command, now)}
      facts={command}
      again={searchOfCommand(command)}
    />
  );
}

function BatchLine({ batch, now }: { readonly batch: BatchSummary; readonly now: number }) {
  const { text, format } = useCommandText();
  const hosts = text.batchOf(format.number(batch.targets));
  return (
    <Line
      state={<BatchStateLabel batch={batch} />}
      title={
        <Link to={paths.batch} params={{ id: batch.id }} className={styles.link} title={batch.command}>
          {batch.command}
        </Link>
      }
      hostName={hosts}
      host={hosts}
      exit={`${format.number(batch.counts.succeeded)} / ${format.number(batch.targets)}`}
      took={Math.max(0, (batch.finished_at_ms ?? now) - batch.created_at_ms)}
      facts={batch}
      again={searchOfBatch(batch)}
    />
  );
}

function Line({
  state,
  title,
  hostName,
  host,
  exit,
  took,
  facts,
  again,
}: {
  readonly state: ReactNode;
  readonly title: ReactNode;
  /** Undefined: there is no such column. */
  readonly hostName: string | undefined;
  readonly host: ReactNode;
  readonly exit: ReactNode;
  readonly took: number | undefined;
  readonly facts: { readonly id: string; readonly created_by: string; readonly created_at_ms: number };
  readonly again: OrderSearch | undefined;
}) {
  const { text, format } = useCommandText();
  return (
    <tr data-id={facts.id}>
      <td data-column="state">{state}</td>
      <th scope="row" data-column="command">
        {title}
        {/* On a phone, where the columns of it are not shown. */}
        <span className={styles.under}>
          {hostName !== undefined && `${hostName} · `}
          <Ago at={facts.created_at_ms} />
        </span>
      </th>
      {hostName !== undefined && <td data-column="host">{host}</td>}
      <td data-column="exit">{exit}</td>
      <td data-column="took">{took === undefined ? NONE : tookWords(took, text, format)}</td>
      <td data-column="who" title={facts.created_by}>
        {facts.created_by}
      </td>
      <td data-column="when">
        <Ago at={facts.created_at_ms} />
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
