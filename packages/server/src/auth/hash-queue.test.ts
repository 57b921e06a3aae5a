import { expect, it } from 'vitest';

import { createHashQueue, MAX_HASHES_RUNNING, MAX_HASHES_WAITING } from './hash-queue.ts';

/** Jobs that end when they are told to. */
function heldJobs() {
  const ends: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const job = async (): Promise<void> => {
    running++;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => ends.push(resolve));
    running--;
  };
  return { ends, job, most: () => most };
}

it('runs two, lets twenty wait, and turns the next one away', async () => {
  const queue = createHashQueue();
  const held = heldJobs();
  const accepted = Array.from({ length: MAX_HASHES_RUNNING + MAX_HASHES_WAITING }, () => queue.run(held.job));

  await expect(queue.run(held.job)).rejects.toMatchObject({
    code: 'server_busy',
    details: { retryAfterSecs: 1 },
  });

  for (let ended = 0; ended < accepted.length; ended++) {
    await expect.poll(() => held.ends.length).toBeGreaterThan(ended);
    held.ends[ended]!();
  }
  await Promise.all(accepted);
  expect(held.most()).toBe(MAX_HASHES_RUNNING);
});

it('goes on after a job that failed', async () => {
  const queue = createHashQueue({ running: 1, waiting: 1 });
  await expect(queue.run(() => Promise.reject(new Error('no memory')))).rejects.toThrow('no memory');
  await expect(queue.run(async () => 'fine')).resolves.toBe('fine');
});
