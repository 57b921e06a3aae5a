import { Loader } from '@mantine/core';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';

import { useConsole } from '../console.ts';
import { useKeysText } from '../text/use-keys-text.ts';
import type { KeysText } from '../text/use-keys-text.ts';
import { wordsOfError } from '../text/words.ts';
import { CloseButton } from '../ui/CloseButton.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { IconSearch } from '../ui/icons.ts';
import { Keys } from '../ui/Keys.tsx';
import { groupsFor, STEPS } from './items.ts';
import type { Entry, GroupName } from './items.ts';
import { PaletteOption } from './PaletteOption.tsx';
import { useCandidates } from './use-candidates.ts';
import styles from './Palette.module.css';

/** As much as the server takes to look for. */
const MAX_TYPED = 128;

function groupName(group: GroupName, text: KeysText): string {
  return {
    hosts: text.paletteHosts,
    apps: text.paletteApps,
    pages: text.palettePages,
    commands: text.paletteCommands,
    runs: text.paletteRuns,
  }[group];
}

/**
 * One field that leads anywhere (WAI-ARIA combobox with a list): the focus stays in the field, arrows, Home, End and
 * PageUp/Down walk through all groups, Enter opens, with Control or Command in a new tab, Escape closes.
 */
export function Palette({ onClose, onList }: { readonly onClose: () => void; readonly onList: () => void }) {
  const { text, format } = useKeysText();
  const { shortcuts } = useConsole();
  const id = useId();
  const [typed, setTyped] = useState('');
  /** The entry that was walked to; undefined: the first, whichever that is. */
  const [walkedTo, setWalkedTo] = useState<string>();
  /** Enter came before the answers: the first entry is opened when they are in. */
  const opening = useRef<'here' | 'tab' | undefined>(undefined);
  const { candidates, pending, failures } = useCandidates(typed, () => {
    onClose();
    onList();
  });

  const groups = groupsFor(candidates, typed);
  const entries = groups.flatMap((group) => group.entries);
  const at = Math.max(
    0,
    entries.findIndex((entry) => entry.id === walkedTo),
  );
  const active = entries[at];
  const optionId = (entry: Entry): string => `${id}-${encodeURIComponent(entry.id)}`;

  const activeId = active && optionId(active);
  useLayoutEffect(() => {
    if (activeId !== undefined) document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' });
  }, [activeId]);

  function open(entry: Entry, where: 'here' | 'tab'): void {
    if ('act' in entry.leads) return entry.leads.act();
    const option = document.getElementById(optionId(entry));
    if (!(option instanceof HTMLAnchorElement)) return;
    if (where === 'tab') window.open(option.href, '_blank', 'noopener');
    else option.click();
  }

  useEffect(() => {
    if (opening.current === undefined || pending) return;
    const where = opening.current;
    opening.current = undefined;
    if (entries[0] !== undefined) open(entries[0], where);
  });

  function onKey(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    const modified = event.ctrlKey || event.metaKey;
    if (modified && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      onClose();
      return;
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      const where = modified ? 'tab' : 'here';
      if (pending && walkedTo === undefined) opening.current = where;
      else if (active !== undefined) open(active, where);
      return;
    }
    const step = STEPS[event.key];
    if (step === undefined || modified || event.altKey || event.shiftKey || entries.length === 0) return;
    event.preventDefault();
    opening.current = undefined;
    setWalkedTo(entries[step(at, entries.length)]?.id);
  }

  const nothing = entries.length === 0 && !pending;
  return (
    <Dialog open bare title={text.searchAndGo} className={styles.dialog} onClose={onClose}>
      <div className={styles.palette}>
        <div className={styles.head}>
          {pending ? (
            <Loader size={18} className={styles.glyph} aria-hidden />
          ) : (
            <IconSearch size={18} stroke={1.7} className={styles.glyph} aria-hidden />
          )}
          <input
            type="text"
            role="combobox"
            className={styles.field}
            aria-label={text.paletteHint}
            aria-autocomplete="list"
            aria-haspopup="listbox"
            aria-expanded={entries.length > 0}
            aria-controls={entries.length > 0 ? id : undefined}
            aria-activedescendant={activeId}
            placeholder={text.paletteHint}
            maxLength={MAX_TYPED}
            autoComplete="off"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            enterKeyHint="go"
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              setWalkedTo(undefined);
              opening.current = undefined;
            }}
            onKeyDown={onKey}
          />
          <CloseButton onClick={onClose} />
        </div>
        {entries.length > 0 && (
          <div id={id} role="listbox" aria-label={text.paletteResults} className={styles.list}>
            {groups.map((group) => (
              <div key={group.name} role="group" aria-labelledby={`${id}-${group.name}`}>
                <div id={`${id}-${group.name}`} role="presentation" className={styles.group}>
                  {groupName(group.name, text)}
                </div>
                {group.entries.map((entry) => (
                  <PaletteOption
                    key={entry.id}
                    id={optionId(entry)}
                    entry={entry}
                    active={entry === active}
                    onPoint={() => setWalkedTo(entry.id)}
                    onDone={onClose}
                  />
                ))}
              </div>
            ))}
          </div>
        )}
        {nothing && <p className={styles.nothing}>{text.nothingFits(typed.trim())}</p>}
        {failures.map(({ group, error }) => (
          <p key={group} className={styles.failure} role="alert">
            {text.searchFailed(groupName(group, text), wordsOfError(error, text))}
          </p>
        ))}
        <p className={styles.count} role="status">
          {pending
            ? text.searching
            : nothing
              ? text.nothingFits(typed.trim())
              : text.resultsCount(entries.length, format)}
        </p>
        <footer className={styles.foot} aria-hidden>
          <Keys keys={['↑', '↓']} /> {text.hintMove}
          <Keys keys={['↵']} /> {text.hintOpen}
          <Keys keys={[shortcuts.apple ? '⌘' : 'Ctrl', '↵']} /> {text.hintNewTab}
          <Keys keys={['Esc']} /> {text.hintClose}
        </footer>
      </div>
    </Dialog>
  );
}
