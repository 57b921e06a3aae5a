/** Which hosts of an upgrade are listed: the query string of its page. Pure. */
import { UPGRADE_HOST_STATES } from '@ops/protocol/domain/upgrade.ts';
import type { UpgradeHostState } from '@ops/protocol/domain/upgrade.ts';

export interface UpgradePageSearch {
  readonly state?: UpgradeHostState;
  readonly q?: string;
}

export const MAX_WORDS = 128;

/** Believes nothing of an address someone typed: what is not known is left out. */
export function readUpgradePageSearch(raw: Readonly<Record<string, unknown>>): UpgradePageSearch {
  const state = UPGRADE_HOST_STATES.find((one) => one === raw['state']);
  const q = typeof raw['q'] === 'string' ? raw['q'].slice(0, MAX_WORDS) : '';
  return { ...(state && { state }), ...(q !== '' && { q }) };
}
