import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { MAX_MINUTES, MAX_RANGE_MINUTES, MIN_POINTS, SAMPLE_STEPS, sampleStep } from './clients.ts';

test('every range fits into the points asked for, by the shortest step that does', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: MAX_RANGE_MINUTES }),
      fc.integer({ min: MIN_POINTS, max: MAX_MINUTES }),
      (minutes, points) => {
        const step = sampleStep(minutes, points);
        expect(minutes).toBeLessThanOrEqual(step * points);
        const shorter = SAMPLE_STEPS.filter((each) => each < step).at(-1) ?? 0;
        expect(minutes).toBeGreaterThan(shorter * points);
      },
    ),
  );
});

test('steps divide half a day or are made of halves, so that history can be read in halves', () => {
  const half = 12 * 60;
  expect(SAMPLE_STEPS.filter((step) => half % step !== 0 && step % half !== 0)).toEqual([]);
});
