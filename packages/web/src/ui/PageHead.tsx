import type { ReactNode } from 'react';

import styles from './PageHead.module.css';
import { PageTitle } from './PageTitle.tsx';

/** The head of a page about one thing: what it is, how it stands, a line of facts, and what can be done with it. */
export function PageHead({
  title,
  heading,
  code = false,
  state,
  facts,
  actions,
}: {
  /** Of the tab, and of the page unless `heading` says less. */
  readonly title: string;
  readonly heading?: string;
  /** The title is something one types. */
  readonly code?: boolean;
  /** Told to screen readers when it changes. */
  readonly state?: ReactNode;
  readonly facts?: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <header className={styles.head}>
      <div className={styles.titles}>
        <div className={styles.titleLine}>
          <PageTitle title={title} code={code}>
            {heading ?? title}
          </PageTitle>
          {state !== undefined && <span role="status">{state}</span>}
        </div>
        {facts !== undefined && <div className={styles.facts}>{facts}</div>}
      </div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </header>
  );
}
