/**
 * `npm run bench -- NAME [--option number …] [--json]`: runs one benchmark and prints what it measured.
 * Exit status: 0 when it could measure (also when a goal is missed), 1 when something could not be measured, 2 for arguments
 * it does not understand.
 */
import { createLifecycle } from '@ops/runtime/lifecycle.ts';

import { appsBenchmark } from './apps.ts';
import { describeOptions, parseArguments, UsageError } from './arguments.ts';
import { CannotMeasure } from './benchmark.ts';
import type { Benchmark } from './benchmark.ts';
import { commandsBenchmark } from './commands.ts';
import { consoleBenchmark } from './console.ts';
import { fleetBenchmark } from './fleet.ts';
import { footprintBenchmark } from './footprint.ts';
import { asJson, asTable } from './print.ts';
import { policyBenchmark } from './policy.ts';
import { sampleBenchmark } from './sample.ts';

const BENCHMARKS: ReadonlyMap<string, Benchmark> = new Map<string, Benchmark>([
  ['apps', appsBenchmark],
  ['commands', commandsBenchmark],
  ['console', consoleBenchmark],
  ['fleet', fleetBenchmark],
  ['footprint', footprintBenchmark],
  ['policy', policyBenchmark],
  ['sample', sampleBenchmark],
]);

function usage(): string {
  const parts = [...BENCHMARKS].map(([name, each]) => `${name}: ${each.summary}\n${describeOptions(each)}`);
  return ['Usage: npm run bench -- NAME [options]', ...parts].join('\n\n');
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    console.log(usage());
    return name === undefined ? 2 : 0;
  }
  const benchmark = BENCHMARKS.get(name);
  if (!benchmark)
    throw new UsageError(`no benchmark '${name}'; there are ${[...BENCHMARKS.keys()].join(', ')}`);
  const { values, json, help } = parseArguments(benchmark, rest);
  if (help) {
    console.log(`${name}: ${benchmark.summary}\n${describeOptions(benchmark)}`);
    return 0;
  }

  const lifecycle = createLifecycle();
  const interrupted = (): void => {
    console.error('interrupted: ending what was started');
    void lifecycle.release().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    const report = await benchmark.run(values, { lifecycle, say: (line) => console.error(line) });
    console.log(json ? asJson(name, values, report) : asTable(report));
    return report.failures?.length ? 1 : 0;
  } finally {
    await lifecycle.release();
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) console.error(`bench: ${error.message} (--help lists what there is)`);
  else console.error(error instanceof CannotMeasure ? `bench: ${error.message}` : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
