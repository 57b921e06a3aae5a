import { ActionIcon, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';

import { useConsole, useSignal } from '../console.ts';
import { useText } from '../text/use-text.ts';
import { IconSearch, IconX } from './icons.ts';
import type { Icon } from './icons.ts';
import { Keys } from './Keys.tsx';
import styles from './SearchField.module.css';

/** What is typed is told this long after the last key. */
const TYPING_MS = 250;

/** A field for words that narrow a list; tells them when the typing rests. Escape empties it. */
export function SearchField({
  label,
  hint = label,
  value,
  maxLength,
  size = 'sm',
  icon: Glyph = IconSearch,
  ofPage = false,
  className,
  onChange,
}: {
  readonly label: string;
  /** In the empty field. */
  readonly hint?: string;
  readonly value: string;
  readonly maxLength: number;
  readonly size?: 'xs' | 'sm';
  readonly icon?: Icon;
  /** The one that the shortcut for searching goes to: the first of its page. */
  readonly ofPage?: boolean;
  readonly className?: string | undefined;
  readonly onChange: (words: string) => void;
}) {
  const { text } = useText();
  const { clock, shortcuts } = useConsole();
  const isOffered = useSignal(shortcuts.single) && ofPage;
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  // It changed by other means (back, a cleared filter).
  if (value !== told) {
    setTold(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === told) return undefined;
    const timer = clock.after(TYPING_MS, () => {
      setTold(typed);
      onChange(typed);
    });
    return () => timer.cancel();
  });

  function right() {
    if (typed !== '') {
      return (
        <ActionIcon size="sm" aria-label={text.clearFilter} onClick={() => setTyped('')}>
          <IconX size={15} />
        </ActionIcon>
      );
    }
    return isOffered ? (
      <span className={styles.key} aria-hidden>
        <Keys keys={['/']} />
      </span>
    ) : undefined;
  }

  return (
    <TextInput
      type="search"
      size={size}
      className={className}
      classNames={{ input: styles.input ?? '' }}
      aria-label={label}
      aria-keyshortcuts={isOffered ? '/' : undefined}
      placeholder={hint}
      maxLength={maxLength}
      autoComplete="off"
      spellCheck={false}
      leftSection={<Glyph size={16} stroke={1.7} />}
      rightSection={right()}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => {
        // While an input method composes, Escape is its own.
        if (event.key !== 'Escape' || event.nativeEvent.isComposing || typed === '') return;
        event.preventDefault();
        setTyped('');
      }}
    />
  );
}
