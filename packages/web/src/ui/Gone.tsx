import type { ReactNode } from 'react';

import { EmptyState } from './EmptyState.tsx';
import type { Icon } from './icons.ts';
import { IconMoodEmpty } from './icons.ts';
import { DocumentTitle } from './PageTitle.tsx';

/** A page about something that is not there. */
export function Gone({
  title,
  words,
  icon = IconMoodEmpty,
  children,
}: {
  readonly title: string;
  readonly words: string;
  readonly icon?: Icon;
  /** Where to go from here. */
  readonly children: ReactNode;
}) {
  return (
    <>
      <DocumentTitle title={title} />
      <EmptyState icon={icon} title={title} whole>
        <p>{words}</p>
        {children}
      </EmptyState>
    </>
  );
}
