/**
 * The files of a log: today's lines are always in `NAME.log.YYYY-MM-DD`; when that file is full it is renamed to
 * `….1`, later ones to `….2` and so on, `.1` being the oldest of the day.
 */
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open as openFile, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import type { Clock } from './clock.ts';
import type { LogLine, Written } from './log-queue.ts';

/** Full files of one day that are kept; older ones go, so that a flood cannot fill the disk. */
export const MAX_PARTS_A_DAY = 16;
/** How often a file is looked at that somebody may have moved or deleted. */
export const LOOK_AGAIN_MS = 10_000;

const LINE_END = 10;

export interface LogFileOptions {
  readonly directory: string;
  readonly name: string;
  readonly retentionDays: number;
  readonly maxFileBytes: number;
  readonly clock: Clock;
  /** Opens a file as node:fs does; a test puts in one whose disk is full. */
  readonly open?: (path: string, flags: number, mode: number) => Promise<FileHandle>;
}

export interface LogFile {
  write(lines: readonly LogLine[]): Promise<Written>;
  close(): Promise<void>;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly day: string;
  readonly inode: number;
  bytes: number;
  lookAgainAt: number;
  /** It ends inside a line: a write was cut short, or the program was killed in one. */
  torn: boolean;
}

export function createLogFile(options: LogFileOptions): LogFile {
  const { directory, name, retentionDays, maxFileBytes, clock, open = openFile } = options;
  let current: OpenFile | undefined;
  const base = `${name}.log.`;

  async function release(): Promise<void> {
    const file = current;
    current = undefined;
    await file?.handle.close();
  }

  /** O_NOFOLLOW and O_NONBLOCK: a link or a pipe laid in the way is refused instead of followed or waited for. */
  async function openDay(day: string): Promise<OpenFile> {
    await mkdir(directory, { recursive: true, mode: 0o750 });
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;
    const guards = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    const handle = await open(join(directory, base + day), flags | guards, 0o640);
    try {
      const facts = await handle.stat();
      if (!facts.isFile()) throw new Error(`${base + day} is not a regular file`);
      const lookAgainAt = clock.mono() + LOOK_AGAIN_MS;
      const last = Buffer.alloc(1);
      if (facts.size > 0) await handle.read(last, 0, 1, facts.size - 1);
      const torn = facts.size > 0 && last[0] !== LINE_END;
      return { handle, day, inode: facts.ino, bytes: facts.size, lookAgainAt, torn };
    } catch (cause) {
      await handle.close();
      throw cause;
    }
  }

  /** Day and part of a name of ours; undefined for every other name. */
  function parse(file: string): { day: string; part: number } | undefined {
    if (!file.startsWith(base)) return undefined;
    const match = /^(\d{4}-\d{2}-\d{2})(?:\.(\d{1,6}))?$/.exec(file.slice(base.length));
    return match ? { day: match[1]!, part: Number(match[2] ?? 0) } : undefined;
  }

  /** Deletes what is older than the retention, by the dates in the names. What cannot be deleted now stays for tomorrow. */
  async function retain(today: string): Promise<void> {
    const oldest = new Date(Date.parse(`${today}T00:00:00Z`) - retentionDays * 86_400_000)
      .toISOString()
      .slice(0, 10);
    for (const file of await readdir(directory)) {
      const found = parse(file);
      if (found && found.day < oldest) await unlink(join(directory, file)).catch(() => undefined);
    }
  }

  /** Moves the full file aside. */
  async function turnPart(day: string): Promise<void> {
    await release();
    const parts = (await readdir(directory)).map(parse).filter((found) => found?.day === day);
    const next = Math.max(0, ...parts.map((found) => found!.part)) + 1;
    await rename(join(directory, base + day), join(directory, `${base}${day}.${next}`));
    for (const found of parts) {
      if (found!.part > 0 && found!.part <= next - MAX_PARTS_A_DAY) {
        await unlink(join(directory, `${base}${day}.${found!.part}`)).catch(() => undefined);
      }
    }
  }

  async function isStillThere(file: OpenFile): Promise<boolean> {
    if (clock.mono() < file.lookAgainAt) return true;
    file.lookAgainAt = clock.mono() + LOOK_AGAIN_MS;
    const facts = await stat(join(directory, base + file.day)).catch(() => undefined);
    return facts?.ino === file.inode;
  }

  async function fileFor(day: string, bytes: number): Promise<OpenFile> {
    if (current && (current.day !== day || !(await isStillThere(current)))) await release();
    if (!current) {
      current = await openDay(day);
      await retain(day);
    }
    if (current.bytes > 0 && current.bytes + bytes > maxFileBytes) {
      await turnPart(day);
      current = await openDay(day);
    }
    return current;
  }

  /** Lines from `start` that go into one file together. */
  function groupFrom(lines: readonly LogLine[], start: number): LogLine[] {
    const day = lines[start]!.day;
    const group: LogLine[] = [];
    let bytes = current?.day === day ? current.bytes : 0;
    for (const line of lines.slice(start)) {
      bytes += line.bytes.length;
      if (line.day !== day || (group.length > 0 && bytes > maxFileBytes)) break;
      group.push(line);
    }
    return group;
  }

  /** @returns whole lines written */
  async function append(file: OpenFile, group: readonly LogLine[]): Promise<Written> {
    const lead = file.torn ? Buffer.from('\n') : Buffer.alloc(0);
    const all = Buffer.concat([lead, ...group.map(({ bytes }) => bytes)]);
    let at = 0;
    try {
      while (at < all.length) at += (await file.handle.write(all, at)).bytesWritten;
    } catch (fault) {
      let whole = 0;
      let end = lead.length;
      while (whole < group.length && end + group[whole]!.bytes.length <= at)
        end += group[whole++]!.bytes.length;
      return { lines: whole, fault };
    } finally {
      file.bytes += at;
    }
    file.torn = false;
    return { lines: group.length };
  }

  return {
    async write(lines) {
      let done = 0;
      try {
        while (done < lines.length) {
          const group = groupFrom(lines, done);
          const bytes = group.reduce((sum, line) => sum + line.bytes.length, 0);
          const written = await append(await fileFor(group[0]!.day, bytes), group);
          done += written.lines;
          if ('fault' in written) throw written.fault;
        }
        return { lines: done };
      } catch (fault) {
        await release().catch(() => undefined);
        return { lines: done, fault };
      }
    },
    close: release,
  };
}
