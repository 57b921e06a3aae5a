/**
 * Passwords at rest: argon2id (RFC 9106) as PHC strings, `$argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt>$<hash>`.
 * The parameters travel with the hash, so that they can be raised: what was made with others is made again at the
 * next sign-in.
 */
import { argon2, timingSafeEqual } from 'node:crypto';

import type { Random } from '@ops/runtime/random.ts';

import { createHashQueue } from './hash-queue.ts';
import type { HashQueue } from './hash-queue.ts';

export interface HashParameters {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB and 2 passes; about 50 ms here. */
export const HASH_PARAMETERS: HashParameters = { memory: 19 * 1024, passes: 2, lanes: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** What a stored hash may ask for at most: a damaged row must not eat the memory of the server. */
const MAX_PARAMETERS: HashParameters = { memory: 256 * 1024, passes: 16, lanes: 4 };

export interface Verdict {
  readonly matches: boolean;
  /** The hash was made with other parameters than today's: hash again. */
  readonly outdated: boolean;
}

export interface PasswordHasher {
  /** @returns a PHC string @throws OpsError `server_busy` */
  hash(password: string): Promise<string>;
  /**
   * Compares in constant time. Without a stored hash (no such user) it takes as long and never matches.
   * @throws OpsError `server_busy`
   */
  verify(stored: string | undefined, password: string): Promise<Verdict>;
}

interface StoredHash extends HashParameters {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;

function parsePhc(text: string): StoredHash | undefined {
  const [, memory, passes, lanes, salt, hash] = PHC.exec(text) ?? [];
  if (!salt || !hash) return undefined;
  const stored = { memory: Number(memory), passes: Number(passes), lanes: Number(lanes) };
  const allowed =
    stored.memory <= MAX_PARAMETERS.memory &&
    stored.passes <= MAX_PARAMETERS.passes &&
    stored.lanes <= MAX_PARAMETERS.lanes;
  return allowed
    ? { ...stored, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
    : undefined;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

function formatPhc(stored: StoredHash): string {
  const parameters = `m=${stored.memory},t=${stored.passes},p=${stored.lanes}`;
  return `$argon2id$v=19$${parameters}$${unpadded(stored.salt)}$${unpadded(stored.hash)}`;
}

function derive(password: string, salt: Buffer, parameters: HashParameters, length: number): Promise<Buffer> {
  const options = {
    // The same characters may be composed differently on another keyboard or system.
    message: password.normalize('NFKC'),
    nonce: salt,
    parallelism: parameters.lanes,
    tagLength: length,
    memory: parameters.memory,
    passes: parameters.passes,
  };
  return new Promise((resolve, reject) => {
    argon2('argon2id', options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

export function createPasswordHasher(needs: {
  readonly random: Random;
  readonly parameters?: HashParameters;
  readonly queue?: HashQueue;
}): PasswordHasher {
  const { random, parameters = HASH_PARAMETERS, queue = createHashQueue() } = needs;
  /** Stands in for the hash of a user who does not exist. */
  const decoy: StoredHash = {
    ...parameters,
    salt: random.bytes(SALT_BYTES),
    hash: random.bytes(HASH_BYTES),
  };

  return {
    async hash(password) {
      const salt = random.bytes(SALT_BYTES);
      const hash = await queue.run(() => derive(password, salt, parameters, HASH_BYTES));
      return formatPhc({ ...parameters, salt, hash });
    },

    async verify(stored, password) {
      const known = stored === undefined ? undefined : parsePhc(stored);
      const against = known ?? decoy;
      const hash = await queue.run(() => derive(password, against.salt, against, against.hash.length));
      const equal = timingSafeEqual(hash, against.hash);
      const outdated =
        against.memory !== parameters.memory ||
        against.passes !== parameters.passes ||
        against.lanes !== parameters.lanes;
      return { matches: equal && known !== undefined, outdated };
    },
  };
}
