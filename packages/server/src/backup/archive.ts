/** Backups as one file: a tar with the manifest first. Written whole or not at all, read no further than it is true. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

import { MANIFEST, MAX_MANIFEST_BYTES, readManifest, writeManifest } from './manifest.ts';
import type { Manifest, ManifestFile } from './manifest.ts';
import { BLOCK, paddingOf, readTarHeader, TAR_END, tarHeader } from './tar.ts';

const PIECE_BYTES = 1024 * 1024;
const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** A file that shall go into a backup. */
export interface Part {
  /** In the backup. */
  readonly name: string;
  /** Where its bytes are now. */
  readonly path: string;
  /** Where it came from. */
  readonly from: string;
}

async function* piecesOf(handle: FileHandle, bytes: number, what: string): AsyncGenerator<Buffer, void> {
  const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, Math.max(bytes, 1)));
  for (let left = bytes; left > 0;) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(left, buffer.length));
    if (bytesRead === 0) throw new Error(`${what} ends too soon`);
    left -= bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function describe({ name, path, from }: Part): Promise<ManifestFile> {
  await using handle = await open(path, 'r');
  const { size: bytes } = await handle.stat();
  const hash = createHash('sha256');
  for await (const piece of piecesOf(handle, bytes, path)) hash.update(piece);
  return { name, bytes, sha256: hash.digest('hex'), from };
}

/** Writes the archive to a new file, flushed. @returns its bytes and SHA-256 */
export async function writeArchive(
  path: string,
  parts: readonly Part[],
  about: { readonly version: string; readonly madeAtMs: number },
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const files: ManifestFile[] = [];
  for (const part of parts) files.push(await describe(part));
  const manifest = writeManifest({
    version: about.version,
    made_at: new Date(about.madeAtMs).toISOString(),
    files,
  });
  const modifiedSecs = Math.floor(about.madeAtMs / 1000);
  const hash = createHash('sha256');
  let bytes = 0;
  await using archive = await open(path, NEW, 0o600);
  const write = async (piece: Buffer): Promise<void> => {
    for (let at = 0; at < piece.length;) at += (await archive.write(piece, at)).bytesWritten;
    hash.update(piece);
    bytes += piece.length;
  };
  await write(tarHeader({ name: MANIFEST, bytes: manifest.length, modifiedSecs }));
  await write(manifest);
  await write(Buffer.alloc(paddingOf(manifest.length)));
  for (const [index, part] of parts.entries()) {
    const file = files[index]!;
    await using source = await open(part.path, 'r');
    await write(tarHeader({ name: file.name, bytes: file.bytes, modifiedSecs }));
    for await (const piece of piecesOf(source, file.bytes, part.path)) await write(piece);
    await write(Buffer.alloc(paddingOf(file.bytes)));
  }
  await write(TAR_END);
  await archive.sync();
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * Reads an archive through, checks each file and writes it where `placeOf` says, new, private and flushed.
 * @throws Error that says what is not as it was written
 */
export async function readArchive(path: string, placeOf: (name: string) => string): Promise<Manifest> {
  await using archive = await open(path, 'r');

  async function take(bytes: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of piecesOf(archive, bytes, 'it')) pieces.push(Buffer.from(piece));
    return Buffer.concat(pieces);
  }

  const first = readTarHeader(await take(BLOCK));
  if (first?.name !== MANIFEST || first.bytes > MAX_MANIFEST_BYTES)
    throw new Error(`it does not begin with a ${MANIFEST}`);
  const manifest = readManifest(await take(first.bytes));
  await take(paddingOf(first.bytes));
  for (const file of manifest.files) {
    const header = readTarHeader(await take(BLOCK));
    if (header?.name !== file.name || header.bytes !== file.bytes)
      throw new Error(`${file.name} is not in it as its ${MANIFEST} says`);
    await using target = await open(placeOf(file.name), NEW, 0o600);
    const hash = createHash('sha256');
    for await (const piece of piecesOf(archive, file.bytes, file.name)) {
      hash.update(piece);
      for (let at = 0; at < piece.length;) at += (await target.write(piece, at)).bytesWritten;
    }
    if (hash.digest('hex') !== file.sha256) throw new Error(`${file.name} in it is not as it was written`);
    await target.sync();
    await take(paddingOf(file.bytes));
  }
  if (!(await take(TAR_END.length)).equals(TAR_END))
    throw new Error(`it holds more than its ${MANIFEST} says`);
  return manifest;
}
