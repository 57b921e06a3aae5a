/** The shared secrets of now: the current one, and while they are being changed the previous one too. */
import { timingSafeEqual } from 'node:crypto';

import { secretBytes } from '@ops/protocol/wire/handshake.ts';
import type { Random } from '@ops/runtime/random.ts';

export interface Secrets {
  readonly current: string | undefined;
  readonly previous: string | undefined;
}

export type SecretSlot = 'current' | 'previous';

export interface Candidate {
  /** Undefined for a dummy: nobody can know it. */
  readonly slot: SecretSlot | undefined;
  readonly bytes: Buffer;
}

export interface KeyRing {
  /** Always two, so that a proof takes as long with one secret as with two or none. */
  readonly candidates: readonly [Candidate, Candidate];
  set(secrets: Secrets): void;
  /** Where a secret that was proved earlier stands now; undefined when it was removed. */
  slotOf(proved: Buffer): SecretSlot | undefined;
}

const DUMMY_BYTES = 32;

export function createKeyRing(secrets: Secrets, random: Random): KeyRing {
  const dummy = random.bytes(DUMMY_BYTES);
  const candidate = (slot: SecretSlot, secret: string | undefined): Candidate =>
    secret === undefined || secret === ''
      ? { slot: undefined, bytes: dummy }
      : { slot, bytes: secretBytes(secret) };
  const both = ({ current, previous }: Secrets): readonly [Candidate, Candidate] => [
    candidate('current', current),
    candidate('previous', previous),
  ];
  let candidates = both(secrets);

  return {
    get candidates() {
      return candidates;
    },
    set(next) {
      candidates = both(next);
    },
    slotOf(proved) {
      return candidates.find(
        ({ slot, bytes }) => slot && bytes.length === proved.length && timingSafeEqual(bytes, proved),
      )?.slot;
    },
  };
}
