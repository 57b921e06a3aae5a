import { defineConfig } from 'vitest/config';

/** Their own, as they kill and stop real programs and look at the clock: one after the other, when all else is over. */
const PROOFS = 'proof/promises.test.ts';

const timeouts = { testTimeout: 30_000, hookTimeout: 30_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'tests',
          include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'proof/**/*.test.ts'],
          exclude: [PROOFS],
          // Most of the time they wait for programs and disks. The default would be one on a machine with two processors.
          maxWorkers: 2,
          ...timeouts,
        },
      },
      {
        test: { name: 'proofs', include: [PROOFS], maxWorkers: 1, sequence: { groupOrder: 1 }, ...timeouts },
      },
    ],
  },
});
