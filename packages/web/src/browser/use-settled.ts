import { useEffect, useState } from 'react';

import { useConsole } from '../console.ts';

/** The value as it was when it last held still for `ms`: what a person types is asked about once, not at each key. */
export function useSettled<T>(value: T, ms: number): T {
  const { clock } = useConsole();
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    if (Object.is(value, settled)) return undefined;
    const timer = clock.after(ms, () => setSettled(value));
    return () => timer.cancel();
  }, [value, settled, ms, clock]);
  return settled;
}
