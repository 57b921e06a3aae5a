/**
 * The applications of this host, as the server is told of them: everything with `register`, and the whole list again
 * whenever it has changed.
 *
 *   watch ──something happened──► DEBOUNCE_MS ──► scan ──┐
 *   every LOOK_EVERY_MS: what cannot be watched ► scan ──┼──► status of each ──► changed? ──► app_info
 *                        processes ──────────────────────┘
 *   every FULL_LOOK_TURNS-th time: everything
 *
 * At rest, with no application and nothing that cannot be watched, only the last of these is left: a host without
 * applications is not woken for them.
 */
import { join } from 'node:path';

import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { ClientMessage } from '@ops/protocol/wire/messages.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import { filesOf } from './app-files.ts';
import type { AppFacts } from './app-files.ts';
import { fitting, MAX_APP_INFO_BYTES, MAX_REGISTER_APPS_BYTES } from './fitting.ts';
import { createProcessLooks } from './pid.ts';
import type { ProcessLook, ProcessLooks } from './pid.ts';
import { createScanner } from './scan.ts';
import type { Base, Scanner } from './scan.ts';
import { appInfoOf } from './status.ts';
import { createDirectoryWatch } from './watch.ts';
import type { StartWatch, Watched } from './watch.ts';

/** What is under way in a directory is over by then, more often than not. */
export const DEBOUNCE_MS = 200;
/** That a process has ended no directory tells. With the debounce a change is known in less than 3 s. */
export const LOOK_EVERY_MS = 2_000;
/** Once a minute, should the system have told less than all. */
export const FULL_LOOK_TURNS = 30;

/** The base directory among what is watched; no application has this name. */
const BASE = '';

export interface AppsNeeds {
  readonly baseDir: string;
  /** This host refuses every action. */
  readonly readonly: boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** @returns false when the link is not ready */
  readonly send: (message: ClientMessage) => boolean;
  readonly scanner?: Scanner;
  readonly looks?: ProcessLooks;
  readonly startWatch?: StartWatch;
}

/** An application as it is at this moment. */
export interface AppNow {
  readonly facts: AppFacts;
  readonly info: AppInfo;
  readonly look: ProcessLook | undefined;
  /** Why nothing of it may be run, as a sentence. */
  readonly unsafe: string | undefined;
}

export interface Apps {
  /** Looks for the first time, and goes on looking. */
  start(): void;
  /** For `register`: taken for known to the server. */
  introduce(): AppInfo[];
  /** The link is ready: what `register` had no room for. */
  ready(): void;
  /** Looks at one of them now, and tells the server what has changed. */
  look(name: string): AppNow | undefined;
  stop(): void;
}

interface Judged {
  readonly facts: AppFacts;
  readonly look: ProcessLook | undefined;
  readonly baseUnsafe: string | undefined;
  readonly info: AppInfo;
}

export function createApps(needs: AppsNeeds): Apps {
  const { baseDir, readonly, clock, log, send } = needs;
  const scanner = needs.scanner ?? createScanner(baseDir, clock);
  const looks = needs.looks ?? createProcessLooks(clock);
  const watch = createDirectoryWatch(happened, needs.startWatch);
  const pending = new Set<string>();
  let soon: Timer | undefined;
  let next: Timer | undefined;
  let atRest = false;
  let unwatched: ReadonlySet<string> = new Set([BASE]);
  let judged = new Map<string, Judged>();
  /** As the server knows them. */
  let told = '[]';
  let warned: string | undefined;
  let turn = 0;
  let stopped = false;

  function happened(key: string): void {
    pending.add(key);
    soon ??= clock.after(DEBOUNCE_MS, () => {
      soon = undefined;
      refresh(pending.has(BASE) ? undefined : [...pending]);
      pending.clear();
    });
  }

  const nothingToDo = (): boolean => scanner.apps.size === 0 && unwatched.size === 0;

  function goOn(): void {
    next?.cancel();
    atRest = nothingToDo();
    next = clock.after(atRest ? FULL_LOOK_TURNS * LOOK_EVERY_MS : LOOK_EVERY_MS, () => {
      look();
      goOn();
    });
  }

  function look(): void {
    const isFull = ++turn % FULL_LOOK_TURNS === 0 || atRest || unwatched.has(BASE);
    watch.calm();
    if (isFull) refresh();
    else if (unwatched.size > 0) refresh([...unwatched]);
    else publish();
  }

  /** Scans these, or all, and tells the server what has changed. */
  function refresh(names?: readonly string[]): void {
    if (stopped) return;
    scanner.look(names);
    warn(scanner.base);
    follow();
    publish();
    if (atRest && !nothingToDo()) goOn();
  }

  function follow(): void {
    const { base } = scanner;
    const directories = new Map<string, Watched>();
    const isWatched = base.exists && base.unsafe === undefined;
    if (isWatched) {
      directories.set(BASE, { path: baseDir, inode: base.inode });
      for (const [name, { facts, inode }] of scanner.apps) {
        if (facts.unsafe !== undefined) continue;
        directories.set(name, { path: join(baseDir, name), inode, files: new Set(filesOf(name)) });
      }
    }
    const failed = new Set(watch.follow(directories));
    if (!isWatched) failed.add(BASE);
    for (const [name, { facts }] of scanner.apps) if (facts.unsafe !== undefined) failed.add(name);
    unwatched = failed;
  }

  function warn({ unsafe, unreadable, ignored }: Base): void {
    const sentence = unreadable ?? unsafe ?? (ignored > 0 ? 'some entries are no applications' : undefined);
    if (sentence === warned) return;
    warned = sentence;
    if (sentence !== undefined)
      log.warn('The directory of applications is not as it should be', { sentence, ignored });
  }

  function judge({ facts }: { readonly facts: AppFacts }): Judged {
    const { pidFile } = facts;
    const seen = pidFile.kind === 'pid' ? looks.look(pidFile.pid) : undefined;
    const baseUnsafe = scanner.base.unsafe;
    const before = judged.get(facts.name);
    if (before && before.facts === facts && before.look === seen && before.baseUnsafe === baseUnsafe)
      return before;
    return { facts, look: seen, baseUnsafe, info: appInfoOf(facts, { look: seen, baseUnsafe, readonly }) };
  }

  /** @returns whether anything was judged anew */
  function judgeAll(): boolean {
    const now = new Map<string, Judged>();
    let isSame = scanner.apps.size === judged.size;
    for (const [name, found] of scanner.apps) {
      const each = judge(found);
      now.set(name, each);
      isSame &&= judged.get(name) === each;
    }
    judged = now;
    return !isSame;
  }

  const list = (maxBytes: number): AppInfo[] =>
    fitting(
      [...judged.values()].map(({ info }) => info),
      maxBytes,
    );

  function publish(): void {
    if (!judgeAll() && told !== '') return;
    tell();
  }

  function tell(): void {
    const infos = list(MAX_APP_INFO_BYTES);
    const text = JSON.stringify(infos);
    if (text === told) return;
    // While the link is down nothing is told; `register` will.
    told = send({ type: 'app_info', app_info: infos }) ? text : '';
  }

  return {
    start() {
      refresh();
      goOn();
    },
    introduce() {
      judgeAll();
      const infos = list(MAX_REGISTER_APPS_BYTES);
      told = JSON.stringify(infos);
      return infos;
    },
    ready: tell,
    look(name) {
      refresh([name]);
      const now = judged.get(name);
      return now && { ...now, unsafe: now.baseUnsafe ?? now.facts.unsafe };
    },
    stop() {
      stopped = true;
      soon?.cancel();
      next?.cancel();
      watch.close();
    },
  };
}
