import type { ReactNode } from 'react';

import { Ago } from './Ago.tsx';
import styles from './ProgressTable.module.css';
import table from './Table.module.css';

export interface ProgressRow {
  readonly id: string;
  readonly state: ReactNode;
  /** A link: what it is, and where it leads. */
  readonly what: ReactNode;
  /** Under that, in small. */
  readonly about: string;
  readonly bar: ReactNode;
  /** Says what the bar draws. */
  readonly figures: string;
  readonly by: string;
  /** Unix time in ms. */
  readonly at: number;
}

/** Rollouts or upgrades, one a line: how each stands, what it does, and how far it is. */
export function ProgressTable({
  name,
  titles,
  rows,
}: {
  readonly name: string;
  readonly titles: Readonly<Record<'state' | 'what' | 'progress' | 'who' | 'when', string>>;
  readonly rows: readonly ProgressRow[];
}) {
  return (
    <table className={`${table.table} ${styles.table}`} aria-label={name}>
      <thead>
        <tr>
          {(['state', 'what', 'progress', 'who', 'when'] as const).map((column) => (
            <th key={column} scope="col" data-column={column}>
              {titles[column]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} data-id={row.id}>
            <td data-column="state">{row.state}</td>
            <th scope="row" data-column="what">
              {row.what}
              <span className={table.small}>
                {row.about}
                {/* On a phone, where the columns of it are not shown. */}
                <span className={styles.under}>
                  {' · '}
                  <Ago at={row.at} />
                </span>
              </span>
            </th>
            <td data-column="progress">
              {row.bar}
              <span className={`${table.small} ${styles.figures}`}>{row.figures}</span>
            </td>
            <td data-column="who">{row.by}</td>
            <td data-column="when">
              <Ago at={row.at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
