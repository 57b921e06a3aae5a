import type { Icon } from './icons.ts';
import type { ReactNode } from 'react';

import styles from './Banner.module.css';

/** One line about the state of things, above what it is about. */
export function Banner({
  tone,
  icon: Glyph,
  children,
  action,
  live = 'off',
}: {
  readonly tone: 'warn' | 'bad' | 'info';
  readonly icon: Icon;
  readonly children: ReactNode;
  readonly action?: ReactNode;
  /** Whether a screen reader is told when it appears. */
  readonly live?: 'off' | 'polite';
}) {
  return (
    <div className={styles.banner} data-tone={tone} role={live === 'polite' ? 'status' : undefined}>
      <Glyph size={18} stroke={1.8} aria-hidden />
      <div className={styles.words}>{children}</div>
      {action}
    </div>
  );
}
