/** Ten thousand connections are ten thousand open files, on each side. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { CannotMeasure } from './benchmark.ts';

/** For everything that is not a connection. */
const SPARE_FILES = 256;

/** The hard limit of this process; Node raises its soft limit to it at start. */
async function hardLimit(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8');
  const found = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
  return found === 'unlimited' ? Infinity : Number(found);
}

/**
 * What to put before a command that will hold so many connections: nothing when the limit is high enough, `prlimit`
 * when it can be raised.
 * @throws CannotMeasure with what to do when it cannot
 */
export async function openFilesPrefix(connections: number): Promise<string[]> {
  const needed = connections + SPARE_FILES;
  const limit = await hardLimit();
  if (limit >= needed) return [];
  const prefix = ['prlimit', `--nofile=${needed}:${needed}`];
  try {
    await promisify(execFile)(prefix[0]!, [prefix[1]!, 'true'], { timeout: 5_000 });
  } catch (cause) {
    throw new CannotMeasure(
      `${needed} open files are needed for each process, the hard limit is ${limit} and cannot be raised from here: ` +
        `raise it first (as root: ulimit -n ${needed}) or give a smaller --clients`,
      { cause },
    );
  }
  return prefix;
}
