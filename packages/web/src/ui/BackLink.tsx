import { Link } from '@tanstack/react-router';
import type { LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { IconArrowLeft } from './icons.ts';
import styles from './BackLink.module.css';

/** Above a page: the page it belongs to. */
export function BackLink({
  to,
  params,
  children,
}: {
  readonly to: LinkProps['to'];
  readonly params?: LinkProps['params'];
  readonly children: ReactNode;
}) {
  return (
    <Link to={to} params={params ?? {}} className={styles.back}>
      <IconArrowLeft size={16} stroke={1.8} aria-hidden />
      {children}
    </Link>
  );
}
