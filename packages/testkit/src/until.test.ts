import { expect, test } from 'vitest';

import { until, within } from './until.ts';

test('until answers what the condition answered, once it holds', async () => {
  let asked = 0;
  expect(await until(() => (++asked === 3 ? 'third' : undefined), { what: 'the third' })).toBe('third');
});

test('until tells what was waited for, and why the condition failed last', async () => {
  const broken = until(() => Promise.reject(new Error('no such row')), { within: 20, what: 'a row' });
  await expect(broken).rejects.toMatchObject({
    message: 'waited 20 ms for a row',
    cause: { message: 'no such row' },
  });
});

test('until does not hang on a condition that never answers', async () => {
  await expect(until(() => new Promise(() => {}), { within: 20, what: 'nothing' })).rejects.toThrow(
    'nothing',
  );
});

test('within passes on values and failures, and ends what never ends', async () => {
  expect(await within(Promise.resolve(1), { what: 'one' })).toBe(1);
  await expect(within(Promise.reject(new Error('no')), { what: 'yes' })).rejects.toThrow('no');
  await expect(within(new Promise(() => {}), { within: 10, what: 'ever' })).rejects.toThrow(
    'waited 10 ms for ever',
  );
});
