/**
 * What lies in the base directory: one subdirectory for each application. It may have been prepared by anybody, so
 * nothing is followed, waited for or read whole, and everything that is wrong becomes a sentence beside the app.
 *
 *   base directory ── changed? ──► names ──► each: has one of six times changed? ── yes ──► read again
 *                                                                          └── no ───► as before
 */
import { lstatSync, opendirSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';

import { APP_NAME_PATTERN, MAX_APP_PID, MAX_APPS, MIN_APP_PID } from '@ops/protocol/domain/app.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import { faultOfScript } from '../executor/script.ts';
import { filesOf } from './app-files.ts';
import type { AppFacts, PidFile } from './app-files.ts';
import { cleanLine, faultOfKind, NotRegular, problemOf, readFirstLine } from './first-line.ts';

/** Entries of the base directory that are looked at; what comes after them is not shown. */
export const MAX_ENTRIES = 10_000;
/** What changed so recently may change again without its time changing: it is read again the next time. */
export const FRESH_MS = 100;

export interface Base {
  readonly exists: boolean;
  /** Of the directory itself; 0 when there is none. */
  readonly inode: number;
  /** Why nothing below it may be run, as a sentence. */
  readonly unsafe: string | undefined;
  /** Why it could not be read, as a sentence. */
  readonly unreadable: string | undefined;
  /** Directories whose names are no names of applications, and those beyond MAX_APPS or MAX_ENTRIES. */
  readonly ignored: number;
}

/** An application and the inode of its directory, by which a new directory of the same name is told from the old. */
export interface FoundApp {
  readonly facts: AppFacts;
  readonly inode: number;
}

export interface Scanner {
  /** Looks at everything, or at these applications. Never throws. */
  look(names?: Iterable<string>): void;
  readonly base: Base;
  /** By name, in the order of names. */
  readonly apps: ReadonlyMap<string, FoundApp>;
}

interface Kept extends FoundApp {
  /** Of the directory and its files: what `changed` compares. */
  readonly marks: readonly number[];
  readonly isFresh: boolean;
}

/** Its place among the files of an app. */
const SCRIPT = 3;
const ABSENT: PidFile = { kind: 'none' };

function lstat(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** Pure. Digits and nothing else, in the bounds of process numbers. */
export function parsePid(line: string): number | undefined {
  const text = line.trim();
  if (!/^\d{1,7}$/.test(text)) return undefined;
  const pid = Number(text);
  return pid >= MIN_APP_PID && pid <= MAX_APP_PID ? pid : undefined;
}

/** Those who may have written what is run. */
export function ownersOf(user = process.geteuid?.()): readonly number[] {
  return user === undefined ? [] : [0, user];
}

/** @param owners none: this system has no owners and modes */
export function createScanner(
  baseDir: string,
  clock: Pick<Clock, 'wall'>,
  owners: readonly number[] = ownersOf(),
): Scanner {
  let base: Base = { exists: false, inode: 0, unsafe: undefined, unreadable: undefined, ignored: 0 };
  let apps = new Map<string, Kept>();
  let listed:
    | { readonly marks: readonly number[]; readonly isFresh: boolean; readonly names: string[] }
    | undefined;

  const isFresh = (times: readonly number[]): boolean => times.some((at) => at > clock.wall() - FRESH_MS);

  /** Of a directory or file, by its owner and mode. */
  function fault(path: string, facts: Stats, kind: 'file' | 'folder' | 'directory'): string | undefined {
    if (facts.isSymbolicLink()) return `${path} is a link; links are not followed`;
    if (owners.length === 0) return undefined;
    const found = faultOfScript(facts, kind, owners);
    return found === undefined ? undefined : `${path} ${found}`;
  }

  /** The base directory and all above it. */
  function faultOfBase(): string | undefined {
    const parts = baseDir.split('/').filter((part) => part !== '');
    for (let count = 0; count <= parts.length; count++) {
      const path = `/${parts.slice(0, count).join('/')}`;
      const facts = lstat(path);
      const found = facts && fault(path, facts, count === parts.length ? 'folder' : 'directory');
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function lookAtBase(): void {
    let facts;
    try {
      facts = lstat(baseDir);
      if (facts) {
        const marks = marksOf(facts);
        if (!listed || listed.isFresh || differ(listed.marks, marks)) {
          const { names, ignored } = list();
          listed = { marks, isFresh: isFresh([facts.mtimeMs]), names };
          base = { ...base, ignored };
        }
      } else {
        listed = undefined;
      }
      base = {
        exists: facts !== undefined,
        inode: facts?.ino ?? 0,
        unsafe: facts && faultOfBase(),
        unreadable: undefined,
        ignored: facts ? base.ignored : 0,
      };
    } catch (cause) {
      listed = undefined;
      const unreadable = `${baseDir} ${problemOf(cause)}`;
      base = { exists: facts !== undefined, inode: 0, unsafe: undefined, unreadable, ignored: 0 };
    }
  }

  /** Subdirectories and links with the name of an application. */
  function list(): { readonly names: string[]; readonly ignored: number } {
    const names: string[] = [];
    let ignored = 0;
    const directory = opendirSync(baseDir);
    try {
      for (let count = 0; ; count++) {
        const entry = directory.readSync();
        if (!entry) break;
        if (count >= MAX_ENTRIES) {
          ignored++;
          break;
        }
        if (entry.isFile() || entry.name.startsWith('.')) continue;
        if (APP_NAME_PATTERN.test(entry.name)) names.push(entry.name);
        else ignored++;
      }
    } finally {
      directory.closeSync();
    }
    names.sort();
    return { names, ignored };
  }

  function lookAtApp(name: string): Kept | undefined {
    const path = join(baseDir, name);
    const before = apps.get(name);
    let own: Stats | undefined;
    try {
      own = lstat(path);
      if (!own) return undefined;
      if (own.isSymbolicLink())
        return broken(own, name, { unsafe: `${path} is a link; links are not followed` });
      if (!own.isDirectory()) return undefined;
      const files = filesOf(name).map((file) => lstat(join(path, file)));
      const marks = [own, ...files].flatMap(marksOf);
      if (before && !before.isFresh && !differ(before.marks, marks)) return before;
      if (files.every((each) => each === undefined)) return undefined;
      const times = [own, ...files].flatMap((each) => (each ? [each.mtimeMs, each.ctimeMs] : []));
      return { facts: read(name, path, own, files), inode: own.ino, marks, isFresh: isFresh(times) };
    } catch (cause) {
      return broken(own, name, { unreadable: `${path} ${problemOf(cause)}` });
    }
  }

  function read(name: string, path: string, own: Stats, files: readonly (Stats | undefined)[]): AppFacts {
    const [version, branch, commit, , pidFile] = filesOf(name).map((file, at) =>
      at === SCRIPT ? undefined : readIfThere(join(path, file), file, files[at]),
    );
    const unsafe = fault(path, own, 'folder') ?? faultOfFiles(name, path, files);
    const unreadable = [version, branch, commit].find((each) => each?.problem !== undefined)?.problem;
    return {
      name,
      ...(version?.line !== undefined && {
        version: cleanLine(version.line),
        versionAtMs: version.writtenAtMs,
      }),
      ...(branch?.line !== undefined && { branch: cleanLine(branch.line) }),
      ...(commit?.line !== undefined && { commit: cleanLine(commit.line) }),
      hasScript: files[SCRIPT] !== undefined,
      pidFile: pidFileFrom(pidFile),
      ...(unsafe !== undefined && { unsafe }),
      ...(unreadable !== undefined && { unreadable }),
    };
  }

  /** Only the script must have a size and one name; a link among the others is not read, and cannot harm. */
  function faultOfFiles(
    name: string,
    path: string,
    files: readonly (Stats | undefined)[],
  ): string | undefined {
    for (const [at, file] of filesOf(name).entries()) {
      const facts = files[at];
      if (!facts || (at !== SCRIPT && faultOfKind(facts) !== undefined)) continue;
      const found =
        at === SCRIPT ? fault(join(path, file), facts, 'file') : faultOfOwner(join(path, file), facts);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function faultOfOwner(path: string, facts: Stats): string | undefined {
    const { uid, mode, nlink } = facts;
    const shown = { uid, mode, nlink, size: 0, isFile: () => true, isDirectory: () => false };
    const found = owners.length === 0 ? undefined : faultOfScript(shown, 'file', owners);
    return found === undefined ? undefined : `${path} ${found}`;
  }

  return {
    look(names) {
      lookAtBase();
      const wanted = names && new Set(names);
      const next = new Map<string, Kept>();
      let tooMany = 0;
      for (const name of listed?.names ?? []) {
        const known = apps.get(name);
        const app = wanted && known && !wanted.has(name) ? known : lookAtApp(name);
        if (!app) continue;
        if (next.size < MAX_APPS) next.set(name, app);
        else tooMany++;
      }
      apps = next;
      base = { ...base, ignored: base.ignored + tooMany };
    },
    get base() {
      return base;
    },
    get apps() {
      return apps;
    },
  };
}

/** What changes when a file is written, exchanged, given away or opened to others. */
function marksOf(facts: Stats | undefined): number[] {
  return facts
    ? [facts.ino, facts.mtimeMs, facts.ctimeMs, facts.size, facts.mode, facts.uid, facts.nlink]
    : [-1];
}

function differ(one: readonly number[], other: readonly number[]): boolean {
  return one.length !== other.length || one.some((mark, at) => mark !== other[at]);
}

/** Of what nothing more is known than that it is there. Looked at anew each time. */
function broken(own: Stats | undefined, name: string, why: Pick<AppFacts, 'unsafe' | 'unreadable'>): Kept {
  const problem = why.unsafe ?? why.unreadable ?? '';
  const facts: AppFacts = { name, hasScript: false, pidFile: { kind: 'bad', problem }, ...why };
  return { facts, inode: own?.ino ?? 0, marks: [], isFresh: true };
}

interface Line {
  readonly line?: string;
  readonly writtenAtMs?: number;
  readonly problem?: string;
}

function readIfThere(path: string, shown: string, facts: Stats | undefined): Line | undefined {
  if (!facts) return undefined;
  // Looked at before it is opened: to open a device may do something.
  const fault = faultOfKind(facts);
  if (fault !== undefined) return { problem: `${shown} ${fault}` };
  try {
    return readFirstLine(path);
  } catch (cause) {
    return { problem: `${shown} ${cause instanceof NotRegular ? cause.message : problemOf(cause)}` };
  }
}

function pidFileFrom(read: Line | undefined): PidFile {
  if (read === undefined) return ABSENT;
  if (read.line === undefined || read.writtenAtMs === undefined)
    return { kind: 'bad', problem: read.problem ?? 'the pid file cannot be read' };
  const pid = parsePid(read.line);
  if (pid === undefined) {
    const problem = `the pid file holds no process number from ${MIN_APP_PID} to ${MAX_APP_PID}`;
    return { kind: 'bad', problem };
  }
  return { kind: 'pid', pid, writtenAtMs: read.writtenAtMs };
}
