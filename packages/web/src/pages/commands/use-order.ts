import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

import { readOrderSearch } from '../../commands/order-address.ts';
import { orderOf, searchOf } from '../../commands/order-search.ts';
import type { Order } from '../../commands/order.ts';
import { useConsole } from '../../console.ts';
import { paths } from '../../paths.ts';

/** The address follows this long after the last key. */
const TYPING_MS = 300;

const route = getRouteApi(paths.commands);

interface Held {
  readonly order: Order;
  /** The address as it was last seen. */
  readonly seen: string;
  /** The address as it was last written from here. */
  readonly written: string;
}

/**
 * What the form holds. It begins as the address says, the address follows, and a link to another form changes it.
 * @param following false: the address is left alone, the page is about to be another
 */
export function useOrder(following: boolean): readonly [Order, (next: Partial<Order>) => void] {
  const { clock } = useConsole();
  const navigate = useNavigate();
  // Once more: the router adds what the address held besides.
  const search = readOrderSearch({ ...route.useSearch() });
  const address = JSON.stringify(search);
  const [held, setHeld] = useState<Held>(() => ({ order: orderOf(search), seen: address, written: address }));
  const { order, seen, written } = held;

  if (address !== seen) {
    // What was written from here is known; all else came by other means: back, or a command to be repeated.
    setHeld({ order: address === written ? order : orderOf(search), seen: address, written: address });
  }

  const wanted = JSON.stringify(searchOf(order));
  useEffect(() => {
    if (wanted === written || !following) return undefined;
    const timer = clock.after(TYPING_MS, () => {
      setHeld((now) => ({ ...now, written: wanted }));
      void navigate({ to: paths.commands, search: searchOf(order), replace: true, resetScroll: false });
    });
    return () => timer.cancel();
  }, [wanted, written, following, order, clock, navigate]);

  return [order, (next) => setHeld((now) => ({ ...now, order: { ...now.order, ...next } }))];
}
