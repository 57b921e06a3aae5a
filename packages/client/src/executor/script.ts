/**
 * Opens a script so that what was judged is what runs: each part of the path by the descriptor of the one above it and
 * without following links, then the file by its own descriptor, which the interpreter is given. Whoever swaps the path
 * afterwards changes nothing (S-25).
 */
import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

export const MAX_SCRIPT_BYTES = 1024 * 1024;
const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;
const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Without O_NONBLOCK opening a pipe would wait for its other end. */
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The script as its interpreter sees it. */
export const SCRIPT_DESCRIPTOR = '/proc/self/fd/3';

export const INTERPRETERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  sh: ['bash'],
  py: ['python3', '-I'],
  pl: ['perl'],
  rb: ['ruby'],
};

/** Why a script is not run, as the end of a sentence that begins with its path. */
export class UnsafeScript extends Error {
  constructor(path: string, problem: string) {
    super(`${path} ${problem}`);
    this.name = 'UnsafeScript';
  }
}

/**
 * Pure.
 * @param kind the script, the directory it lies in, or one above that
 * @param owners who may have written it
 */
export function faultOfScript(
  facts: Pick<Stats, 'uid' | 'mode' | 'nlink' | 'size' | 'isFile' | 'isDirectory'>,
  kind: 'file' | 'folder' | 'directory',
  owners: readonly number[],
): string | undefined {
  if (kind !== 'file' && !facts.isDirectory()) return 'is not a directory';
  if (kind === 'file') {
    if (!facts.isFile()) return 'is not a regular file';
    if (facts.nlink !== 1) return `has ${facts.nlink} names; it may have only one`;
    if (facts.size > MAX_SCRIPT_BYTES) return `is larger than ${MAX_SCRIPT_BYTES} bytes`;
  }
  if (!owners.includes(facts.uid)) return `belongs to user ${facts.uid}, not to root or to the client's user`;
  // In a sticky directory, /tmp for one, others may add names but not exchange those of somebody else.
  if (facts.mode & WRITABLE_BY_OTHERS && !(kind === 'directory' && facts.mode & STICKY)) {
    return 'can be changed by others: run chmod go-w on it';
  }
  return undefined;
}

function why(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'ELOOP' || code === 'ENOTDIR') return 'is a link or no directory';
  if (code === 'EACCES') return 'may not be read by this user';
  return `cannot be opened (${code})`;
}

/**
 * @param path absolute, judged by the policy: no empty, hidden or `..` part
 * @returns the open script; the caller closes it
 * @throws UnsafeScript
 */
export async function openScript(
  path: string,
  owners: readonly number[] = [0, process.geteuid?.() ?? 0],
): Promise<FileHandle> {
  const parts = path.split('/').slice(1);
  let above = await opened('/', '/', DIRECTORY);
  let reached = '';
  for (const [index, part] of parts.entries()) {
    const isFile = index === parts.length - 1;
    const kind = isFile ? 'file' : index === parts.length - 2 ? 'folder' : 'directory';
    reached += `/${part}`;
    let handle: FileHandle;
    try {
      handle = await opened(reached, `/proc/self/fd/${above.fd}/${part}`, isFile ? FILE : DIRECTORY);
    } finally {
      await above.close();
    }
    const fault = faultOfScript(await handle.stat(), kind, owners);
    if (fault !== undefined) {
      await handle.close();
      throw new UnsafeScript(reached, fault);
    }
    above = handle;
  }
  return above;
}

async function opened(shown: string, path: string, flags: number): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (cause) {
    throw new UnsafeScript(shown, why(cause));
  }
}
