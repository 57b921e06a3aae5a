import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';

import { IconChevronDown } from './icons.ts';
import { Panel } from './Panel.tsx';
import styles from './PagedTable.module.css';
import { SearchField } from './SearchField.tsx';
import { usePagedRows } from './use-paged-rows.ts';
import type { FetchPage } from './use-paged-rows.ts';

/** Entries asked for at once. */
const PAGE = 200;

export interface PagedColumn<T> {
  readonly key: string;
  /** Said above the column; a table whose first column has none has no such line. */
  readonly title?: string;
  readonly render: (entry: T) => ReactNode;
  /** The whole of what may be cut. */
  readonly hint?: (entry: T) => string | undefined;
  /** It names its line. */
  readonly head?: boolean;
  /** Not on a phone. */
  readonly optional?: boolean;
  /** What the page has for it besides. */
  readonly className?: string | undefined;
}

/** A panel with a table of any length that can be narrowed: only the lines in sight are in the page, and only their pages are asked for. */
export function PagedTable<T>({
  name,
  aside,
  find,
  filters,
  none,
  queryKey,
  fetchPage,
  columns,
  rowHeight,
  className,
}: {
  readonly name: string;
  readonly aside: (total: number) => string;
  /** The field for words. */
  readonly find: {
    readonly label: string;
    readonly words: string | undefined;
    readonly maxLength: number;
    readonly onChange: (words: string | undefined) => void;
  };
  /** What stands beside it. */
  readonly filters: ReactNode;
  /** Said when nothing fits. */
  readonly none: string;
  readonly queryKey: readonly unknown[];
  readonly fetchPage: FetchPage<T>;
  readonly columns: readonly PagedColumn<T>[];
  /** In rem. */
  readonly rowHeight: number;
  /** Sets `--columns`, the widths, and `--phone-columns`, those on a phone. */
  readonly className: string | undefined;
}) {
  const { total, list, height, rows } = usePagedRows({ queryKey, page: PAGE, rowHeight, fetchPage });
  const titles = columns[0]?.title === undefined ? 0 : 1;
  return (
    <Panel title={name} aside={aside(total ?? 0)} flush>
      <div className={className}>
        <div className={styles.filters} role="search" aria-label={find.label}>
          <SearchField
            size="xs"
            className={styles.words}
            label={find.label}
            value={find.words ?? ''}
            maxLength={find.maxLength}
            ofPage
            onChange={(words) => find.onChange(words || undefined)}
          />
          {filters}
        </div>
        {total === 0 && <p className={styles.none}>{none}</p>}
        <div role="table" aria-label={name} aria-rowcount={total === undefined ? -1 : total + titles}>
          {titles > 0 && (
            <div role="row" className={styles.titles}>
              {columns.map(({ key, title, optional }) => (
                <span key={key} role="columnheader" data-optional={optional}>
                  {title}
                </span>
              ))}
            </div>
          )}
          <div ref={list} role="rowgroup" className={styles.list} style={{ height }}>
            {rows.map(({ key, index, entry, offset }) => (
              <div
                key={key}
                role="row"
                aria-rowindex={index + titles + 1}
                className={styles.row}
                style={{ height: `${rowHeight}rem`, transform: `translateY(${offset}px)` }}
              >
                {entry !== undefined &&
                  columns.map((column) => (
                    <span
                      key={column.key}
                      role={column.head ? 'rowheader' : 'cell'}
                      className={column.className}
                      data-optional={column.optional}
                      title={column.hint?.(entry)}
                    >
                      {column.render(entry)}
                    </span>
                  ))}
              </div>
            ))}
          </div>
        </div>
      </div>
    </Panel>
  );
}

/** One of the filters: a choice, or all (`undefined`). */
export function FilterSelect<T extends string>({
  label,
  all,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly all: string;
  readonly value: T | undefined;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T | undefined) => void;
}) {
  return (
    <NativeSelect
      size="xs"
      aria-label={label}
      rightSection={<IconChevronDown size={15} stroke={1.8} aria-hidden />}
      value={value ?? ''}
      onChange={({ currentTarget }) =>
        onChange(options.find((option) => option.value === currentTarget.value)?.value)
      }
      data={[{ value: '', label: all }, ...options]}
    />
  );
}
