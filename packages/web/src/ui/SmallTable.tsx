import type { ReactNode } from 'react';

import styles from './SmallTable.module.css';
import table from './Table.module.css';

export interface SmallColumn {
  readonly name: string;
  /** Figures stand at the right. */
  readonly figure?: boolean;
  /** Takes the room that is left, and is cut when there is none. */
  readonly grow?: boolean;
  readonly wide?: boolean;
  /** Not on a phone. */
  readonly optional?: boolean;
}

export interface SmallRow {
  readonly key: string;
  readonly cells: readonly ReactNode[];
}

/** A table of a few lines inside a panel. The first cell of a line names it. */
export function SmallTable({
  name,
  columns,
  rows,
  empty,
}: {
  readonly name: string;
  readonly columns: readonly SmallColumn[];
  readonly rows: readonly SmallRow[];
  /** Said when there are no lines. */
  readonly empty: string;
}) {
  if (rows.length === 0) return <p className={styles.empty}>{empty}</p>;
  const kind = (column: SmallColumn | undefined) => ({
    'data-figure': column?.figure || undefined,
    'data-grow': column?.grow || undefined,
    'data-wide': column?.wide || undefined,
    'data-optional': column?.optional || undefined,
  });
  return (
    <table className={`${table.table} ${styles.table}`} aria-label={name}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.name} scope="col" {...kind(column)}>
              {column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            {row.cells.map((cell, index) => {
              const column = columns[index];
              const title = typeof cell === 'string' ? cell : undefined;
              return index === 0 ? (
                <th key={column?.name} scope="row" title={title} {...kind(column)}>
                  {cell}
                </th>
              ) : (
                <td key={column?.name} title={title} {...kind(column)}>
                  {cell}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
