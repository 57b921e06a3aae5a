/** What is so about files and directories, and what may be said of it. Looking changes nothing. */
import { constants } from 'node:fs';
import { access, lstat, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

import { fault, ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import { fileProblem, shellWord } from '../private-file.ts';

export interface PathFacts {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'other' | 'absent' | 'unreadable';
  readonly isLink: boolean;
  /** Undefined where there are no owners (Windows) and where there is nothing. */
  readonly uid: number | undefined;
  /** The twelve permission bits. */
  readonly mode: number;
  /** By the user who asks. */
  readonly readable: boolean;
  readonly writable: boolean;
}

export interface DirectoryFacts extends PathFacts {
  /** The path itself, or the nearest above it that exists. */
  readonly existing: string;
  /** Whether something can be made there. */
  readonly existingWritable: boolean;
  /** Of the file system; undefined when nobody knows. */
  readonly freeBytes: number | undefined;
}

async function may(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

/** Follows a link, and tells that it is one. Never throws. */
export async function lookAtPath(path: string): Promise<PathFacts> {
  const nothing = { path, isLink: false, uid: undefined, mode: 0, readable: false, writable: false };
  try {
    const isLink = (await lstat(path)).isSymbolicLink();
    const facts = await stat(path);
    return {
      path,
      kind: facts.isFile() ? 'file' : facts.isDirectory() ? 'directory' : 'other',
      isLink,
      uid: process.platform === 'win32' ? undefined : facts.uid,
      mode: facts.mode & 0o7777,
      readable: await may(path, constants.R_OK),
      writable: await may(path, facts.isDirectory() ? constants.W_OK | constants.X_OK : constants.W_OK),
    };
  } catch (cause) {
    return { ...nothing, kind: fileProblem(cause) === 'does not exist' ? 'absent' : 'unreadable' };
  }
}

/** Never throws. */
export async function lookAtDirectory(path: string): Promise<DirectoryFacts> {
  const facts = await lookAtPath(path);
  let existing = facts;
  while (existing.kind === 'absent' && dirname(existing.path) !== existing.path) {
    existing = await lookAtPath(dirname(existing.path));
  }
  const freeBytes = await statfs(existing.path).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
  return { ...facts, existing: existing.path, existingWritable: existing.writable, freeBytes };
}

/** Less free space than this and the next write may fail. */
export const LEAST_FREE_BYTES = 100 * 1024 * 1024;
/** Less than this will not last long. */
export const LOW_FREE_BYTES = 1024 * 1024 * 1024;

const MEGABYTE = 1024 * 1024;
const OTHERS_WRITE = 0o022;
const OTHERS = 0o077;

const inMegabytes = (bytes: number): string => `${Math.floor(bytes / MEGABYTE)} MiB`;
export const octal = (mode: number): string => mode.toString(8).padStart(4, '0');

export interface DirectoryRules {
  /** Who should own it; undefined: anybody. */
  readonly owner: number | undefined;
  /** Whether others may not even look into it. */
  readonly private: boolean;
  /** How to make it elsewhere: the command. */
  readonly elsewhere: string;
}

/** A directory a program writes to. Pure. */
export function judgeDirectory(facts: DirectoryFacts, { owner, ...rules }: DirectoryRules): Finding {
  const { path, existing, freeBytes } = facts;
  const word = shellWord(path);
  if (facts.kind === 'unreadable')
    return fault(`${path} cannot be looked at by this user`, `当前用户无法查看 ${path}`, `ls -ld ${word}`);
  if (facts.kind !== 'absent' && facts.kind !== 'directory')
    return fault(`${path} is not a directory`, `${path} 不是目录`, `mv ${word} ${shellWord(`${path}.old`)}`);
  if (facts.kind === 'directory' && owner !== undefined && facts.uid !== owner)
    return fault(
      `${path} belongs to user ${facts.uid}, not to ${owner}`,
      `${path} 属于用户 ${facts.uid}，而不是 ${owner}`,
      `sudo chown -R ${owner} ${word}`,
    );
  if (facts.kind === 'directory' && facts.uid !== undefined && facts.mode & OTHERS_WRITE)
    return fault(
      `${path} can be changed by others (mode ${octal(facts.mode)})`,
      `其他用户可以改写 ${path}（权限 ${octal(facts.mode)}）`,
      `chmod ${rules.private ? '700' : 'go-w'} ${word}`,
    );
  if (!facts.existingWritable)
    return fault(
      `${existing} cannot be written by this user${existing === path ? '' : `, so ${path} cannot be made`}`,
      `当前用户不能写入 ${existing}${existing === path ? '' : `，无法建立 ${path}`}`,
      existing === path ? `sudo chown -R "$(id -u)" ${word}` : rules.elsewhere,
    );
  if (freeBytes !== undefined && freeBytes < LEAST_FREE_BYTES)
    return fault(
      `only ${inMegabytes(freeBytes)} are free for ${path}`,
      `${path} 所在磁盘只剩 ${inMegabytes(freeBytes)}`,
      `sudo du -xh --max-depth=2 ${shellWord(existing)} | sort -h | tail`,
    );
  if (facts.kind === 'directory' && rules.private && facts.uid !== undefined && facts.mode & OTHERS)
    return warning(
      `others can look into ${path} (mode ${octal(facts.mode)})`,
      `其他用户可以查看 ${path}（权限 ${octal(facts.mode)}）`,
      `chmod 700 ${word}`,
    );
  if (freeBytes !== undefined && freeBytes < LOW_FREE_BYTES)
    return warning(
      `only ${inMegabytes(freeBytes)} are free for ${path}`,
      `${path} 所在磁盘只剩 ${inMegabytes(freeBytes)}`,
      `sudo du -xh --max-depth=2 ${shellWord(existing)} | sort -h | tail`,
    );
  const free = freeBytes === undefined ? '' : inMegabytes(freeBytes);
  return facts.kind === 'absent'
    ? ok(`${path} will be made at the first start`, `${path} 将在首次启动时建立`)
    : ok(`${path} can be written, ${free} free`, `${path} 可写，剩余 ${free}`);
}

/** A file only its owner may open. Undefined: nothing is wrong with it, or it is not there. Pure. */
export function judgePrivateFile(facts: PathFacts, owner: number | undefined): Finding | undefined {
  const { path, kind, uid, mode } = facts;
  const word = shellWord(path);
  if (kind === 'absent') return undefined;
  if (kind === 'unreadable')
    return fault(`${path} cannot be looked at by this user`, `当前用户无法查看 ${path}`, `ls -l ${word}`);
  if (kind !== 'file')
    return fault(
      `${path} is not a regular file`,
      `${path} 不是普通文件`,
      `mv ${word} ${shellWord(`${path}.old`)}`,
    );
  if (owner !== undefined && uid !== undefined && uid !== owner)
    return fault(
      `${path} belongs to user ${uid}, not to ${owner}`,
      `${path} 属于用户 ${uid}，而不是 ${owner}`,
      `sudo chown ${owner} ${word}`,
    );
  if (uid !== undefined && mode & OTHERS)
    return fault(
      `${path} is open to others (mode ${octal(mode)})`,
      `其他用户可以访问 ${path}（权限 ${octal(mode)}）`,
      `chmod 600 ${word}`,
    );
  if (!facts.readable)
    return fault(
      `${path} may not be read by this user`,
      `当前用户不能读取 ${path}`,
      `sudo chown "$(id -u)" ${word}`,
    );
  return undefined;
}
