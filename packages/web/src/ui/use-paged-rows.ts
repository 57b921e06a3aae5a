import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';

import { useRem } from './rem.ts';

interface PagedRow<T> {
  readonly key: React.Key;
  readonly index: number;
  /** Undefined until its page arrived. */
  readonly entry: T | undefined;
  /** Pixels from the top of the list. */
  readonly offset: number;
}

export type FetchPage<T> = (
  range: { readonly offset: number; readonly limit: number },
  signal: AbortSignal,
) => Promise<{ readonly entries: readonly T[]; readonly total: number }>;

/**
 * A list of any length below other things on a page: only the lines in sight are drawn, and only their pages are asked
 * for. All lines are `rowHeight` rem high.
 */
export function usePagedRows<T>({
  queryKey,
  page: size,
  rowHeight,
  fetchPage,
}: {
  readonly queryKey: readonly unknown[];
  /** Entries asked for at once. */
  readonly page: number;
  readonly rowHeight: number;
  readonly fetchPage: FetchPage<T>;
}): {
  /** Undefined until the first page arrived. */
  readonly total: number | undefined;
  readonly list: RefObject<HTMLDivElement | null>;
  readonly height: number;
  readonly rows: readonly PagedRow<T>[];
} {
  const rem = useRem();
  const pageQuery = (page: number) => ({
    queryKey: [...queryKey, page],
    queryFn: ({ signal }: { signal: AbortSignal }) => fetchPage({ offset: page * size, limit: size }, signal),
    staleTime: Infinity,
  });
  // The first page also tells how many there are.
  const first = useQuery({ ...pageQuery(0), placeholderData: keepPreviousData });
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    // What stands above grows and shrinks.
    const measure = (): void => {
      if (list.current !== null) setTop(list.current.getBoundingClientRect().top + window.scrollY);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    measure();
    return () => observer.disconnect();
  }, []);
  // oxlint-disable-next-line react/incompatible-library -- a warning for the React compiler, which is not in use
  const virtual = useWindowVirtualizer({
    count: first.data?.total ?? 0,
    estimateSize: () => rem(rowHeight),
    overscan: 10,
    scrollMargin: top,
  });
  const items = virtual.getVirtualItems();
  const pages = [...new Set(items.map((item) => Math.floor(item.index / size)))].filter((page) => page > 0);
  const others = useQueries({ queries: pages.map((page) => pageQuery(page)) });

  return {
    total: first.data?.total,
    list,
    height: virtual.getTotalSize(),
    rows: items.map((item) => {
      const page = Math.floor(item.index / size);
      const data = page === 0 ? first.data : others[pages.indexOf(page)]?.data;
      return {
        key: item.key,
        index: item.index,
        entry: data?.entries[item.index % size],
        offset: item.start - top,
      };
    }),
  };
}
