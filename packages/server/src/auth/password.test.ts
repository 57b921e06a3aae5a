import { systemRandom } from '@ops/runtime/random.ts';
import { describe, expect, it } from 'vitest';

import type { HashQueue } from './hash-queue.ts';
import { createPasswordHasher, HASH_PARAMETERS } from './password.ts';

const FAST = { memory: 64, passes: 1, lanes: 1 };
const hasher = createPasswordHasher({ random: systemRandom, parameters: FAST });

describe('a password at rest', () => {
  it('is argon2id with 19 MiB and two passes, as a PHC string', async () => {
    const stored = await createPasswordHasher({ random: systemRandom }).hash('plum-Tractor_91');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(HASH_PARAMETERS).toEqual({ memory: 19_456, passes: 2, lanes: 1 });
  });

  it('is salted: the same password twice is two hashes', async () => {
    expect(await hasher.hash('the same one')).not.toBe(await hasher.hash('the same one'));
  });

  it('fits the password it was made of and no other', async () => {
    const stored = await hasher.hash('plum-Tractor_91');
    expect(await hasher.verify(stored, 'plum-Tractor_91')).toEqual({ matches: true, outdated: false });
    expect(await hasher.verify(stored, 'plum-Tractor_92')).toMatchObject({ matches: false });
  });

  it('is the same password however its characters are composed', async () => {
    const stored = await hasher.hash('caf\u00e9 au lait 7');
    expect(await hasher.verify(stored, 'cafe\u0301 au lait 7')).toMatchObject({ matches: true });
  });

  it('made with other parameters still fits, and is said to be outdated', async () => {
    const old = await createPasswordHasher({ random: systemRandom, parameters: { ...FAST, passes: 2 } }).hash(
      'x',
    );
    expect(await hasher.verify(old, 'x')).toEqual({ matches: true, outdated: true });
  });

  it.each([
    ['damaged', '$argon2id$v=19$m=64,t=1,p=1$'],
    ['plain text', 'plum-Tractor_91'],
    ['another algorithm', '$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAA'],
    ['asking for 4 GiB', '$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAA'],
    ['empty', ''],
  ])('that is %s fits nothing', async (_what, stored) => {
    expect(await hasher.verify(stored, stored)).toMatchObject({ matches: false });
  });
});

it('does the same work for a user who does not exist', async () => {
  let jobs = 0;
  const counting: HashQueue = {
    run(job) {
      jobs++;
      return job();
    },
  };
  const counted = createPasswordHasher({ random: systemRandom, parameters: FAST, queue: counting });
  expect(await counted.verify(undefined, 'anything')).toMatchObject({ matches: false });
  expect(jobs).toBe(1);
});
