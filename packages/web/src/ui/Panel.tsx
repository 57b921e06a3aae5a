import { useId } from 'react';
import type { ReactNode } from 'react';

import styles from './Panel.module.css';

/** A titled part of a page. */
export function Panel({
  title,
  aside,
  children,
  flush = false,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  /** The content reaches the edges. */
  readonly flush?: boolean;
}) {
  const heading = useId();
  return (
    <section className={styles.panel} aria-labelledby={heading}>
      <header className={styles.head}>
        <h2 id={heading}>{title}</h2>
        {aside !== undefined && <div className={styles.aside}>{aside}</div>}
      </header>
      <div className={flush ? styles.flush : styles.body}>{children}</div>
    </section>
  );
}
