/** A directory with a release of ops-client: manifest, signature, archives, as `npm run build` and `release sign` leave them. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  clientRelease,
  MAX_MANIFEST,
  RELEASE_MANIFEST,
  RELEASE_SIGNATURE,
  releaseSignature,
  SIGNED_PREFIX,
} from '@ops/protocol/domain/client-release.ts';
import type { ClientRelease, ReleaseSignature } from '@ops/protocol/domain/client-release.ts';
import { decode, SchemaError } from '@ops/protocol/schema.ts';
import type { Schema } from '@ops/protocol/schema.ts';
import { isSignedBy } from '@ops/runtime/ed25519.ts';
import type { SigningKey } from '@ops/runtime/ed25519.ts';
import { fileProblem } from '@ops/runtime/private-file.ts';

import { Ending, EXIT } from './exit-status.ts';
import { onOneLine } from './printable.ts';

const fault = (path: string, problem: string): Ending =>
  new Ending(EXIT.failed, onOneLine(`${path} ${problem}`));

async function readSmall(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > MAX_MANIFEST) throw fault(path, `is larger than ${MAX_MANIFEST} bytes`);
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw cause instanceof Ending ? cause : fault(path, fileProblem(cause));
  }
}

function parse<T>(path: string, text: string, schema: Schema<T>): T {
  try {
    return decode(schema, JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof SchemaError ? cause.message : 'it is no JSON';
    throw fault(path, `is not what npm run build or opsctl release sign writes: ${why}`);
  }
}

/** @throws Ending */
export async function readRelease(
  directory: string,
): Promise<{ readonly manifest: string; readonly release: ClientRelease }> {
  const path = join(directory, RELEASE_MANIFEST);
  const manifest = await readSmall(path);
  return { manifest, release: parse(path, manifest, clientRelease) };
}

/** Of this very manifest. @throws Ending also when it is of another one */
export async function readSignature(directory: string, manifest: string): Promise<ReleaseSignature> {
  const path = join(directory, RELEASE_SIGNATURE);
  const signature = parse(path, await readSmall(path), releaseSignature);
  if (!isSignedBy(signature.key, SIGNED_PREFIX + manifest, signature.signature))
    throw fault(
      path,
      `is not a signature of ${RELEASE_MANIFEST} by the key it names: sign the release again`,
    );
  return signature;
}

async function faultOfArchive(
  path: string,
  { size, sha256 }: ClientRelease['files'][number],
): Promise<string | undefined> {
  const hash = createHash('sha256');
  let found = 0;
  try {
    const chunks: AsyncIterable<Buffer> = createReadStream(path);
    for await (const chunk of chunks) {
      hash.update(chunk);
      found += chunk.length;
    }
  } catch (cause) {
    return fileProblem(cause);
  }
  if (found !== size) return `has ${found} bytes, and the manifest says ${size}`;
  return hash.digest('hex') === sha256 ? undefined : 'is not the one of the manifest';
}

/** By the name of the archive. */
export async function faultsOfArchives(
  directory: string,
  { files }: ClientRelease,
): Promise<Map<string, string>> {
  const faults = new Map<string, string>();
  for (const file of files) {
    const found = await faultOfArchive(join(directory, file.name), file);
    if (found !== undefined) faults.set(file.name, found);
  }
  return faults;
}

/** Puts the signature beside the manifest. @throws Ending */
export async function signRelease(
  directory: string,
  manifest: string,
  { publicKey, sign }: SigningKey,
): Promise<ReleaseSignature> {
  const signature = { key: publicKey, signature: sign(SIGNED_PREFIX + manifest) };
  const path = join(directory, RELEASE_SIGNATURE);
  try {
    // Whoever hands it out sees the one before or this one.
    await writeFile(`${path}.partial`, `${JSON.stringify(signature, undefined, 2)}\n`, { mode: 0o644 });
    await rename(`${path}.partial`, path);
  } catch (cause) {
    throw fault(path, fileProblem(cause));
  }
  return signature;
}
