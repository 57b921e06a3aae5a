/**
 * What a host keeps of its enrolment, in the directory of its id: the key, and while it has none the token that came
 * with a new identity. Each file is there whole or not at all, so a host is enrolled or it is not.
 *
 *   no key ──token──► key is written ──► token is removed
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { CLIENT_KEY_PATTERN, TOKEN_PATTERN } from '@ops/protocol/domain/enrolment.ts';
import { readSecretFile, UnsafeFile } from '@ops/runtime/private-file.ts';
import type { Random } from '@ops/runtime/random.ts';
import { replacePrivateFile } from '@ops/runtime/safe-file.ts';

const KEY_FILE = 'key';
const TOKEN_FILE = 'enrol-token';

/** @throws UnsafeFile when others can read it */
async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readSecretFile(path);
  } catch (error) {
    const cause = error instanceof UnsafeFile ? error.cause : undefined;
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @param directory of this client id. @throws UnsafeFile, also for a file that holds no key */
export async function readClientKey(directory: string): Promise<string | undefined> {
  const path = join(directory, KEY_FILE);
  const text = await readIfThere(path);
  if (text !== undefined && !CLIENT_KEY_PATTERN.test(text)) {
    throw new UnsafeFile(path, 'is not a key: remove it and enrol this host again (ops-client enrol)');
  }
  return text;
}

/** Then the token has done its work. @throws UnsafeFile */
export async function keepClientKey(directory: string, key: string, random: Random): Promise<void> {
  await replacePrivateFile(join(directory, KEY_FILE), `${key}\n`, random);
  await rm(join(directory, TOKEN_FILE), { force: true });
}

/** @throws UnsafeFile */
export async function readKeptToken(directory: string): Promise<string | undefined> {
  const text = await readIfThere(join(directory, TOKEN_FILE));
  return text !== undefined && TOKEN_PATTERN.test(text) ? text : undefined;
}

/** @throws UnsafeFile */
export async function keepToken(directory: string, token: string, random: Random): Promise<void> {
  await replacePrivateFile(join(directory, TOKEN_FILE), `${token}\n`, random);
}
