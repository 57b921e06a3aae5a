import { defineConfig } from 'vitest/config';

/** What was built, as it was built: after `npm run build`, never along with the other tests. */
export default defineConfig({
  test: { include: ['test/shipped/*.trial.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
});
