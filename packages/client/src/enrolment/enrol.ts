/**
 * Fetches a key of its own for this client: one conversation in which a token is proved instead of a secret. The token
 * itself is never sent, and the key comes sealed, so this is safe over plain TCP too (docs/protocol.md, "Enrolment").
 */
import { tokenIdOf } from '@ops/protocol/domain/enrolment.ts';
import { secretBytes } from '@ops/protocol/wire/handshake.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Random } from '@ops/runtime/random.ts';

import { converse } from '../link/conversation.ts';
import { asFailure, LinkFailure } from '../link/failure.ts';
import { createProver } from '../link/prove.ts';
import type { Dial } from '../link/wire.ts';

export interface EnrolNeeds {
  readonly clientId: string;
  readonly instanceId: string;
  readonly token: string;
  readonly hostname: string;
  readonly version: string;
  readonly dial: Dial;
  readonly clock: Clock;
  readonly random: Random;
}

export interface EnrolledKey {
  readonly key: string;
  readonly generation: number;
}

/** @throws LinkFailure that says why, also when the signal aborts */
export async function enrol(needs: EnrolNeeds, signal: AbortSignal): Promise<EnrolledKey> {
  const { clientId, instanceId, token, clock, random } = needs;
  const tokenId = tokenIdOf(token);
  if (tokenId === undefined) throw new LinkFailure('authentication', 'This is not an enrolment token');
  const prover = createProver({
    clientId,
    instanceId,
    enabled: true,
    secrets: [secretBytes(token)],
    enrol: tokenId,
    clock,
    random,
  });
  const wire = await needs.dial(signal);
  return new Promise<EnrolledKey>((resolve, reject) => {
    let granted: EnrolledKey | undefined;
    const conversation = converse({
      wire,
      prover,
      clock,
      on: {
        proven: () => ({
          type: 'enrol',
          client_id: clientId,
          hostname: needs.hostname,
          client_version: needs.version,
        }),
        registered: () =>
          conversation.fail(new LinkFailure('lost', 'The server answered enrol with registered')),
        message: () => undefined,
        newIdentity: () => 'The server answered enrol with new_identity',
        enrolled(key) {
          granted = key;
        },
        over(failure) {
          signal.removeEventListener('abort', stop);
          if (granted) resolve(granted);
          else reject(asFailure(failure));
        },
      },
    });
    function stop(): void {
      conversation.fail(new LinkFailure('lost', 'Stopped'));
    }
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
