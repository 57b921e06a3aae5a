import { useEffect, useRef } from 'react';

import styles from './CheckBox.module.css';

/** A box to tick, with room for a finger around it. `some` stands between: a part of what it stands for is ticked. */
export function CheckBox({
  label,
  state,
  disabled = false,
  onChange,
}: {
  /** Said, not shown: what stands beside the box shows it. */
  readonly label: string;
  readonly state: 'none' | 'some' | 'all';
  readonly disabled?: boolean;
  readonly onChange: (on: boolean) => void;
}) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = state === 'some';
  }, [state]);
  return (
    <label className={styles.place} title={label}>
      <input
        ref={box}
        type="checkbox"
        className={styles.box}
        aria-label={label}
        checked={state === 'all'}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </label>
  );
}
