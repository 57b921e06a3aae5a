import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

import { orderOf, searchOf } from '../../commands/order-search.ts';
import type { OrderSearch } from '../../commands/order-address.ts';
import type { Order } from '../../commands/order.ts';
import { useConsole } from '../../console.ts';
import { paths } from '../../paths.ts';

/** The address follows this long after the last key. */
const TYPING_MS = 300;

const route = getRouteApi(paths.commands);

/** What the form holds. It begins as the address says, the address follows, and a link to another form changes it. */
export function useOrder(): readonly [Order, (next: Partial<Order>) => void] {
  const { clock } = useConsole();
  const search: OrderSearch = route.useSearch();
  const navigate = useNavigate();
  const [order, setOrder] = useState(() => orderOf(search));
  const address = JSON.stringify(search);
  const [told, setTold] = useState(address);

  // The address changed by other means: back, or 重复执行.
  if (address !== told) {
    setTold(address);
    setOrder(orderOf(search));
  }

  const wanted = JSON.stringify(searchOf(order));
  useEffect(() => {
    if (wanted === told) return undefined;
    const timer = clock.after(TYPING_MS, () => {
      setTold(wanted);
      void navigate({ to: paths.commands, search: searchOf(order), replace: true, resetScroll: false });
    });
    return () => timer.cancel();
  }, [wanted, told, order, clock, navigate]);

  return [order, (next) => setOrder({ ...order, ...next })];
}
