import { useCallback, useSyncExternalStore } from 'react';

import { useConsole } from '../../console.ts';
import { useOverviewText } from '../../text/use-overview-text.ts';

/** "as of 14:02, 3 h ago" of what was true then and is shown still, by the server's clock. */
export function AsOf({ at }: { readonly at: number }) {
  const { ticker, serverClock } = useConsole();
  const { text, format } = useOverviewText();
  // The snapshot is the sentence itself: nothing is drawn again until it reads differently.
  const read = useCallback(() => {
    const now = serverClock.now();
    return text.asOf(format.moment(at, now), format.ago(at, now));
  }, [text, format, at, serverClock]);
  const words = useSyncExternalStore(ticker.subscribe, read);
  return (
    <time dateTime={new Date(at).toISOString()} title={format.exact(at)}>
      {words}
    </time>
  );
}
