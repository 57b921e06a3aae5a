import { useEffect } from 'react';

import { useVisible } from '../../browser/use-visible.ts';
import { useConsole, useSignal } from '../../console.ts';
import type { Console } from '../../console.ts';
import type { WindowLive } from '../../live/window-live.ts';
import { REMEMBERED, recall } from '../../preferences/remembered.ts';
import { listQuery, readFleetSearch, readView } from './fleet-search.ts';
import type { Asked, View } from './fleet-search.ts';

/** By then the page itself keeps its list up to date. */
const EARLY_MS = 10_000;

export function rememberedView(): View {
  return readView(recall(REMEMBERED.view)) ?? 'cards';
}

/**
 * The list of clients as the address asks for it, kept up to date while the page is in sight. `ask` asks for another one
 * before the address has changed.
 */
export function useWindow(
  { q, status, sort, dir }: Asked,
  view: View,
): ReturnType<WindowLive['picture']['get']> &
  Pick<WindowLive, 'show'> & { readonly ask: (asked: Asked, view: View) => void } {
  const { fleetWindow: live } = useConsole();
  const visible = useVisible();
  // Before the stream is opened; the same question once more is none.
  useEffect(() => live.ask(listQuery({ q, status, sort, dir }, view)), [live, q, status, sort, dir, view]);
  useEffect(() => (visible ? live.watch() : undefined), [live, visible]);
  return {
    ...useSignal(live.picture),
    show: live.show,
    ask: (asked, shown) => live.ask(listQuery(asked, shown)),
  };
}

/**
 * Asks for the list as soon as somebody is known to be signed in, when the page that is loaded is the overview: the answer
 * is on its way while the frame around it is drawn.
 */
export function askEarly(
  {
    session,
    fleetWindow,
    clock,
    root,
  }: Pick<Console, 'clock' | 'root'> & {
    readonly session: Pick<Console['session'], 'state'>;
    readonly fleetWindow: Pick<WindowLive, 'ask' | 'watch'>;
  },
  { pathname, search }: Pick<Location, 'pathname' | 'search'>,
): void {
  if (pathname !== root) return;
  const stop = session.state.subscribe(() => {
    const state = session.state.get();
    if (state.phase === 'checking') return;
    stop();
    if (state.phase !== 'signed-in' || state.user.restricted) return;
    const asked = readFleetSearch(Object.fromEntries(new URLSearchParams(search)));
    fleetWindow.ask(listQuery(asked, asked.view ?? rememberedView()));
    clock.after(EARLY_MS, fleetWindow.watch());
  });
}
