/**
 * The client's side of the mutual proof (docs/protocol.md, "Authentication"). A prover lives as long as the program: it
 * remembers which challenges it has seen and which of two secrets worked; an exchange lives for one connection.
 *
 *   greet(first frame)   hello ─► nothing to prove        auth_challenge ─► the answer to send
 *   finish(second frame) auth_ok ─► keys for every later frame
 *
 * Whatever is wrong ends in a LinkFailure `authentication` that says what, for the log of this host; the server is told
 * nothing.
 */
import {
  clientProof,
  equalProof,
  hex32,
  response,
  sealingKey,
  serverProof,
  sessionKeys,
  transcriptHash,
} from '@ops/protocol/wire/handshake.ts';
import type { HandshakeMode, SessionKeys, Transcript } from '@ops/protocol/wire/handshake.ts';
import { parseStrict } from '@ops/protocol/wire/json.ts';
import { CLIENT_SKEW_SECS, PROTOCOL_VERSION, REMEMBERED_NONCES } from '@ops/protocol/wire/limits.ts';
import { readMessage } from '@ops/protocol/wire/messages.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { unseal } from '@ops/protocol/wire/sealed.ts';
import { decode } from '@ops/protocol/schema.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Random } from '@ops/runtime/random.ts';

import { LinkFailure } from './failure.ts';

export interface ProverNeeds {
  readonly clientId: string;
  readonly instanceId: string;
  /** Whether this client insists on the proof. */
  readonly enabled: boolean;
  /** None, one, or two while they are being exchanged; the one to try first comes first. */
  readonly secrets: readonly Buffer[];
  /** The id of the token that is the secret: what is wanted then is a key. */
  readonly enrol?: string;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Channel {
  readonly mode: HandshakeMode;
  readonly channelBinding: Buffer;
}

export type Greeting =
  | { readonly kind: 'open'; readonly serverId: string }
  | { readonly kind: 'answer'; readonly serverId: string; readonly message: MessageOf<'auth_response'> };

export interface Exchange {
  /** @param body the first frame, `hello` or `auth_challenge`. @throws LinkFailure, WireError */
  greet(body: Buffer): Greeting;
  /** @param body the frame after the answer. @throws LinkFailure, WireError */
  finish(body: Buffer): {
    readonly keys: SessionKeys;
    readonly secret: 'first' | 'second';
    /** @throws WireError */
    readonly unseal: (box: string) => string;
  };
}

export interface Prover {
  begin(channel: Channel): Exchange;
  /** For the next connection; the first of them is tried first. */
  replaceSecrets(secrets: readonly Buffer[]): void;
}

const refuse = (message: string): never => {
  throw new LinkFailure('authentication', message);
};

export function createProver(needs: ProverNeeds): Prover {
  const { clientId, instanceId, enabled, clock, random } = needs;
  let { secrets } = needs;
  const seenNonces: string[] = [];
  /** Which secret comes next: the one that worked, or after a refusal the other. */
  let current = 0;

  function accept(challenge: MessageOf<'auth_challenge'>, channel: Channel): Buffer {
    if (!enabled || secrets.length === 0) refuse(missing(secrets.length > 0));
    const binding = channel.mode === 'tls' ? 'tls-exporter' : 'none';
    if (challenge.cb !== binding)
      refuse(
        'The server sees another kind of connection than this client: something between them takes TLS off',
      );
    const skew = Math.round(clock.wall() / 1000 - challenge.timestamp);
    if (Math.abs(skew) > CLIENT_SKEW_SECS) {
      refuse(
        `The clocks of client and server differ by ${skew} s, at most ${CLIENT_SKEW_SECS} s are accepted: set the time on both`,
      );
    }
    if (seenNonces.includes(challenge.nonce)) refuse('The server sent a challenge that was used before');
    seenNonces.push(challenge.nonce);
    if (seenNonces.length > REMEMBERED_NONCES) seenNonces.shift();
    return secrets[current]!;
  }

  function begin(channel: Channel): Exchange {
    let proof: { readonly secret: Buffer; readonly th: Buffer } | undefined;

    function greet(body: Buffer): Greeting {
      const message = readMessage(body, 'server', 'greeting');
      if (message.type === 'hello') {
        if (enabled)
          refuse('The server does not authenticate, but this client is configured to (OPS_TCP_AUTH_ENABLED)');
        if (message.v !== PROTOCOL_VERSION) {
          throw new LinkFailure(
            'refused',
            `The server speaks version ${message.v} of the protocol, this client ${PROTOCOL_VERSION}`,
          );
        }
        return { kind: 'open', serverId: message.server_id };
      }
      if (message.type !== 'auth_challenge')
        throw new LinkFailure('lost', `The server began with ${message.type}`);
      const secret = accept(message, channel);
      const transcript: Transcript = {
        mode: channel.mode,
        serverId: message.server_id,
        clientId,
        nonce: message.nonce,
        timestamp: message.timestamp,
        clientNonce: random.bytes(32).toString('hex'),
        clientTime: Math.floor(clock.wall() / 1000),
        channelBinding: channel.channelBinding,
        // The frame is a view of the receive buffer.
        challengeBody: Buffer.from(body),
      };
      const th = transcriptHash(transcript);
      proof = { secret, th };
      return {
        kind: 'answer',
        serverId: message.server_id,
        message: {
          type: 'auth_response',
          v: PROTOCOL_VERSION,
          client_id: clientId,
          nonce: message.nonce,
          timestamp: message.timestamp,
          response: response(secret, clientId, message.nonce, message.timestamp),
          client_nonce: transcript.clientNonce,
          client_time: transcript.clientTime,
          instance_id: instanceId,
          proof: clientProof(secret, th),
          ...(needs.enrol !== undefined && { enrol: needs.enrol }),
        },
      };
    }

    function finish(body: Buffer): ReturnType<Exchange['finish']> {
      const { secret, th } = proof ?? refuse('The server proved itself before it asked');
      const raw = parseStrict(body);
      const type = field(raw, 'type');
      if (
        type === 'auth_ok' &&
        !equalProof(decode(hex32, field(raw, 'server_proof')), serverProof(secret, th))
      ) {
        nextSecret();
        refuse('The server could not prove that it knows the secret');
      }
      const message = readMessage(body, 'server', 'greeting');
      if (message.type === 'auth_failed') {
        nextSecret();
        refuse(refused());
      }
      if (message.type !== 'auth_ok')
        throw new LinkFailure('lost', `The server answered the proof with ${message.type}`);
      return {
        keys: sessionKeys(secret, th),
        secret: current === 0 ? 'first' : 'second',
        unseal: (box) => unseal(sealingKey(secret, th), box),
      };
    }

    return { greet, finish };
  }

  function refused(): string {
    if (needs.enrol !== undefined)
      return 'The server does not know this enrolment token: make another one in the console';
    return secrets.length > 1
      ? 'The server refused this secret; the other one is next'
      : 'The server refused the secret';
  }

  function nextSecret(): void {
    if (secrets.length > 0) current = (current + 1) % secrets.length;
  }

  return {
    begin,
    replaceSecrets(replacement) {
      secrets = replacement;
      current = 0;
    },
  };
}

/** One field of a parsed body, before the rest is looked at. */
function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function missing(hasSecret: boolean): string {
  return hasSecret
    ? 'The server asks for authentication, which this client has switched off: set OPS_TCP_AUTH_ENABLED=true'
    : "The server asks for authentication: set OPS_TCP_AUTH_SECRET_FILE (or OPS_TCP_AUTH_SECRET) to the server's secret";
}
