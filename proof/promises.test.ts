/**
 * Every promise at the scale each change is held to, with real programs: a few seconds each, one after the other. What
 * must never be missed decides; goals of speed are printed by `npm run proof`.
 */
import { createLifecycle } from '@ops/runtime/lifecycle.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { createSeededRandom } from '@ops/testkit/seeded-random.ts';
import { describe, expect, it } from 'vitest';

import { asTable, verdictOf } from './print.ts';
import { PROOFS } from './promises.ts';

const WITHIN_MS = 180_000;

describe('promise', () => {
  it.each(PROOFS.map((proof) => [`${proof.id}: ${proof.promise}`, proof] as const))(
    '%s',
    { timeout: WITHIN_MS },
    async (_name, proof) => {
      const seed = systemRandom.bytes(4).readUInt32BE();
      const lifecycle = createLifecycle();
      const said: string[] = [];
      try {
        const findings = await proof.run({
          scale: 'quick',
          random: createSeededRandom(seed),
          say: (line) => void said.push(line),
          lifecycle,
        });
        const failed = findings.filter((finding) => verdictOf(finding) === 'FAIL');
        expect(failed, `seed ${seed}\n${asTable(proof, findings, 0)}\n${said.join('\n')}`).toEqual([]);
      } finally {
        await lifecycle.release();
      }
    },
  );
});
