/** What a process uses, as the Linux kernel tells in /proc. Threads are included. */
import { readdir, readFile } from 'node:fs/promises';

/** USER_HZ: what /proc counts CPU time in, 100 on every architecture Node runs on. */
const TICKS_PER_SEC = 100;

export interface ProcessUsage {
  /** Resident memory, file pages included. */
  readonly rssBytes: number;
  /** Resident memory that no file backs: heap, stacks, buffers. */
  readonly anonymousBytes: number;
  /** User and system time since the start of the process. */
  readonly cpuMs: number;
  readonly openFiles: number;
  readonly threads: number;
}

function kibibytes(status: string, key: string): number {
  const found = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(status);
  return Number(found?.[1] ?? 0) * 1024;
}

/** @throws Error (ENOENT) when there is no such process, or no /proc */
export async function processUsage(pid: number): Promise<ProcessUsage> {
  const [stat, status, files] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
    readdir(`/proc/${pid}/fd`),
  ]);
  // The second field is the program's name in brackets and may hold anything; counted from behind it,
  // utime is the 12th, stime the 13th, num_threads the 18th (proc_pid_stat(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return {
    rssBytes: kibibytes(status, 'VmRSS'),
    anonymousBytes: kibibytes(status, 'RssAnon'),
    cpuMs: (ticks * 1000) / TICKS_PER_SEC,
    openFiles: files.length,
    threads: Number(fields[17]),
  };
}
