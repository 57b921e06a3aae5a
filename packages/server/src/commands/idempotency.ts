/**
 * Requests that are repeated. A key belongs to who sent it and is stored in the transaction of what it made, so that of a
 * hundred requests at once one makes something and the others are told the same, also after the server was killed.
 */
import { IDEMPOTENCY_HOURS } from '@ops/protocol/http/commands.ts';
import { OpsError } from '@ops/protocol/errors.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import { ChangeRefusedError } from '../storage/storage-error.ts';
import type { CommandStore, NewKey } from './command-store.ts';
import type { Actor, IdempotencyKey, MadeCommands } from './commands.ts';

export const KEY_LIFE_MS = IDEMPOTENCY_HOURS * 3_600_000;

export interface Idempotency {
  /** @throws OpsError `idempotency_key_reused` */
  known(key: IdempotencyKey, by: Actor): Promise<MadeCommands | undefined>;
  /** To be stored with what was made. */
  toStore(key: IdempotencyKey, by: Actor, answer: MadeCommands): NewKey;
  /** What another request with the key made while this one was on its way. @throws `cause` when there is none */
  instead(key: IdempotencyKey | undefined, by: Actor, cause: unknown): Promise<MadeCommands>;
}

export function createIdempotency(needs: {
  readonly store: Pick<CommandStore, 'key'>;
  readonly clock: Clock;
}): Idempotency {
  const { store, clock } = needs;

  async function known(
    { key, bodySha256 }: IdempotencyKey,
    { actor }: Actor,
  ): Promise<MadeCommands | undefined> {
    const stored = await store.key(actor, key, clock.wall() - KEY_LIFE_MS);
    if (stored && stored.bodySha256 !== bodySha256) throw new OpsError('idempotency_key_reused');
    return stored?.answer;
  }

  return {
    known,
    toStore(key, { actor }, answer) {
      const atMs = clock.wall();
      return { ...key, actor, answer, atMs, forgottenBeforeMs: atMs - KEY_LIFE_MS };
    },
    async instead(key, by, cause) {
      if (!key || !(cause instanceof ChangeRefusedError) || cause.reason !== 'unique') throw cause;
      const answer = await known(key, by);
      if (!answer) throw cause;
      return answer;
    },
  };
}
