/**
 * Tries the proofs themselves: each planted bug, in a copy of the repository, must make the proof that is named for it
 * fail. A proof that cannot catch its bug proves nothing.
 */
import { join } from 'node:path';

import { systemClock } from '@ops/runtime/clock.ts';
import { startProgram } from '@ops/testkit/child-program.ts';
import { within } from '@ops/testkit/until.ts';

import { copyRepository } from './copy.ts';
import type { Mutant } from './mutant.ts';
import { MUTANTS } from './table.ts';

/** A bug must be caught within this time. */
const CAUGHT_WITHIN_MS = 600_000;
/** Chance decides what a kill hits: so many runs a bug may hide in. */
const RUNS = 3;
/** What the proof says of a promise that is broken, or that it could not even show. */
const BROKEN = /^ {2}FAIL|could not be shown$/;

/** Runs a proof in a copy. @param mutant undefined: as it is, which must show no sign */
async function signsOf(caughtBy: string, mutant: Mutant | undefined, runs: number): Promise<string[]> {
  await using copy = await copyRepository();
  if (mutant) await copy.plant(mutant);
  let signs: string[] = [];
  for (let run = 0; run < runs && signs.length === 0; run++) {
    const program = await startProgram({
      file: join(copy.path, 'proof/main.ts'),
      args: [caughtBy, '--quick'],
      cwd: copy.path,
      env: { HOME: copy.path },
    });
    try {
      await within(program.exited, { within: CAUGHT_WITHIN_MS, what: `${caughtBy} to end` });
      signs = program.lines.filter((line) => BROKEN.test(line)).map((line) => line.trim());
    } finally {
      if (program.isRunning) await program.kill9();
    }
  }
  return signs;
}

/** @param names of some, or none for all @returns exit status */
export async function tryMutants(names: readonly string[], say: (line: string) => void): Promise<number> {
  const chosen = MUTANTS.filter(({ name }) => names.length === 0 || names.includes(name));
  if (chosen.length === 0) {
    say(`no such planted bug; there are ${MUTANTS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const sound = new Map<string, boolean>();
  let caught = 0;
  for (const mutant of chosen) {
    const { name, bug, caughtBy } = mutant;
    // A proof that fails without the bug catches nothing.
    if (!sound.has(caughtBy)) {
      const before = await signsOf(caughtBy, undefined, 1);
      sound.set(caughtBy, before.length === 0);
      for (const sign of before) say(`unsound ${caughtBy} fails without a bug: ${sign}`);
    }
    const start = systemClock.mono();
    const signs = await signsOf(caughtBy, mutant, RUNS);
    const isCaught = signs.length > 0 && sound.get(caughtBy) === true;
    if (isCaught) caught++;
    const secs = ((systemClock.mono() - start) / 1000).toFixed(0);
    say(`${isCaught ? 'caught' : 'MISSED'}  ${name}: ${bug}; ${caughtBy}, ${secs} s`);
    for (const sign of signs) say(`        ${sign}`);
  }
  say(`caught ${caught}/${chosen.length}`);
  return caught === chosen.length ? 0 : 1;
}
