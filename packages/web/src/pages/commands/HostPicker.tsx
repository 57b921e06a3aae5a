import { Button, TextInput } from '@mantine/core';
import type { ClientName } from '@ops/protocol/http/clients.ts';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useId, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';

import { useCommandText } from '../../text/use-command-text.ts';
import { IconCheck, IconSearch, IconX } from '../../ui/icons.ts';
import { useRem } from '../../ui/rem.ts';
import { StatusLabel, presenceOf } from '../../ui/StatusLabel.tsx';
import { compareNames, matches, wordsOf } from '../system/fleet-list.ts';
import styles from './HostPicker.module.css';

/** In rem, as the style sheet has it. */
const ROW_HEIGHT = 2.5;
const MAX_SEARCH = 128;
/** Chosen hosts shown by name; the others are a number. */
const MAX_CHIPS = 12;

/** One or several hosts out of ten thousand: type, walk with the arrows, Enter or a click takes and leaves. */
export function HostPicker({
  clients,
  chosen,
  onChange,
}: {
  readonly clients: ReadonlyMap<string, ClientName>;
  readonly chosen: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}) {
  const { text, format } = useCommandText();
  const rem = useRem();
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const [words, setWords] = useState('');
  const [active, setActive] = useState(0);
  const isChosen = useMemo(() => new Set(chosen), [chosen]);
  const all = useMemo(() => [...clients.values()].toSorted(compareNames), [clients]);
  const shown = useMemo(() => {
    const wanted = wordsOf(words);
    return wanted.length === 0 ? all : all.filter((client) => matches(client, wanted));
  }, [all, words]);
  const at = Math.min(active, shown.length - 1);

  const rowHeight = rem(ROW_HEIGHT);

  // oxlint-disable-next-line react/incompatible-library -- a warning for the React compiler, which is not in use
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => list.current,
    estimateSize: () => rowHeight,
    overscan: 6,
  });

  function toggle(id: string): void {
    onChange(isChosen.has(id) ? chosen.filter((each) => each !== id) : [...chosen, id]);
  }

  function onKey(event: KeyboardEvent): void {
    // Enter and the arrows belong to an input method while it composes.
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = Math.max(0, Math.min(shown.length - 1, at + step));
      setActive(next);
      rows.scrollToIndex(next);
    } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const client = shown[at];
      if (client !== undefined) toggle(client.id);
    }
  }

  const more = shown.filter((client) => !isChosen.has(client.id));
  return (
    <div className={styles.picker}>
      <TextInput
        type="search"
        role="combobox"
        aria-label={text.searchHosts}
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={shown.length > 0 ? `${listId}-${at}` : undefined}
        placeholder={text.hostsHint}
        maxLength={MAX_SEARCH}
        autoComplete="off"
        spellCheck={false}
        leftSection={<IconSearch size={16} stroke={1.7} />}
        value={words}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKey}
      />
      <div
        ref={list}
        id={listId}
        role="listbox"
        tabIndex={0}
        aria-multiselectable
        aria-label={text.hostsFound}
        aria-activedescendant={shown.length > 0 ? `${listId}-${at}` : undefined}
        className={styles.list}
        data-empty={shown.length === 0 || undefined}
        onKeyDown={onKey}
      >
        <div role="presentation" className={styles.all} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const client = shown[item.index];
            if (client === undefined) return null;
            return (
              <div
                key={client.id}
                id={`${listId}-${item.index}`}
                role="option"
                aria-selected={isChosen.has(client.id)}
                aria-setsize={shown.length}
                aria-posinset={item.index + 1}
                className={styles.option}
                data-active={item.index === at || undefined}
                style={{ transform: `translateY(${item.start}px)` }}
                onClick={() => {
                  setActive(item.index);
                  toggle(client.id);
                }}
              >
                <span className={styles.box} aria-hidden>
                  {isChosen.has(client.id) && <IconCheck size={13} stroke={3} />}
                </span>
                <span className={styles.name}>{client.hostname}</span>
                <span className={styles.about}>
                  {Object.entries(client.labels)
                    .map(([key, value]) => `${key}=${value}`)
                    .join(' ') || client.ip_addresses[0]}
                </span>
                <StatusLabel presence={presenceOf(client)} />
              </div>
            );
          })}
        </div>
      </div>
      {shown.length === 0 && (words !== '' || clients.size > 0) && (
        <p className={styles.none} role="status">
          {text.noHostFound}
        </p>
      )}
      <div className={styles.foot}>
        <span role="status">{text.chosenHosts(chosen.length, format)}</span>
        {words !== '' && more.length > 0 && (
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => onChange([...chosen, ...more.map((client) => client.id)])}
          >
            {text.chooseShown(shown.length, format)}
          </Button>
        )}
        {chosen.length > 0 && (
          <Button size="compact-xs" variant="subtle" color="off" onClick={() => onChange([])}>
            {text.clearChosen}
          </Button>
        )}
      </div>
      {chosen.length > 0 && (
        <ul className={styles.chips}>
          {chosen.slice(0, MAX_CHIPS).map((id) => {
            const hostname = clients.get(id)?.hostname ?? text.unknownHost;
            return (
              <li key={id} className={styles.chip}>
                <span>{hostname}</span>
                <button type="button" aria-label={text.removeHost(hostname)} onClick={() => toggle(id)}>
                  <IconX size={13} aria-hidden />
                </button>
              </li>
            );
          })}
          {chosen.length > MAX_CHIPS && (
            <li className={styles.chip} data-rest>
              <span>+{format.number(chosen.length - MAX_CHIPS)}</span>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}
