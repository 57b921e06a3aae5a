import type { ReactNode } from 'react';

import styles from './Strip.module.css';

/** A few facts in one line across the page. */
export function Strip({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <section className={styles.strip} aria-label={label}>
      {children}
    </section>
  );
}

export function StripFact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <span className={styles.name}>{name}</span>
      <span className={styles.value}>{children}</span>
    </div>
  );
}
