import { useCallback, useSyncExternalStore } from 'react';

import { useConsole } from '../console.ts';
import { useText } from '../text/use-text.ts';

interface AgoProps {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly className?: string | undefined;
}

function Since({ at, now, className }: AgoProps & { readonly now: () => number }) {
  const { ticker } = useConsole();
  const { format } = useText();
  // The snapshot is the sentence itself: nothing is drawn again until it reads differently.
  const read = useCallback(() => format.ago(at, now()), [format, at, now]);
  const words = useSyncExternalStore(ticker.subscribe, read);
  return (
    <time dateTime={new Date(at).toISOString()} title={format.exact(at)} className={className}>
      {words}
    </time>
  );
}

/** "3 seconds ago" of a moment by the server's clock; the exact local time and zone on hover. */
export function Ago(props: AgoProps) {
  return <Since {...props} now={useConsole().serverClock.now} />;
}

/** The same of a moment by this computer's clock. */
export function WallAgo(props: AgoProps) {
  return <Since {...props} now={useConsole().clock.wall} />;
}
