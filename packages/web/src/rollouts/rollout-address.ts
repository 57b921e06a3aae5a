/**
 * The form of a rollout as an address. Read with the first page, so it knows shapes only; whether the words make sense
 * is asked where they are used.
 */
import { readTargets } from '../commands/order-address.ts';
import type { TargetSearch } from '../commands/order-address.ts';

export const ROLLOUT_WORK = ['Update', 'Start', 'Stop', 'Restart'] as const;
/** What is done to the application. */
export type RolloutWork = (typeof ROLLOUT_WORK)[number];

export interface RolloutSearch extends TargetSearch {
  /** `Update` when absent. */
  readonly do?: Exclude<RolloutWork, 'Update'>;
  readonly version?: string;
  readonly restart?: 'no';
  /** As they are typed. */
  readonly waves?: string;
}

const MAX_VERSION = 64;
export const MAX_WAVE_TEXT = 120;

/** Believes nothing of an address someone typed: what is not known is left out. */
export function readRolloutSearch(raw: Readonly<Record<string, unknown>>): RolloutSearch {
  const text = (name: string, max: number): string | undefined => {
    const value = raw[name];
    return typeof value === 'string' && value !== '' ? value.slice(0, max) : undefined;
  };
  const work = ROLLOUT_WORK.find((each) => each === raw['do']);
  const version = text('version', MAX_VERSION);
  const waves = text('waves', MAX_WAVE_TEXT);
  return {
    ...readTargets(raw),
    ...(work !== undefined && work !== 'Update' && { do: work }),
    ...(version !== undefined && { version }),
    ...(raw['restart'] === 'no' && { restart: 'no' }),
    ...(waves !== undefined && { waves }),
  };
}
