import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { paths } from '../paths.ts';
import { useCommandText } from '../text/use-command-text.ts';
import { SmallTable } from '../ui/SmallTable.tsx';
import type { SmallColumn } from '../ui/SmallTable.tsx';
import styles from './HostByHost.module.css';

/** So many are listed one by one. */
const MAX_LISTED = 300;

/** What would become of each host, one a line. */
export function HostByHost<T extends { readonly client_id: string; readonly hostname: string }>({
  hosts,
  hostColumn,
  columns,
  renderCells,
}: {
  /** Of too many, the first are listed. */
  readonly hosts: readonly T[];
  /** Said above their names. */
  readonly hostColumn: string;
  readonly columns: readonly SmallColumn[];
  /** One for each of them. */
  readonly renderCells: (host: T) => readonly ReactNode[];
}) {
  const { text, format } = useCommandText();
  const shown = hosts.slice(0, MAX_LISTED);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keys
    <div className={styles.list} role="region" tabIndex={0} aria-label={text.hostByHost}>
      <SmallTable
        name={text.hostByHost}
        columns={[{ name: hostColumn, grow: true }, ...columns]}
        rows={shown.map((host) => ({
          key: host.client_id,
          cells: [
            <Link key="host" to={paths.client} params={{ id: host.client_id }}>
              {host.hostname}
            </Link>,
            ...renderCells(host),
          ],
        }))}
        empty={text.none}
      />
      {hosts.length > shown.length && (
        <p className={styles.more}>
          {text.firstHosts(format.number(shown.length), format.number(hosts.length))}
        </p>
      )}
    </div>
  );
}
