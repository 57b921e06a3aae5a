/** The client's half of the handshake, as the scripted client and the simulated fleet do it. */
import {
  clientProof,
  response,
  serverProof,
  sessionKeys,
  transcriptHash,
} from '@ops/protocol/wire/handshake.ts';
import type { HandshakeMode, SessionKeys } from '@ops/protocol/wire/handshake.ts';
import { PROTOCOL_VERSION } from '@ops/protocol/wire/limits.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';

export interface ChallengeAnswer {
  readonly message: MessageOf<'auth_response'>;
  /** What the server has to show in `auth_ok`. */
  readonly serverProof: string;
  /** For the frames behind `auth_ok`. */
  readonly keys: SessionKeys;
}

export interface AnswerNeeds {
  readonly secret: Buffer;
  readonly clientId: string;
  readonly instanceId: string;
  /** Hex, 32 random bytes. */
  readonly clientNonce: string;
  /** Wall clock in seconds. */
  readonly clientTime: number;
  readonly mode: HandshakeMode;
  readonly channelBinding: Buffer;
}

/** @param body the bytes of `auth_challenge` as they came */
export function answerTo(
  challenge: MessageOf<'auth_challenge'>,
  body: Buffer,
  needs: AnswerNeeds,
): ChallengeAnswer {
  const { secret, clientId, instanceId, clientNonce, clientTime, mode, channelBinding } = needs;
  const { nonce, timestamp, server_id: serverId } = challenge;
  const said = { serverId, clientId, nonce, timestamp, clientNonce, clientTime };
  const th = transcriptHash({ mode, ...said, channelBinding, challengeBody: body });
  return {
    message: {
      type: 'auth_response',
      v: PROTOCOL_VERSION,
      client_id: clientId,
      nonce,
      timestamp,
      response: response(secret, clientId, nonce, timestamp),
      client_nonce: clientNonce,
      client_time: clientTime,
      instance_id: instanceId,
      proof: clientProof(secret, th),
    },
    serverProof: serverProof(secret, th),
    keys: sessionKeys(secret, th),
  };
}
