/** How far an upgrade is, by the states of its hosts. */
import { UPGRADE_HOST_STATES } from './upgrade.ts';
import type { UpgradeHostState } from './upgrade.ts';

/** Told to upgrade, and not at the end of it. */
export const ON_THE_WAY = [
  'ordered',
  'fetching',
  'waiting',
  'trying',
] as const satisfies readonly UpgradeHostState[];
/** Not upgraded, for a reason of its own. */
export const GONE_WRONG = ['refused', 'failed', 'back'] as const satisfies readonly UpgradeHostState[];

const isAmong = (states: readonly UpgradeHostState[], state: UpgradeHostState): boolean =>
  states.includes(state);

export const isOnTheWay = (state: UpgradeHostState): boolean => isAmong(ON_THE_WAY, state);
export const hasGoneWrong = (state: UpgradeHostState): boolean => isAmong(GONE_WRONG, state);
/** Nothing more happens to it. */
export const isAtItsEnd = (state: UpgradeHostState): boolean => state !== 'queued' && !isOnTheWay(state);

export type UpgradeCounts = Readonly<Partial<Record<UpgradeHostState, number>>>;

/** Hosts in these states. */
export function countIn(counts: UpgradeCounts, states: readonly UpgradeHostState[]): number {
  return states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
}

const AT_THEIR_END = UPGRADE_HOST_STATES.filter((state) => isAtItsEnd(state) && state !== 'skipped');

/** Hosts at their end, without those skipped. */
export const endedIn = (counts: UpgradeCounts): number => countIn(counts, AT_THEIR_END);
