import { Button } from '@mantine/core';
import type { ReactNode } from 'react';

import { IconChevronDown } from './icons.ts';
import styles from './UnfoldButton.module.css';

/** Shows something more below, and puts it away again. */
export function UnfoldButton({
  open,
  icon,
  onChange,
  children,
}: {
  readonly open: boolean;
  readonly icon?: ReactNode;
  readonly onChange: (open: boolean) => void;
  readonly children: ReactNode;
}) {
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      aria-expanded={open}
      leftSection={icon}
      rightSection={<IconChevronDown size={14} className={styles.turn} aria-hidden />}
      onClick={() => onChange(!open)}
    >
      {children}
    </Button>
  );
}
