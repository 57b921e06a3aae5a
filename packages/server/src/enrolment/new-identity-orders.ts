/**
 * Orders to give the next refused process of a client another id. They are kept in memory: an order that was not
 * carried out is given again by whoever looks at the conflict.
 *
 *   none ──ordered──► waiting ──a newcomer was refused: told──► none
 *                        └─────10 minutes───────────────────► none
 *
 * One order is for one newcomer: a host whose own client starts again while its old connection still seems alive is a
 * newcomer as well, and must not lose its name because a copy of it was dealt with an hour ago.
 */
import type { Clock } from '@ops/runtime/clock.ts';

/** A refused client comes back at least every minute (retry_max_delay_secs). */
export const ORDER_LASTS_MS = 10 * 60_000;

export interface NewIdentityOrder {
  /** Who gave it. */
  readonly by: string;
  /** With which the new id is enrolled; undefined where clients share a secret. */
  readonly tokenId: string | undefined;
}

export interface NewIdentityOrders {
  add(clientId: string, order: NewIdentityOrder): void;
  /** Uses it up. */
  take(clientId: string): NewIdentityOrder | undefined;
  drop(clientId: string): void;
}

export function createNewIdentityOrders(clock: Pick<Clock, 'mono'>): NewIdentityOrders {
  const orders = new Map<string, { readonly until: number; readonly order: NewIdentityOrder }>();
  return {
    add(clientId, order) {
      orders.set(clientId, { until: clock.mono() + ORDER_LASTS_MS, order });
    },
    take(clientId) {
      const found = orders.get(clientId);
      orders.delete(clientId);
      return found && clock.mono() < found.until ? found.order : undefined;
    },
    drop: (clientId) => void orders.delete(clientId),
  };
}
