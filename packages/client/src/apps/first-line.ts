/**
 * The first line of a small file that others may have prepared: no link is followed, no pipe is waited for, and of a
 * large file only the beginning is read.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { Stats } from 'node:fs';

import { MAX_APP_TEXT } from '@ops/protocol/domain/app.ts';
import { visible } from '@ops/protocol/schema.ts';

/** Enough for every line that is not cut anyway. */
export const MAX_FIRST_LINE_BYTES = 4096;
/** Without O_NONBLOCK opening a pipe would wait for its other end. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

const buffer = Buffer.alloc(MAX_FIRST_LINE_BYTES);

/** The end of a sentence that begins with a file's name, for what is not a regular file with one name. */
export function faultOfKind(facts: Pick<Stats, 'isFile' | 'isSymbolicLink' | 'nlink'>): string | undefined {
  if (facts.isSymbolicLink()) return 'is a link';
  if (!facts.isFile()) return 'is not a regular file';
  if (facts.nlink > 1) return `has ${facts.nlink} names; it may have only one`;
  return undefined;
}

export function problemOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  if (code === 'ENOENT') return 'is gone';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user';
  if (code === 'ELOOP') return 'is a link';
  return `cannot be read (${code})`;
}

/** At most MAX_APP_TEXT characters, none of which can harm a terminal or a page. Invalid UTF-8 becomes U+FFFD. */
export function cleanLine(text: string): string {
  return visible(text.trim())
    .slice(0, MAX_APP_TEXT)
    .replace(/[\ud800-\udbff]$/, '');
}

/** @throws Error of the file system, or with a sentence's end when it is not a regular file */
export function readFirstLine(path: string): { readonly line: string; readonly writtenAtMs: number } {
  const fd = openSync(path, FLAGS);
  try {
    const facts = fstatSync(fd);
    const fault = faultOfKind(facts);
    if (fault !== undefined) throw new NotRegular(fault);
    const length = readSync(fd, buffer, 0, MAX_FIRST_LINE_BYTES, 0);
    const text = buffer.toString('utf8', 0, length);
    return { line: text.split(/[\r\n]/, 1)[0] ?? '', writtenAtMs: facts.mtimeMs };
  } finally {
    closeSync(fd);
  }
}

export class NotRegular extends Error {}
