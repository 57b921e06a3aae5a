import type { ReactNode } from 'react';

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
  children,
}: {
  readonly title: string;
  readonly className?: string | undefined;
  readonly children?: ReactNode;
}) {
  return (
    <h1 className={className}>
      <DocumentTitle title={title} />
      {children ?? title}
    </h1>
  );
}
