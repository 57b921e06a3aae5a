/**
 * The MAC of a frame, `frameMac` of handshake.ts, for a whole connection: HMAC-SHA256 written out as its two hashes
 * (RFC 2104), because one-shot hashes cost a third of a `createHmac` and a connection then keeps 128 bytes instead of
 * a key object. Both ends do this twice for every heartbeat.
 */
import { createHash, hash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { MAC_BYTES } from './limits.ts';

const BLOCK = 64;
/** u64be(seq) ‖ u32be(len body) */
const HEAD = 12;
/** Bodies up to this size are hashed in one call. */
const ONE_SHOT = 8192;

/**
 * Where both hashes are put together, as one copy of a connection's pads makes it ready for them:
 *
 *   outer pad ‖ inner pad ‖ head ‖ body        the inner hash is of all but the outer pad
 *   outer pad ‖ inner hash                     then its result takes the place of the inner pad
 *
 * Written and read within one call; nothing in it outlives it.
 */
const work = Buffer.allocUnsafeSlow(BLOCK + BLOCK + HEAD + ONE_SHOT);
const HEAD_AT = BLOCK + BLOCK;
const BODY_AT = HEAD_AT + HEAD;
const outer = work.subarray(0, BLOCK + MAC_BYTES);
/** With its length told, Node need not find out each time whether the algorithm is one that has to be told. */
const DIGEST = { outputEncoding: 'latin1', outputLength: MAC_BYTES } as const;

/** One direction of one connection: counts the frames itself, from 0. */
export class FrameMac {
  /** The key xor 0x5c…, then the key xor 0x36…. */
  readonly #pads = Buffer.alloc(2 * BLOCK);
  #seq = 0;

  /** @param key 32 bytes, of `sessionKeys` */
  constructor(key: KeyObject) {
    const bytes = key.export();
    for (let i = 0; i < BLOCK; i++) {
      const byte = bytes[i] ?? 0;
      this.#pads[i] = byte ^ 0x5c;
      this.#pads[BLOCK + i] = byte ^ 0x36;
    }
  }

  /** Writes the MAC of the next frame, and counts it. */
  write(body: Buffer, into: Buffer, at: number): void {
    into.write(this.#tag(body), at, MAC_BYTES, 'latin1');
    this.#seq++;
  }

  /** True, and the frame counted, when these are the 32 bytes the next frame must carry. Takes the same time either way. */
  check(body: Buffer, buffer: Buffer, at: number): boolean {
    const tag = this.#tag(body);
    let difference = 0;
    for (let i = 0; i < MAC_BYTES; i++) difference |= (buffer[at + i] ?? 0x100) ^ tag.charCodeAt(i);
    if (difference !== 0) return false;
    this.#seq++;
    return true;
  }

  /** As a string of 32 characters below 256. */
  #tag(body: Buffer): string {
    // `set` costs a third of `Buffer.copy`.
    work.set(this.#pads);
    work.writeUInt32BE(Math.floor(this.#seq / 0x1_0000_0000), HEAD_AT);
    work.writeUInt32BE(this.#seq >>> 0, HEAD_AT + 4);
    work.writeUInt32BE(body.length, HEAD_AT + 8);
    let digest: string;
    if (body.length <= ONE_SHOT) {
      work.set(body, BODY_AT);
      digest = hash('sha256', work.subarray(BLOCK, BODY_AT + body.length), DIGEST);
    } else {
      digest = createHash('sha256').update(work.subarray(BLOCK, BODY_AT)).update(body).digest('latin1');
    }
    work.write(digest, BLOCK, MAC_BYTES, 'latin1');
    return hash('sha256', outer, DIGEST);
  }
}
