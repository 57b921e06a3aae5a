/**
 * `npm run proof`: shows how the promises of the product are kept, with real programs that are killed, stopped and cut.
 *
 *   npm run proof                        every promise at full scale
 *   npm run proof -- P2 P3               some of them
 *   npm run proof -- run --minutes 5     everything at once, judged by the checker of histories
 *   npm run proof -- mutants             the planted bugs: each must be found
 *   npm run proof -- P14 --against v1.0  with the programs of that tag or commit (default: the newest tag, else HEAD~1)
 *   --quick                              at the scale every change is held to
 *   --seed N                             the faults of an earlier run
 *
 * Exit status: 0 when no floor was missed, 1 otherwise, 2 for arguments it does not understand.
 */
import { parseArgs } from 'node:util';

import { systemClock } from '@ops/runtime/clock.ts';
import { createLifecycle } from '@ops/runtime/lifecycle.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { createSeededRandom } from '@ops/testkit/seeded-random.ts';

import { tryMutants } from './mutants/try-mutants.ts';
import { asTable, verdictOf } from './print.ts';
import type { Finding, ProofContext } from './promise.ts';
import { PROOFS } from './promises.ts';
import { proofOfVersions } from './promises/p14.ts';
import { proofOfRun } from './run.ts';

const USAGE = `Usage: npm run proof -- [P1 P2 … | run | mutants] [--quick] [--seed N] [--minutes N] [--keep FILE] [--against COMMIT]`;

interface Arguments {
  readonly names: readonly string[];
  readonly quick: boolean;
  readonly seed: number;
  readonly minutes: number;
  readonly keep: string | undefined;
  readonly against: string | undefined;
}

function read(argv: readonly string[]): Arguments | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean' },
        seed: { type: 'string' },
        minutes: { type: 'string' },
        promise: { type: 'string', multiple: true },
        keep: { type: 'string' },
        against: { type: 'string' },
      },
    });
    const seed = values.seed === undefined ? systemRandom.bytes(4).readUInt32BE() : Number(values.seed);
    const minutes = Number(values.minutes ?? '5');
    if (!Number.isInteger(seed)) return '--seed takes a whole number';
    if (!(minutes > 0 && minutes <= 24 * 60)) return '--minutes takes a number up to 1440';
    const names = [...positionals, ...(values.promise ?? [])];
    const { quick = false, keep, against } = values;
    return { names, quick, seed, minutes, keep, against };
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const args = read(argv);
  if (typeof args === 'string') {
    console.error(`proof: ${args}\n${USAGE}`);
    return 2;
  }
  if (args.names[0] === 'mutants') return tryMutants(args.names.slice(1), (line) => console.log(line));
  const run = proofOfRun({ minutes: args.minutes, historyFile: args.keep });
  const all = [...PROOFS, proofOfVersions({ against: args.against })];
  const known = new Map([...all, run].map((proof) => [proof.id.toLowerCase(), proof]));
  const chosen = args.names.length === 0 ? all : args.names.map((name) => known.get(name.toLowerCase()));
  const unknown = args.names.filter((name) => !known.has(name.toLowerCase()));
  if (unknown.length > 0) {
    console.error(
      `proof: no promise ${unknown.join(', ')}; there are ${[...known.keys()].join(', ')}\n${USAGE}`,
    );
    return 2;
  }
  console.log(`seed ${args.seed}, ${args.quick ? 'quick' : 'full'} scale`);
  let status = 0;
  for (const proof of chosen) {
    if (!proof) continue;
    const lifecycle = createLifecycle();
    const interrupted = (): void => void lifecycle.release().finally(() => process.exit(130));
    process.once('SIGINT', interrupted);
    process.once('SIGTERM', interrupted);
    const start = systemClock.mono();
    const context: ProofContext = {
      scale: args.quick ? 'quick' : 'full',
      random: createSeededRandom(args.seed),
      say: (line) => console.error(`  ${proof.id}: ${line}`),
      lifecycle,
    };
    let findings: readonly Finding[] = [];
    try {
      findings = await proof.run(context);
    } catch (cause) {
      console.error(cause);
      status = 1;
    } finally {
      await lifecycle.release();
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
    }
    if (findings.length > 0) console.log(asTable(proof, findings, (systemClock.mono() - start) / 1000));
    else console.log(`${proof.id}  ${proof.promise}: could not be shown`);
    if (findings.some((finding) => verdictOf(finding) === 'FAIL')) status = 1;
  }
  return status;
}

// The product's timers do not keep a process alive, and between two of them there may be nothing else.
const alive = setInterval(() => undefined, 60_000);
process.exitCode = await main(process.argv.slice(2));
clearInterval(alive);
