/** Which hosts of a rollout are listed: the query string of its page. Pure. */
import { MAX_WAVES, ROLLOUT_HOST_STATES } from '@ops/protocol/domain/rollout.ts';
import type { RolloutHostState } from '@ops/protocol/domain/rollout.ts';

export interface RolloutPageSearch {
  readonly state?: RolloutHostState;
  /** Counted from one, as people do. */
  readonly wave?: string;
  readonly q?: string;
}

export const MAX_WORDS = 128;

/** Believes nothing of an address someone typed: what is not known is left out. */
export function readRolloutPageSearch(raw: Readonly<Record<string, unknown>>): RolloutPageSearch {
  const state = ROLLOUT_HOST_STATES.find((one) => one === raw['state']);
  const { wave } = raw;
  const number = typeof wave === 'string' && /^\d{1,2}$/.test(wave) ? Number(wave) : 0;
  const q = typeof raw['q'] === 'string' ? raw['q'].slice(0, MAX_WORDS) : '';
  return {
    ...(state && { state }),
    ...(number >= 1 && number <= MAX_WAVES && { wave: String(number) }),
    ...(q !== '' && { q }),
  };
}
