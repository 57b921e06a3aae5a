/** The way from chosen hosts to the form of a rollout. */
import { MAX_HOSTS_IN_ADDRESS } from '../commands/order-address.ts';
import { paths } from '../paths.ts';
import type { RolloutSearch, RolloutWork } from './rollout-address.ts';

declare module '@tanstack/history' {
  interface HistoryState {
    /** Hosts that are too many for an address; the browser keeps them with the page's entry. */
    rolloutHosts?: readonly string[];
  }
}

/** @param everywhere how many hosts have the application: when all of them are meant, no host is named */
export function toRolloutForm(
  app: { readonly name: string; readonly ids: readonly string[]; readonly everywhere: number },
  work: RolloutWork,
) {
  const { name, ids, everywhere } = app;
  const tooMany = ids.length > MAX_HOSTS_IN_ADDRESS;
  const search: RolloutSearch = {
    ...(!tooMany && { hosts: ids.join(',') }),
    ...(tooMany && ids.length === everywhere && { to: 'all' }),
    ...(work !== 'Update' && { do: work }),
  };
  return {
    to: paths.rolloutForm,
    params: { name },
    search,
    ...(tooMany && ids.length !== everywhere && { state: { rolloutHosts: ids } }),
  } as const;
}
