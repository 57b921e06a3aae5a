import type { ReactNode } from 'react';

import { NONE } from '../text/format.ts';
import styles from './Facts.module.css';

export interface Fact {
  readonly name: string;
  /** Absent facts show a dash. */
  readonly value: ReactNode;
}

/** Names and values, one below the other. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(({ name, value }) => (
        <div key={name} className={styles.fact}>
          <dt>{name}</dt>
          <dd>{value ?? NONE}</dd>
        </div>
      ))}
    </dl>
  );
}
