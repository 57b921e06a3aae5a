/** The command line of a benchmark: `--name number` for each of its options, `--json`, `--help`. */
import { parseArgs } from 'node:util';

import type { Benchmark } from './benchmark.ts';

/** A sentence for the person who typed it. */
export class UsageError extends Error {}

export interface ParsedArguments {
  readonly values: Readonly<Record<string, number>>;
  readonly json: boolean;
  readonly help: boolean;
}

/** @throws UsageError */
export function parseArguments(benchmark: Benchmark, args: readonly string[]): ParsedArguments {
  const known = Object.entries(benchmark.options);
  let given: Readonly<Record<string, string | boolean | undefined>>;
  try {
    given = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        ...Object.fromEntries(known.map(([name]) => [name, { type: 'string' as const }])),
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause));
  }
  const values = Object.fromEntries(
    known.map(([name, option]) => {
      const text = given[name];
      const value = text === undefined ? option.default : Number(text);
      if (typeof text === 'string' && !/^\d+$/.test(text)) {
        throw new UsageError(`--${name} takes a whole number, not '${text}'`);
      }
      if (!(value >= option.min && value <= option.max)) {
        throw new UsageError(`--${name} must be from ${option.min} to ${option.max}, not ${value}`);
      }
      return [name, value];
    }),
  );
  return { values, json: given['json'] === true, help: given['help'] === true };
}

/** The options of one benchmark, a line each. */
export function describeOptions(benchmark: Benchmark): string {
  const lines = Object.entries(benchmark.options).map(
    ([name, { default: usual, min, max, meaning }]) =>
      `  --${name.padEnd(14)} ${meaning} (${min} to ${max}, default ${usual})`,
  );
  return [...lines, '  --json           one JSON object on standard output instead of a table'].join('\n');
}
