import { useCallback, useSyncExternalStore } from 'react';

import { useConsole } from '../console.ts';

const SECOND_MS = 1000;
const asleep = (): (() => void) => () => {};

/** The server's time in milliseconds, drawn anew each second; while `awake` is false it may stand still. */
export function useNow(awake = true): number {
  const { ticker, serverClock } = useConsole();
  const read = useCallback(() => Math.floor(serverClock.now() / SECOND_MS) * SECOND_MS, [serverClock]);
  return useSyncExternalStore(awake ? ticker.subscribe : asleep, read);
}
