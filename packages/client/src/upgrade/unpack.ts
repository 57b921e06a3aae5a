/** From an archive to a program that can be run: the program and its libraries, and nothing else of what is in it. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { MAX_RELEASE_ARCHIVE } from '@ops/protocol/domain/client-release.ts';

import { MAX_KEPT_FILES, PROGRAM } from './state-file.ts';
import type { KeptFile } from './state-file.ts';
import { readTar, TarError } from './tar-reader.ts';

/** Of everything in an archive, unpacked: a small one may say that it is endless. */
export const MAX_UNPACKED = 4 * MAX_RELEASE_ARCHIVE;

interface Output {
  readonly path: string;
  readonly handle: FileHandle;
  readonly hash: Hash;
  size: number;
}

/** Its path within the folder; undefined for what is not needed to run it. */
function wanted(path: string, top: string): string | undefined {
  if (!path.startsWith(`${top}/`)) return undefined;
  const inside = path.slice(top.length + 1);
  return inside === PROGRAM || /^lib\/[A-Za-z0-9_][A-Za-z0-9_.+-]{0,90}$/.test(inside) ? inside : undefined;
}

async function* bounded(chunks: AsyncIterable<Buffer>, max: number): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > max) throw new TarError(`it holds more than ${max} bytes`);
    yield chunk;
  }
}

async function finish({ path, handle, hash, size }: Output): Promise<KeptFile> {
  await handle.sync();
  await handle.close();
  return { path, size, sha256: hash.digest('hex') };
}

/** Names in a directory are as durable as what they name. */
async function flush(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  await handle.sync();
  await handle.close();
}

/**
 * @param folder is made anew; durable when this resolves
 * @param top the one folder in the archive
 * @throws TarError for an archive that is none, else an error of the disk
 */
export async function unpack(
  archive: string,
  folder: string,
  top: string,
  max = MAX_UNPACKED,
): Promise<KeptFile[]> {
  // Not at the start of the program: few hosts ever need it.
  const { createGunzip } = await import('node:zlib');
  const { pipeline } = await import('node:stream/promises');
  await rm(folder, { recursive: true, force: true });
  for (const part of ['bin', 'lib']) await mkdir(join(folder, part), { recursive: true, mode: 0o700 });
  const files: KeptFile[] = [];
  let current: Output | undefined;

  async function take(chunks: AsyncIterable<Buffer>): Promise<void> {
    for await (const event of readTar(bounded(chunks, max))) {
      if (event.kind === 'data') {
        if (!current) continue;
        current.hash.update(event.bytes);
        current.size += event.bytes.length;
        await current.handle.writeFile(event.bytes);
        continue;
      }
      if (current) files.push(await finish(current));
      current = undefined;
      const path = wanted(event.path, top);
      if (path === undefined) continue;
      if (files.length >= MAX_KEPT_FILES)
        throw new TarError(`there are more than ${MAX_KEPT_FILES} files to keep`);
      const handle = await open(join(folder, path), 'wx', path === PROGRAM ? 0o700 : 0o600);
      current = { path, handle, hash: createHash('sha256'), size: 0 };
    }
    if (current) files.push(await finish(current));
    current = undefined;
  }

  try {
    await pipeline(createReadStream(archive), createGunzip(), take);
  } catch (cause) {
    await current?.handle.close().catch(() => undefined);
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    // Of zlib, or two files of one name.
    if (/^(Z_|EEXIST)/.test(code)) throw new TarError(String(cause));
    throw cause;
  }
  if (!files.some(({ path }) => path === PROGRAM)) throw new TarError(`it has no ${top}/${PROGRAM}`);
  for (const directory of [join(folder, 'bin'), join(folder, 'lib'), folder, dirname(folder)])
    await flush(directory);
  return files;
}
