/** A copy of a SQLite file as it is at one moment, while others write to it. */
import { backup, DatabaseSync } from 'node:sqlite';

import { createPrivately } from '../storage/data-directory.ts';

/** All in one step: the copy is of one moment, whatever is written meanwhile, and never begun anew. */
const ALL_PAGES = 2 ** 31 - 1;
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Reads as everybody else does, so that nobody waits; what is committed when it begins is in it.
 * @param to a new file, which no log belongs to afterwards
 * @throws Error when the copy is not sound, or node:sqlite's
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  createPrivately(to);
  const source = new DatabaseSync(from, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    await backup(source, to, { rate: ALL_PAGES });
  } finally {
    source.close();
  }
  checkDatabase(to);
}

/** Reads every page. @throws Error that names the file */
export function checkDatabase(path: string): void {
  const copy = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    copy.prepare('PRAGMA journal_mode = DELETE').get();
    const found = copy.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (found !== 'ok') throw new Error(`${path} is damaged: ${String(found)}`);
  } finally {
    copy.close();
  }
}
