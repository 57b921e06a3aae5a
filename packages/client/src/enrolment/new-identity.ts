/**
 * Another id for this host: of two machines with one id, a copy and its origin, one has to take it. What the old id
 * kept stays where it is; the old id is never used again by this host.
 *
 *   directory of the new id, with its token ─► the id file names the new id      (killed between: still the old one)
 */
import type { Random } from '@ops/runtime/random.ts';
import { replacePrivateFile } from '@ops/runtime/safe-file.ts';

import { openDataDirectory } from '../identity.ts';
import type { DataDirectoryOptions } from '../identity.ts';
import { keepToken } from './key-files.ts';

export interface NewIdentityNeeds extends DataDirectoryOptions {
  readonly clientIdFile: string;
  /** With which the new id enrols itself at the next start; undefined: clients share a secret. */
  readonly token?: string | undefined;
  readonly random: Random;
}

/** @returns the new id, durable. @throws UnsafeFile; then the old one counts */
export async function takeNewIdentity(needs: NewIdentityNeeds): Promise<string> {
  const { clientIdFile, token, random } = needs;
  const id = random.uuid();
  if (token !== undefined) await keepToken(await openDataDirectory(id, needs), token, random);
  await replacePrivateFile(clientIdFile, `${id}\n`, random);
  return id;
}
