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
    'This client id was deleted on the server and is never used again. Run ops-client new-identity on the host: it then gets a new id.',
  );

const ACK_HEAD = '{"type":"heartbeat_ack","server_time":';
/** Digits of a time in milliseconds from 2001 to 2286. */
const TIME_DIGITS = 13;
const MIN_TIME = 10 ** (TIME_DIGITS - 1);
const ZERO = 0x30;

/** Answers to heartbeats, the most frequent frames by far: one body, in which only the time is written anew. */
export class HeartbeatAcks {
  readonly #body = Buffer.from(`${ACK_HEAD}${'0'.repeat(TIME_DIGITS)}}`, 'latin1');
  #at = 0;

  /**
   * @param wallMs the server's clock, milliseconds
   * @returns a body that holds until the next call
   */
  body(wallMs: number): Buffer {
    const serverTime = Math.floor(wallMs);
    // A clock that was never set, or far off.
    if (!(serverTime >= MIN_TIME && serverTime < 10 * MIN_TIME)) {
      return writeMessage({ type: 'heartbeat_ack', server_time: serverTime });
    }
    let rest = serverTime;
    let known = this.#at;
    // From the last digit on, up to those that are still right.
    for (let place = ACK_HEAD.length + TIME_DIGITS - 1; rest !== known; place--) {
      const next = Math.floor(rest / 10);
      this.#body[place] = ZERO + rest - next * 10;
      rest = next;
      known = Math.floor(known / 10);
    }
    this.#at = serverTime;
    return this.#body;
  }
}
