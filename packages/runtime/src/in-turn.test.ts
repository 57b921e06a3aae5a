import { expect, it } from 'vitest';

import { createInTurn, createSteps } from './in-turn.ts';

const gate = () => Promise.withResolvers<void>();

it('work follows what came before it, also when that failed', async () => {
  const inTurn = createInTurn();
  const did: string[] = [];
  const { promise, resolve } = gate();
  const first = inTurn(async () => {
    await promise;
    did.push('first');
    throw new Error('no');
  });
  const second = inTurn(async () => did.push('second'));
  resolve();
  await expect(first).rejects.toThrow('no');
  expect([await second, did]).toEqual([2, ['first', 'second']]);
});

it('a step is taken once for all that woke it before it began, and once more for what woke it since', async () => {
  let taken = 0;
  const { promise, resolve } = gate();
  const steps = createSteps(async () => {
    taken++;
    await promise;
  });
  steps.wake();
  steps.wake();
  await Promise.resolve();
  expect(taken).toBe(1);
  steps.wake();
  steps.wake();
  resolve();
  await steps.inTurn(async () => {});
  expect(taken).toBe(2);
});

it('closing waits for the step under way, and none is taken after it', async () => {
  let taken = 0;
  const { promise, resolve } = gate();
  const steps = createSteps(async () => {
    await promise;
    taken++;
  });
  steps.wake();
  await Promise.resolve();
  steps.wake();
  const closed = steps.close();
  expect([steps.isClosed, taken]).toEqual([true, 0]);
  resolve();
  await closed;
  steps.wake();
  await steps.inTurn(async () => {});
  expect(taken).toBe(1);
});
