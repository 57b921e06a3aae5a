/**
 * Brings a SQLite schema up to date. Every step, its row in `migrations` and the check of its foreign keys are one
 * transaction: a crash at any moment leaves the schema before or after a step, never between. Before an existing
 * database is changed a copy is kept beside it.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

import type { Migration } from '../migration.ts';
import { messageOf, StorageOpenError } from '../storage-error.ts';

const BEGIN = 'BEGIN IMMEDIATE';
const COMMIT = 'COMMIT';
const ROLLBACK = 'ROLLBACK';

const BOOKKEEPING = `
  CREATE TABLE migrations (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE write_probe (id INTEGER PRIMARY KEY, filler BLOB NOT NULL) STRICT;
`;

/** @returns the version after it. @throws StorageOpenError `newer`, `unusable` */
export function migrate(
  db: DatabaseSync,
  path: string,
  migrations: readonly Migration[],
  nowMs: number,
): number {
  const newest = migrations.at(-1)?.version ?? 0;
  const found = versionOf(db, path);
  if (found > newest) {
    throw new StorageOpenError(
      'newer',
      `${path} was written by a newer ops-server (schema ${found}, this program knows up to ${newest}): start that version, or put back a copy from before it`,
    );
  }
  if (found === newest) return found;
  if (found > 0) keepCopy(db, path, newest);
  // Tables are rebuilt by some steps; the check before each commit takes the place of enforcement meanwhile.
  db.exec(PRAGMA_FOREIGN_KEYS.off);
  try {
    for (const step of migrations) if (step.version > found) apply(db, path, step, nowMs);
  } finally {
    db.exec(PRAGMA_FOREIGN_KEYS.on);
  }
  return newest;
}

const PRAGMA_FOREIGN_KEYS = { off: 'PRAGMA foreign_keys = OFF', on: 'PRAGMA foreign_keys = ON' } as const;

/** Name of the copy that is kept before a database is brought to `version`. */
export function copyName(path: string, version: number): string {
  return `${path}.before-${version}`;
}

function apply(db: DatabaseSync, path: string, step: Migration, nowMs: number): void {
  db.exec(BEGIN);
  try {
    const current = versionOf(db, path);
    if (current < step.version) {
      if (current === 0) db.exec(BOOKKEEPING);
      db.exec(step.sql.sqlite);
      const broken = db.prepare('PRAGMA foreign_key_check').get();
      if (broken)
        throw new Error(
          `migration ${step.version} leaves ${String(broken['table'])} with a broken reference`,
        );
      db.prepare('INSERT INTO migrations VALUES (?, ?, ?)').run(step.version, step.name, nowMs);
    }
    db.exec(COMMIT);
  } catch (cause) {
    if (db.isTransaction) db.exec(ROLLBACK);
    throw cause;
  }
}

function versionOf(db: DatabaseSync, path: string): number {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  if (tables.length === 0) return 0;
  if (!tables.some(({ name }) => name === 'migrations')) {
    throw new StorageOpenError(
      'unusable',
      `${path} has tables but is no database of ops-server: move it away or choose another data directory`,
    );
  }
  return Number(db.prepare('SELECT max(version) AS version FROM migrations').get()?.['version'] ?? 0);
}

/** Under a temporary name until it is complete and on disk, so that a copy which is there can be trusted. */
function keepCopy(db: DatabaseSync, path: string, version: number): void {
  const partial = `${copyName(path, version)}.partial`;
  rmSync(partial, { force: true });
  closeSync(openSync(partial, 'wx', 0o600));
  try {
    db.prepare('VACUUM INTO ?').run(partial);
    sync(partial);
    renameSync(partial, copyName(path, version));
    sync(dirname(path));
  } catch (cause) {
    rmSync(partial, { force: true });
    throw new StorageOpenError(
      'unusable',
      `cannot keep a copy of ${basename(path)} before changing it (${messageOf(cause)}): make room in ${dirname(path)}`,
      { cause },
    );
  }
}

function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
