import { useEffect } from 'react';

import { useVisible } from '../../browser/use-visible.ts';
import { useConsole, useSignal } from '../../console.ts';
import type { WindowLive } from '../../live/window-live.ts';
import { listQuery } from './fleet-search.ts';
import type { FleetSearch, View } from './fleet-search.ts';

/** The list of clients as the address asks for it, kept up to date while the page is in sight. */
export function useWindow(
  search: FleetSearch,
  view: View,
): ReturnType<WindowLive['picture']['get']> & Pick<WindowLive, 'show'> {
  const { fleetWindow: live } = useConsole();
  const visible = useVisible();
  // Before the stream is opened; the same question once more is none.
  useEffect(() => live.ask(listQuery(search, view)));
  useEffect(() => (visible ? live.watch() : undefined), [live, visible]);
  return { ...useSignal(live.picture), show: live.show };
}
