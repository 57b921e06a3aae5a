import type { Icon } from './icons.ts';
import type { ReactNode } from 'react';

import styles from './EmptyState.module.css';

/** What is not there, why, and what can be done. */
export function EmptyState({
  icon: Glyph,
  title,
  children,
  whole = false,
}: {
  readonly icon: Icon;
  readonly title: string;
  readonly children?: ReactNode;
  /** All the page has to say: then its title is the page's. */
  readonly whole?: boolean;
}) {
  return (
    <div className={styles.empty}>
      <span className={styles.glyph} aria-hidden>
        <Glyph size={26} stroke={1.5} />
      </span>
      {whole ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children !== undefined && <div className={styles.body}>{children}</div>}
    </div>
  );
}
