import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { repositoryRoot } from '@ops/testkit/child-program.ts';
import { describe, expect, it } from 'vitest';

import { PROOFS } from '../promises.ts';
import { plant } from './mutant.ts';
import { MUTANTS } from './table.ts';

describe('the planted bugs', () => {
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s can be planted', (_name, mutant) => {
    for (const edit of mutant.edits) {
      const text = readFileSync(join(repositoryRoot, edit.file), 'utf8');
      expect(plant(text, edit)).not.toBe(text);
    }
    expect(PROOFS.map(({ id }) => id)).toContain(mutant.caughtBy);
  });

  it('refuses a place that is not there or not the only one', () => {
    expect(() => plant('a b', { file: 'x', find: 'c', replace: 'd' })).toThrow('no longer');
    expect(() => plant('a a', { file: 'x', find: 'a', replace: 'd' })).toThrow('more than once');
  });
});
