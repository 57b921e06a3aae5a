import { useId } from 'react';
import type { ReactNode } from 'react';

import styles from './Segments.module.css';

export interface Segment<T extends string> {
  readonly value: T;
  readonly name: string;
  /** Beside the name: a count. */
  readonly aside?: ReactNode;
}

/** A few named alternatives side by side, of which one holds: radio buttons under the skin. */
export function Segments<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly Segment<T>[];
  readonly onChange: (value: T) => void;
}) {
  const name = useId();
  return (
    <fieldset className={styles.segments} aria-label={label}>
      {options.map((option) => (
        <label key={option.value} className={styles.segment}>
          <input
            type="radio"
            name={name}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>{option.name}</span>
          {option.aside !== undefined && <span className={styles.aside}>{option.aside}</span>}
        </label>
      ))}
    </fieldset>
  );
}
