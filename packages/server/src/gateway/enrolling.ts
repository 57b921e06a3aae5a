/** A peer that proved a token asks for a key. The connection ends with the answer; the client comes back with its key. */
import { writeMessage } from '@ops/protocol/wire/messages.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { WireError } from '@ops/protocol/wire/wire-error.ts';

import type { Refusal } from '../enrolment/enrolment.ts';
import type { Entrant } from './entrance.ts';
import type { GatewayParts } from './parts.ts';
import { errorBody } from './replies.ts';

/** Told only to who knows the token. */
const REFUSED: Readonly<Record<Refusal, string>> = {
  token_expired: 'This enrolment token has expired: make another one in the console',
  token_revoked: 'This enrolment token was revoked: make another one in the console',
  token_used_up: 'This enrolment token has let in as many hosts as it may: make another one in the console',
  token_other_client: 'This enrolment token is for another host',
  id_known:
    'The server knows a host with this client id. Is this machine a copy? Run ops-client new-identity. Is it that host? Make a token for it on its page in the console',
  forgotten:
    'This client id was deleted on the server and is never used again. Run ops-client new-identity, then enrol again',
};

/** @throws WireError when no token was proved, or another identity is named */
export function enrol(message: MessageOf<'enrol'>, entrant: Entrant, parts: GatewayParts): void {
  const { book, log, notes } = parts;
  const tokenId = entrant.tokenId;
  if (tokenId === undefined) throw new WireError('wrong_phase', 'enrol needs a proof by a token');
  if (message.client_id !== entrant.clientId) {
    throw new WireError('identity', 'enrol names another client than the proof');
  }
  const who = { client: message.client_id, address: entrant.remoteAddress, hostname: message.hostname };
  // One question, one answer: what comes behind it is not read.
  entrant.hold('enrol');
  book
    .enrol({
      tokenId,
      clientId: message.client_id,
      hostname: message.hostname,
      clientVersion: message.client_version,
      address: entrant.remoteAddress,
    })
    .then((answer) => {
      if (typeof answer === 'string') {
        notes.stranger('a host was not enrolled', { ...who, reason: answer });
        return entrant.end('enrol_refused', errorBody(answer, REFUSED[answer]));
      }
      const key = entrant.seal(answer.key);
      if (key === undefined) throw new Error('a token was proved without a proof');
      log.info('host enrolled', { ...who, generation: answer.generation });
      const { generation } = answer;
      return entrant.end('enrolled', writeMessage({ type: 'enrolled', generation, key }));
    })
    .catch((error: unknown) => {
      log.error('a host could not be enrolled', { ...who, error });
      entrant.end(
        'enrol_refused',
        errorBody('storage_unavailable', 'The server cannot store the key at the moment: try again soon'),
      );
    });
}
