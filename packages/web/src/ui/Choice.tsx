import { useId } from 'react';

import type { Icon } from './icons.ts';
import styles from './Choice.module.css';

export interface ChoiceOption<T extends string> {
  readonly value: T;
  readonly name: string;
  readonly icon: Icon;
}

/** A few alternatives side by side, of which one holds: radio buttons under the skin. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly ChoiceOption<T>[];
  readonly onChange: (value: T) => void;
}) {
  const name = useId();
  return (
    <fieldset className={styles.choice} aria-label={label}>
      {options.map(({ value: own, name: title, icon: Glyph }) => (
        <label key={own} className={styles.option} title={title}>
          <input
            type="radio"
            name={name}
            checked={own === value}
            aria-label={title}
            onChange={() => onChange(own)}
          />
          <Glyph size={17} stroke={1.7} aria-hidden />
        </label>
      ))}
    </fieldset>
  );
}
