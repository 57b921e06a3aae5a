/**
 * Our files in places others can write to, such as /tmp: somebody may have laid a link, a pipe or a file of their own
 * where ours belongs. A file is opened without following links, then judged by its descriptor: regular, ours, linked
 * once, in a directory where nobody else can exchange it. Windows has neither owners nor modes of this kind.
 */
import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { fileProblem, shellWord, UnsafeFile } from './private-file.ts';
import type { Random } from './random.ts';

/** Without O_NONBLOCK opening a pipe would wait for its other end. */
const GUARDS = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const PRIVATE = 0o600;
const STICKY = 0o1000;
const WRITABLE_BY_OTHERS = 0o022;

/** An identity or a key, never more. */
export const MAX_PRIVATE_FILE_BYTES = 4096;
/** Looks at an empty file before it is taken for one whose maker died: another process may be writing it just now. */
const LOOKS = 50;

const ourselves = (): number | undefined => process.geteuid?.();

type Facts = Pick<Stats, 'uid' | 'mode' | 'nlink' | 'isFile'>;

/** Pure. What is wrong with a file as its descriptor shows it, as the end of a sentence. */
export function faultOfFile(facts: Facts, path: string, owner: number | undefined): string | undefined {
  if (!facts.isFile()) return 'is not a regular file';
  if (owner === undefined) return undefined;
  if (facts.uid !== owner) return `belongs to another user (${facts.uid})`;
  if (facts.nlink !== 1) return `has ${facts.nlink} names; it may have only one`;
  if (facts.mode & WRITABLE_BY_OTHERS) return `can be changed by others: run chmod 600 ${shellWord(path)}`;
  return undefined;
}

/** Pure. What is wrong with the directory a file lies in. */
export function faultOfDirectory(
  facts: Facts,
  directory: string,
  owner: number | undefined,
): string | undefined {
  if (owner === undefined) return undefined;
  if (facts.uid !== owner && facts.uid !== 0)
    return `lies in ${directory}, which belongs to another user (${facts.uid})`;
  if (facts.mode & WRITABLE_BY_OTHERS && !(facts.mode & STICKY)) {
    return `lies in ${directory}, where others can exchange it: run chmod go-w ${shellWord(directory)}`;
  }
  return undefined;
}

async function checkDirectory(path: string): Promise<void> {
  const directory = dirname(path);
  let facts;
  try {
    facts = await stat(directory);
  } catch (cause) {
    const problem = fileProblem(cause);
    const mend = problem === 'does not exist' ? `: run mkdir -p ${shellWord(directory)}` : '';
    throw new UnsafeFile(path, `lies in ${directory}, which ${problem}${mend}`, cause);
  }
  const fault = faultOfDirectory(facts, directory, ourselves());
  if (fault !== undefined) throw new UnsafeFile(path, fault);
}

/** @returns undefined when there is no file and none is to be made. @throws UnsafeFile */
async function openChecked(path: string, flags: number): Promise<FileHandle | undefined> {
  let handle;
  try {
    handle = await open(path, flags | GUARDS, PRIVATE);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) {
      if (cause.code === 'ENOENT' && !(flags & constants.O_CREAT)) return undefined;
      if (cause.code === 'EEXIST') return undefined;
      if (cause.code === 'ELOOP') throw new UnsafeFile(path, 'is a link', cause);
      if (cause.code === 'ENXIO') throw new UnsafeFile(path, 'is not a regular file', cause);
    }
    throw new UnsafeFile(path, fileProblem(cause), cause);
  }
  try {
    const facts = await handle.stat();
    const fault = faultOfFile(facts, path, ourselves());
    if (fault !== undefined) throw new UnsafeFile(path, fault);
    // Older than us, or made by hand: others could only read it, and from now on they cannot.
    if (ourselves() !== undefined && facts.mode & 0o077) await handle.chmod(PRIVATE);
    return handle;
  } catch (cause) {
    await handle.close();
    throw cause;
  }
}

async function readWhole(path: string, handle: FileHandle): Promise<string> {
  const { size } = await handle.stat();
  if (size > MAX_PRIVATE_FILE_BYTES)
    throw new UnsafeFile(path, `is larger than ${MAX_PRIVATE_FILE_BYTES} bytes`);
  return handle.readFile('utf8');
}

async function fill(handle: FileHandle, text: string, directory: string): Promise<void> {
  await handle.writeFile(text);
  await handle.sync();
  await flushDirectory(directory);
}

/** Names in it are as durable as what they name. */
async function flushDirectory(directory: string): Promise<void> {
  if (ourselves() === undefined) return;
  const folder = await open(directory, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * A small file that is made once (mode 0600, flushed) and read ever after. Two processes that start at once agree on
 * one text; a file left empty by a crash is filled.
 * @param make the text of a new file
 * @throws UnsafeFile
 */
export async function readOrCreatePrivateFile(
  path: string,
  make: () => string,
): Promise<{ readonly text: string; readonly created: boolean }> {
  await checkDirectory(path);
  for (let look = 1; ; look++) {
    const flags = look < LOOKS ? constants.O_RDONLY : constants.O_RDWR;
    const found = await openChecked(path, flags);
    const made = found
      ? undefined
      : await openChecked(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
    const handle = found ?? made;
    // Somebody else made it between the two.
    if (!handle) continue;
    try {
      const text = found ? await readWhole(path, found) : '';
      if (text !== '') return { text, created: false };
      if (found && look < LOOKS) continue;
      const fresh = make();
      await fill(handle, fresh, dirname(path));
      return { text: fresh, created: true };
    } finally {
      await handle.close();
    }
  }
}

/**
 * Puts a small private file (mode 0600, flushed) in the place of whatever has this name: after a crash it holds the old
 * text or the new one, whole.
 * @throws UnsafeFile
 */
export async function replacePrivateFile(path: string, text: string, random: Random): Promise<void> {
  await checkDirectory(path);
  const partial = `${path}.${random.bytes(4).toString('hex')}`;
  const handle = await openChecked(partial, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
  if (!handle) throw new UnsafeFile(partial, 'is there already');
  try {
    await handle.writeFile(text);
    await handle.sync();
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    throw cause instanceof UnsafeFile ? cause : new UnsafeFile(path, fileProblem(cause), cause);
  } finally {
    await handle.close();
  }
  await flushDirectory(dirname(path));
}

/** A file of ours to append to, made with mode 0600 when there is none. The caller closes it. @throws UnsafeFile */
export async function openPrivateAppend(path: string): Promise<FileHandle> {
  await checkDirectory(path);
  const handle = await openChecked(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
  if (!handle) throw new UnsafeFile(path, 'cannot be made');
  return handle;
}
