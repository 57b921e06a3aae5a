/** What this host keeps of its enrolment, as the client would find it at its next start. */
import { UnsafeFile } from '@ops/runtime/private-file.ts';

import { readClientKey, readKeptToken } from '../enrolment/key-files.ts';

export type KeptSight =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'token' | 'nothing' }
  /** `problem` begins with the path and says what to do. */
  | { readonly kind: 'unsafe'; readonly problem: string; readonly path: string };

/**
 * @param directory of this client id; undefined: there is no id yet
 * @param configured the token of the configuration
 */
export async function lookAtKey(
  directory: string | undefined,
  configured: string | undefined,
): Promise<KeptSight> {
  try {
    const key = directory && (await readClientKey(directory));
    if (key) return { kind: 'key', key };
    const token = (directory && (await readKeptToken(directory))) ?? configured;
    return { kind: token === undefined ? 'nothing' : 'token' };
  } catch (cause) {
    if (!(cause instanceof UnsafeFile)) throw cause;
    return { kind: 'unsafe', problem: cause.message, path: cause.path };
  }
}
