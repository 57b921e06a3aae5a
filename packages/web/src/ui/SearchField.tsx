import { TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';

import { useConsole } from '../console.ts';
import { IconSearch } from './icons.ts';

/** What is typed is told this long after the last key. */
const TYPING_MS = 250;

/** A field for words that narrow a list; tells them when the typing rests. */
export function SearchField({
  label,
  value,
  maxLength,
  size = 'sm',
  plain = false,
  className,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly maxLength: number;
  readonly size?: 'xs' | 'sm';
  /** Without the glass: beside one that has it. */
  readonly plain?: boolean;
  readonly className?: string | undefined;
  readonly onChange: (words: string) => void;
}) {
  const { clock } = useConsole();
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
  return (
    <TextInput
      type="search"
      size={size}
      className={className}
      aria-label={label}
      placeholder={label}
      maxLength={maxLength}
      autoComplete="off"
      spellCheck={false}
      leftSection={plain ? undefined : <IconSearch size={16} stroke={1.7} />}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}
