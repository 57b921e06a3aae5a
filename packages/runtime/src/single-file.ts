/**
 * What a program carries in itself when it was built as a single file (`npm run build`). Run from source it carries
 * nothing and reads the repository. No other file asks which of the two it is.
 */
import { getAsset, getAssetKeys, getRawAsset, isSea } from 'node:sea';

/** What is inside, by name. */
export interface SingleFile {
  /** Those that begin so. */
  names(prefix: string): string[];
  /** @throws Error when there is none of that name */
  text(name: string): string;
  /** Not a copy but a view of the program file: it takes no memory, and writing into it ends the process. */
  bytes(name: string): Buffer;
}

/** Names of what is inside; the build puts it there, and the programs find it. */
export const INSIDE = {
  /** The commit it was built from. */
  commit: 'commit',
  /** The time of that commit, in milliseconds since 1970. */
  releasedAt: 'released-at',
  /** The writer thread of the database. */
  writer: 'writer-worker.js',
  /** The installer of ops-client. */
  installer: 'install.sh',
  /** Before the names of the console's files. */
  web: 'web/',
} as const;

/** Undefined when run from source. */
export function singleFile(): SingleFile | undefined {
  if (!isSea()) return undefined;
  return {
    names: (prefix) => getAssetKeys().filter((name) => name.startsWith(prefix)),
    text: (name) => getAsset(name, 'utf8'),
    bytes: (name) => Buffer.from(getRawAsset(name)),
  };
}

/** `1.0.0 (1a2b3c4d5e6f)`: with the commit where it is known. */
export function describeVersion(version: string): string {
  const commit = singleFile()?.text(INSIDE.commit);
  return commit === undefined ? version : `${version} (${commit})`;
}

/** Which release runs; undefined when run from source, which is older than every release. */
export function ownRelease(
  version: string,
): { version: string; commit: string; released_at: number } | undefined {
  const file = singleFile();
  if (!file) return undefined;
  return { version, commit: file.text(INSIDE.commit), released_at: Number(file.text(INSIDE.releasedAt)) };
}
