/** The twelve planted bugs. A test holds that each can still be planted. */
import type { Mutant } from './mutant.ts';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no-jitter',
    bug: 'back-off without jitter',
    edits: [
      {
        file: 'packages/runtime/src/backoff.ts',
        find: 'return random.unit() * ceiling;',
        replace: 'return random.unit() < 2 ? ceiling : 0;',
      },
    ],
    caughtBy: 'P11b',
  },
  {
    name: 'unbounded-queue',
    bug: 'unbounded send queue',
    edits: [
      {
        file: 'packages/server/src/gateway/send-queue.ts',
        find: 'if (frames >= MAX_QUEUED_FRAMES || outlet.writableLength + frame.length > MAX_QUEUED_BYTES) return 0;',
        replace: 'if (frames > MAX_QUEUED_FRAMES * MAX_QUEUED_BYTES) return 0;',
      },
    ],
    caughtBy: 'P8',
  },
];
