import type { ReactNode } from 'react';

import styles from './PageTitle.module.css';
import { useText } from '../text/use-text.ts';

/** The title of the browser's tab. */
export function DocumentTitle({ title }: { readonly title: string }) {
  const { text } = useText();
  return <title>{`${title} · ${text.product}`}</title>;
}

/** The heading of a page, which is also the title of the tab. */
export function PageTitle({
  title,
  className,
  code = false,
  quiet = false,
  children,
}: {
  readonly title: string;
  readonly className?: string | undefined;
  /** It is something one types. */
  readonly code?: boolean;
  /** Not drawn on a phone, where the tab below the page says the same. */
  readonly quiet?: boolean;
  readonly children?: ReactNode;
}) {
  return (
    <h1 className={className ?? styles.title} data-code={code || undefined} data-quiet={quiet || undefined}>
      <DocumentTitle title={title} />
      {children ?? title}
    </h1>
  );
}
