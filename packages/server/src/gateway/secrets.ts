/**
 * What a peer may prove: the shared secrets of now (the current one, and while they are being changed the previous one
 * too), the key of one client, or a token. Which of them counts is decided by what the peer says it is.
 */
import { timingSafeEqual } from 'node:crypto';

import type { Credential } from '@ops/protocol/domain/enrolment.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';

import { secretBytes } from '@ops/protocol/wire/handshake.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { CredentialBook } from '../enrolment/enrolment.ts';

export interface Secrets {
  readonly current: string | undefined;
  readonly previous: string | undefined;
}

export type SecretSlot = 'current' | 'previous';

/** What was proved. A token lets its holder enrol, and nothing else. */
export type ProvenBy = Exclude<Credential, 'none'> | 'token';

export interface Candidate {
  /** Undefined for a dummy: nobody can know it. */
  readonly slot: SecretSlot | undefined;
  readonly bytes: Buffer;
  readonly by: ProvenBy;
}

export type Candidates = readonly [Candidate, Candidate];

export interface KeyRing {
  /**
   * What counts for this answer. Always two, so that a proof takes as long with one secret as with two or none. The
   * shared secret is none of them for a client that has a key of its own (S-10).
   */
  candidatesFor(answer: Pick<MessageOf<'auth_response'>, 'client_id' | 'enrol'>): Candidates;
  /** A previous shared secret is accepted. */
  readonly hasPrevious: boolean;
  set(secrets: Secrets): void;
  /** Where a secret that was proved earlier stands now; undefined when it was removed. */
  slotOf(proved: Buffer): SecretSlot | undefined;
}

const DUMMY_BYTES = 32;

export function createKeyRing(
  secrets: Secrets,
  random: Random,
  book: Pick<CredentialBook, 'provable' | 'tokenText'>,
): KeyRing {
  const dummy = random.bytes(DUMMY_BYTES);
  const candidate = (by: ProvenBy, slot: SecretSlot, secret: string | undefined): Candidate =>
    secret === undefined || secret === ''
      ? { slot: undefined, bytes: dummy, by }
      : { slot, bytes: secretBytes(secret), by };
  const both = ({ current, previous }: Secrets): Candidates => [
    candidate('shared_secret', 'current', current),
    candidate('shared_secret', 'previous', previous),
  ];
  let shared = both(secrets);

  return {
    candidatesFor({ client_id: clientId, enrol: tokenId }) {
      if (tokenId !== undefined) {
        const nothing = candidate('token', 'previous', undefined);
        return [candidate('token', 'current', book.tokenText(tokenId)), nothing];
      }
      const provable = book.provable(clientId);
      if (provable.kind === 'shared') return shared;
      const { key, before } = provable;
      const own = candidate('own_key', 'current', key);
      if (before === 'shared') return [own, shared[0]];
      return [own, candidate('own_key', 'previous', before?.key)];
    },
    get hasPrevious() {
      return shared[1].slot !== undefined;
    },
    set(next) {
      shared = both(next);
    },
    slotOf(proved) {
      return shared.find(
        ({ slot, bytes }) => slot && bytes.length === proved.length && timingSafeEqual(bytes, proved),
      )?.slot;
    },
  };
}
