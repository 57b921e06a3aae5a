import { CLIENT_SORTS, naturalDirection } from '@ops/protocol/http/clients.ts';
import { ActionIcon, NativeSelect, TextInput } from '@mantine/core';
import {
  IconChevronDown,
  IconGridDots,
  IconLayoutGrid,
  IconSearch,
  IconSortAscending,
  IconSortDescending,
  IconTable,
  IconX,
} from '../../ui/icons.ts';
import { useEffect, useRef, useState } from 'react';

import { useConsole, useSignal } from '../../console.ts';
import { useOverviewText } from '../../text/use-overview-text.ts';
import { useText } from '../../text/use-text.ts';
import { MAX_FILTER } from './fleet-search.ts';
import type { FleetSearch, View } from './fleet-search.ts';
import { Choice } from '../../ui/Choice.tsx';
import { sortNames } from './sort-names.ts';
import styles from './Toolbar.module.css';

/** The address changes with the first key, and then so often: not at each of a burst. */
const TYPING_MS = 50;

export function Toolbar({
  search,
  view,
  shown,
  total,
  onChange,
}: {
  readonly search: FleetSearch;
  readonly view: View;
  readonly shown: number;
  readonly total: number;
  readonly onChange: (next: Partial<FleetSearch>) => void;
}) {
  const { text, format } = useOverviewText();
  const sort = search.sort ?? 'name';
  const dir = search.dir ?? naturalDirection(sort);
  const names = sortNames(text);
  const turned = dir === 'asc' ? 'desc' : 'asc';
  return (
    <div className={styles.toolbar} role="search" aria-label={text.clientList}>
      <Filter value={search.q ?? ''} onChange={(q) => onChange({ q: q === '' ? undefined : q })} />
      <span className={styles.shown} role="status">
        {shown === total ? text.clientsCount(total, format) : text.shownOf(shown, total, format)}
      </span>
      <div className={styles.right}>
        {view !== 'map' && (
          <>
            <NativeSelect
              className={styles.sort}
              aria-label={text.sortBy}
              rightSection={<IconChevronDown size={15} stroke={1.8} aria-hidden />}
              value={sort}
              onChange={(event) => {
                const chosen = CLIENT_SORTS.find((key) => key === event.currentTarget.value);
                onChange({ sort: chosen, dir: undefined });
              }}
              data={CLIENT_SORTS.map((key) => ({ value: key, label: text.sortByName(names[key]) }))}
            />
            <ActionIcon
              variant="default"
              className={styles.direction}
              aria-label={dir === 'asc' ? text.ascending : text.descending}
              title={dir === 'asc' ? text.ascending : text.descending}
              onClick={() => onChange({ dir: turned === naturalDirection(sort) ? undefined : turned })}
            >
              {dir === 'asc' ? (
                <IconSortAscending size={17} stroke={1.7} />
              ) : (
                <IconSortDescending size={17} stroke={1.7} />
              )}
            </ActionIcon>
          </>
        )}
        <Choice
          label={text.view}
          value={view}
          onChange={(value) => onChange({ view: value })}
          options={[
            { value: 'cards', name: text.viewCards, icon: IconLayoutGrid },
            { value: 'table', name: text.viewTable, icon: IconTable },
            { value: 'map', name: text.viewMap, icon: IconGridDots },
          ]}
        />
      </div>
    </div>
  );
}

/** Filters as one types; the shortcut of the page's search goes there, Escape empties it. */
function Filter({ value, onChange }: { readonly value: string; readonly onChange: (q: string) => void }) {
  const { text } = useText();
  const { clock, shortcuts } = useConsole();
  const isOffered = useSignal(shortcuts.single);
  const [typed, setTyped] = useState(value);
  const [seen, setSeen] = useState(value);
  /** Told, and not in the address yet: it follows a moment later, when more may have been typed. */
  const [told, setTold] = useState<readonly string[]>([]);
  const toldAt = useRef(0);

  if (value !== seen) {
    setSeen(value);
    const own = told.lastIndexOf(value);
    setTold(told.slice(own + 1));
    // The address changed by other means (back, a cleared filter).
    if (own < 0) {
      setTyped(value);
      setTold([]);
    }
  }

  useEffect(() => {
    if (typed === (told.at(-1) ?? seen)) return undefined;
    const tell = (): void => {
      toldAt.current = clock.wall();
      setTold([...told, typed]);
      onChange(typed);
    };
    const waitMs = toldAt.current + TYPING_MS - clock.wall();
    if (waitMs <= 0) {
      tell();
      return undefined;
    }
    const timer = clock.after(waitMs, tell);
    return () => timer.cancel();
  });

  return (
    <TextInput
      className={styles.filter}
      type="search"
      aria-label={text.filterClients}
      aria-keyshortcuts={isOffered ? '/' : undefined}
      placeholder={text.filterHint}
      maxLength={MAX_FILTER}
      value={typed}
      autoComplete="off"
      spellCheck={false}
      leftSection={<IconSearch size={16} stroke={1.7} />}
      rightSection={
        typed === '' ? (
          isOffered && <kbd className={styles.key}>/</kbd>
        ) : (
          <ActionIcon size="sm" aria-label={text.clearFilter} onClick={() => setTyped('')}>
            <IconX size={15} />
          </ActionIcon>
        )
      }
      onChange={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setTyped('');
      }}
    />
  );
}
