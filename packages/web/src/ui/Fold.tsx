import type { ReactNode } from 'react';

import styles from './Fold.module.css';
import { IconChevronDown } from './icons.ts';

/** What most need not see, behind a line that opens it. */
export function Fold({
  summary,
  className = '',
  children,
}: {
  readonly summary: ReactNode;
  /** May set `--fold-align`, `--fold-padding` and `--fold-radius` of the line. */
  readonly className?: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <details className={`${styles.fold} ${className}`}>
      <summary>
        <IconChevronDown size={16} aria-hidden />
        {summary}
      </summary>
      {children}
    </details>
  );
}
