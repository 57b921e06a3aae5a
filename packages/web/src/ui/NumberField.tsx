import { TextInput } from '@mantine/core';
import { useState } from 'react';

import { wholeNumber } from '../text/whole-number.ts';

/** A whole number, or nothing for the usual one. What is no number is said, and told as nothing. */
export function NumberField({
  label,
  help,
  usual,
  wrong,
  value,
  bounds,
  onChange,
}: {
  readonly label: string;
  readonly help?: string;
  /** What holds when nothing is typed. */
  readonly usual: string;
  /** Said when what is typed is no number within bounds. */
  readonly wrong: string;
  readonly value: number | undefined;
  readonly bounds: { readonly min: number; readonly max: number };
  readonly onChange: (value: number | undefined) => void;
}) {
  const [typed, setTyped] = useState(value === undefined ? '' : String(value));
  const [told, setTold] = useState(value);
  if (value !== told) {
    setTold(value);
    setTyped(value === undefined ? '' : String(value));
  }
  const read = wholeNumber(typed, bounds);
  return (
    <TextInput
      label={label}
      description={help}
      inputMode="numeric"
      placeholder={usual}
      value={typed}
      error={typed !== '' && read === undefined && wrong}
      onChange={(event) => {
        const next = event.currentTarget.value.trim();
        setTyped(next);
        const number = wholeNumber(next, bounds);
        setTold(number);
        onChange(number);
      }}
    />
  );
}
