import { useEffect, useState } from 'react';

import { useConsole } from '../console.ts';

/** What may ask the reader to wait. A new one counts anew. */
interface Wait {
  readonly retryAfterSecs: number | undefined;
}

/** Seconds left of a wait; 0 when there is nothing to wait for. */
export function useCountdown(wait: Wait | undefined): number {
  const { clock, ticker } = useConsole();
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const endsAt = clock.wall() + (wait?.retryAfterSecs ?? 0) * 1000;
    const update = (): void => setLeft(Math.max(0, Math.ceil((endsAt - clock.wall()) / 1000)));
    update();
    return wait?.retryAfterSecs === undefined ? undefined : ticker.subscribe(update);
  }, [wait, clock, ticker]);
  return left;
}
