/** What a benchmark is, and what it hands back. main.ts parses, runs and prints. */
import type { Lifecycle } from '@ops/runtime/lifecycle.ts';

/** A whole number given on the command line: `--clients 500`. */
export interface NumberOption {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly meaning: string;
}

export interface Figure {
  /** Stable and English, for machines. */
  readonly name: string;
  readonly label: string;
  readonly value: number;
  readonly unit: 'µs' | 'ms' | 's' | 'MB' | 'kB' | 'B' | '/s' | '%' | '×' | '';
  /** Load average of the machine over the last minute, where it differs from figure to figure. */
  readonly load?: number;
}

/** A figure that is to stay at or below a limit. */
export interface Goal extends Figure {
  readonly limit: number;
}

export interface Section {
  readonly title: string;
  readonly figures: readonly Figure[];
  /** Sentences: how something was measured, what else happened. */
  readonly notes?: readonly string[];
}

export interface Report {
  readonly sections: readonly Section[];
  readonly goals: readonly Goal[];
  /** What could not be measured, and why, a sentence each. The figures of other steps stand. */
  readonly failures?: readonly string[];
}

export interface Context {
  /** Progress for the person who waits; not part of the result. */
  say(line: string): void;
  /** Everything started is registered here; it is released at the end, on failure and on Ctrl-C. */
  readonly lifecycle: Lifecycle;
}

export interface Benchmark<Name extends string = string> {
  /** One line for `--help`. */
  readonly summary: string;
  readonly options: Readonly<Record<Name, NumberOption>>;
  run(values: Readonly<Record<Name, number>>, context: Context): Promise<Report>;
}

/** The machine does not allow it; the message is a sentence that says what to do. */
export class CannotMeasure extends Error {}
