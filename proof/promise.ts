/** What a promise is, and what its proof hands back. Each is a file of promises/; main.ts runs and prints them. */
import type { Lifecycle } from '@ops/runtime/lifecycle.ts';
import type { Random } from '@ops/runtime/random.ts';

/** What a measured value is to be. */
export type Bound =
  | { readonly kind: 'exactly'; readonly value: number }
  | { readonly kind: 'at most'; readonly value: number }
  | { readonly kind: 'at least'; readonly value: number };

export interface Finding {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  /** The bar. */
  readonly goal: Bound;
  /** What must never be missed; undefined for figures that say more about the machine than about the program. */
  readonly floor: Bound | undefined;
}

/** `quick` is for every change, a few seconds each; `full` is what the promise says. */
export type Scale = 'quick' | 'full';

export interface ProofContext {
  readonly scale: Scale;
  /** Everything random comes from here: the same seed gives the same faults. */
  readonly random: Random;
  /** Progress for the person who waits. */
  readonly say: (line: string) => void;
  /** Released at the end, on failure and on Ctrl-C. */
  readonly lifecycle: Lifecycle;
}

export interface Proof {
  /** P1, P2b … of the list of promises. */
  readonly id: string;
  readonly promise: string;
  run(context: ProofContext): Promise<readonly Finding[]>;
}

export function meets(bound: Bound, value: number): boolean {
  if (Number.isNaN(value)) return false;
  if (bound.kind === 'exactly') return value === bound.value;
  return bound.kind === 'at most' ? value <= bound.value : value >= bound.value;
}

/** Must be none, ever. */
export function none(what: string, measured: number): Finding {
  return exactly(what, measured, 0);
}

/** Must be so many, ever. */
export function exactly(what: string, measured: number, value: number, unit = ''): Finding {
  const bound = { kind: 'exactly', value } as const;
  return { what, measured, unit, goal: bound, floor: bound };
}

/** @param floor undefined: the goal alone, on a machine that has nothing else to do */
export function atMost(
  what: string,
  measured: number,
  unit: string,
  goal: number,
  floor: number | undefined = goal,
): Finding {
  return {
    what,
    measured,
    unit,
    goal: { kind: 'at most', value: goal },
    floor: floor === Infinity ? undefined : { kind: 'at most', value: floor },
  };
}

export function atLeast(
  what: string,
  measured: number,
  unit: string,
  goal: number,
  floor: number | undefined = goal,
): Finding {
  return {
    what,
    measured,
    unit,
    goal: { kind: 'at least', value: goal },
    floor: floor === 0 ? undefined : { kind: 'at least', value: floor },
  };
}

/** `full` of what the promise says at full scale, else the smaller value. */
export function scaled(scale: Scale, quick: number, full: number): number {
  return scale === 'full' ? full : quick;
}

/** The value below which `share` of the values lie; 0 when there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** A whole number from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random.unit() * (high - low + 1));
}

export function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random.unit() * values.length)]!;
}
