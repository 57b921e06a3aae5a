/** Bodies of what the gateway says often or to everybody, written once. */
import { MAX_FRAME, MAX_HEARTBEATS_PER_SEC } from '@ops/protocol/wire/limits.ts';
import { writeMessage } from '@ops/protocol/wire/messages.ts';
import type { GoodbyeCode } from '@ops/protocol/wire/messages.ts';

/** How much a client may send. */
export const CLIENT_LIMITS = {
  max_frame_bytes: MAX_FRAME,
  max_heartbeats_per_sec: MAX_HEARTBEATS_PER_SEC,
} as const;

const MAX_ERROR_TEXT = 512;

export const authFailedBody = (): Buffer =>
  writeMessage({ type: 'auth_failed', code: 'AUTH_FAILED', message: 'Authentication failed' });

export function goodbyeBody(code: GoodbyeCode, comeBackInMs?: number): Buffer {
  return writeMessage({
    type: 'goodbye',
    code,
    ...(comeBackInMs !== undefined && { come_back_in_ms: comeBackInMs }),
  });
}

/** @param message for whoever reads the client's log; says what to do where there is something */
export function errorBody(code: string, message: string): Buffer {
  return writeMessage({ type: 'error', code, message: message.slice(0, MAX_ERROR_TEXT) });
}

export const forgottenBody = (): Buffer =>
  errorBody(
    'forgotten',
    'This client id was deleted on the server and is never used again. Remove the client id file and restart the client: it then gets a new id.',
  );

/** Every heartbeat of one millisecond gets the same answer, so it is written once for all of them. */
export class HeartbeatAcks {
  #at = Number.NaN;
  #body: Buffer = Buffer.alloc(0);

  /** @param wallMs the server's clock, milliseconds */
  body(wallMs: number): Buffer {
    const serverTime = Math.floor(wallMs);
    if (serverTime !== this.#at) {
      this.#at = serverTime;
      this.#body = Buffer.from(`{"type":"heartbeat_ack","server_time":${serverTime}}`, 'latin1');
    }
    return this.#body;
  }
}
