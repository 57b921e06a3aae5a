/**
 * Connects as the client does, proves itself and leaves before it would register: the client that runs beside it keeps
 * its place. A wrong secret costs one failed proof, which the server writes down as it does any other.
 */
import { secretBytes } from '@ops/protocol/wire/handshake.ts';
import { FrameReader, FrameWriter } from '@ops/protocol/wire/frame.ts';
import { GREETING_DEADLINE_MS, PROTOCOL_VERSION } from '@ops/protocol/wire/limits.ts';
import { FRAME_LIMITS, readMessage, writeMessage } from '@ops/protocol/wire/messages.ts';
import type { GoodbyeCode } from '@ops/protocol/wire/messages.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Random } from '@ops/runtime/random.ts';

import { createDial } from '../link/dial.ts';
import type { DialTarget } from '../link/dial.ts';
import { errorCode, LinkFailure } from '../link/failure.ts';
import { createProver } from '../link/prove.ts';
import type { Wire } from '../link/wire.ts';

export interface ServerSight {
  /** Why no connection came about: `code` of the system, or words about the certificate. */
  readonly failure?: {
    readonly kind: 'unreachable' | 'untrusted';
    readonly code: string;
    readonly message: string;
  };
  /** It accepts, and does not speak our protocol. */
  readonly isStranger?: boolean;
  /** It is full, stops or restarts. */
  readonly goodbye?: GoodbyeCode;
  /** Of the protocol; ours is PROTOCOL_VERSION. */
  readonly protocol?: number;
  readonly asksForProof?: boolean;
  /** This host's clock less the server's, in seconds; only a server that asks for a proof tells the time. */
  readonly skewSecs?: number;
  readonly proof?: 'accepted' | 'refused' | 'not genuine';
}

export interface SightNeeds {
  readonly target: DialTarget;
  readonly clientId: string;
  /** Undefined: no proof is tried. */
  readonly secret: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/** Never rejects. */
export async function lookAtServer(needs: SightNeeds): Promise<ServerSight> {
  let wire: Wire;
  try {
    wire = await createDial(needs.target, needs.clock)(new AbortController().signal);
  } catch (cause) {
    const failure = cause instanceof LinkFailure ? cause : new LinkFailure('unreachable', String(cause));
    const kind = failure.kind === 'untrusted' ? 'untrusted' : 'unreachable';
    return { failure: { kind, code: errorCode(failure.cause) ?? 'ETIMEDOUT', message: failure.message } };
  }
  try {
    return await talk(wire, needs);
  } finally {
    wire.destroy();
  }
}

async function talk(wire: Wire, needs: SightNeeds): Promise<ServerSight> {
  const frames = framesOf(wire, needs.clock);
  const body = await frames.next();
  if (!body) return { isStranger: true };
  let message;
  try {
    message = readMessage(body, 'server', 'greeting');
  } catch {
    return { isStranger: true };
  }
  if (message.type === 'goodbye') return { goodbye: message.code };
  if (message.type !== 'hello' && message.type !== 'auth_challenge') return { isStranger: true };
  const seen: ServerSight = { protocol: message.v, asksForProof: message.type === 'auth_challenge' };
  if (message.type === 'hello') return seen;
  const told = { ...seen, skewSecs: Math.round(needs.clock.wall() / 1000 - message.timestamp) };
  if (needs.secret === undefined || message.v !== PROTOCOL_VERSION) return told;
  const proof = await prove(wire, body, message.timestamp, frames, { ...needs, secret: needs.secret });
  return { ...told, ...(proof && { proof }) };
}

async function prove(
  wire: Wire,
  challenge: Buffer,
  timestamp: number,
  frames: Frames,
  needs: SightNeeds & { readonly secret: string },
): Promise<ServerSight['proof']> {
  const { clientId, random } = needs;
  // By the server's time: whether the clocks agree is judged apart from the secret.
  const clock = { ...needs.clock, wall: () => timestamp * 1000 };
  const secrets = [secretBytes(needs.secret)];
  const exchange = createProver({
    clientId,
    instanceId: random.uuid(),
    enabled: true,
    secrets,
    clock,
    random,
  }).begin(wire);
  try {
    const greeting = exchange.greet(challenge);
    if (greeting.kind !== 'answer') return undefined;
    wire.write(new FrameWriter().frame(writeMessage(greeting.message)));
  } catch {
    return 'not genuine';
  }
  const answer = await frames.next();
  if (!answer) return undefined;
  try {
    exchange.finish(answer);
    return 'accepted';
  } catch {
    try {
      return readMessage(answer, 'server', 'greeting').type === 'auth_failed' ? 'refused' : 'not genuine';
    } catch {
      return 'not genuine';
    }
  }
}

interface Frames {
  /** Undefined when none comes in time, or what comes is none. */
  next(): Promise<Buffer | undefined>;
}

function framesOf(wire: Wire, clock: Clock): Frames {
  const reader = new FrameReader(FRAME_LIMITS.greeting);
  let over = false;
  let wake: (() => void) | undefined;
  wire.open({
    data(chunk) {
      reader.push(chunk);
      wake?.();
    },
    drained() {},
    closed() {
      over = true;
      wake?.();
    },
  });
  return {
    next: () =>
      new Promise((resolve) => {
        const finish = (body: Buffer | undefined): void => {
          deadline.cancel();
          wake = undefined;
          resolve(body && Buffer.from(body));
        };
        const deadline = clock.after(GREETING_DEADLINE_MS, () => finish(undefined));
        wake = () => {
          try {
            const body = reader.next();
            if (body || over) finish(body);
          } catch {
            finish(undefined);
          }
        };
        wake();
      }),
  };
}
