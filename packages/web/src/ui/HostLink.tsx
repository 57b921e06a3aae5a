import { useRouter } from '@tanstack/react-router';
import type { MouseEvent, ReactNode } from 'react';

import { useConsole } from '../console.ts';
import { paths } from '../paths.ts';

/** It leads there in this tab: no key asks for another one. */
function isPlain(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

/**
 * The link to the page of a host, for lists of thousands: the router's own keeps watch over the address, for each of
 * them, to tell whether it leads to where one is.
 */
export function HostLink({
  id,
  className,
  title,
  children,
}: {
  readonly id: string;
  readonly className?: string | undefined;
  readonly title?: string;
  readonly children: ReactNode;
}) {
  const router = useRouter();
  const { hrefOf } = useConsole();
  const place = { to: paths.client, params: { id } } as const;
  return (
    <a
      href={hrefOf(paths.client.replace('$id', encodeURIComponent(id)))}
      className={className}
      title={title}
      // A press brings the focus, before it is a click. Not as soon as a pointer is there: lists are scrolled below it.
      onFocus={() => void router.preloadRoute(place)}
      onClick={(event) => {
        if (event.defaultPrevented || !isPlain(event)) return;
        event.preventDefault();
        void router.navigate(place);
      }}
    >
      {children}
    </a>
  );
}
