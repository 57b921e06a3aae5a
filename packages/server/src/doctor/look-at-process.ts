/** The server of a data directory as a process, and how many files processes may open. Reads only. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ownerOf } from '../storage/ownership.ts';

export interface ProcessFacts {
  readonly pid: number;
  /** Undefined where the system does not tell. */
  readonly openFiles: number | undefined;
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

/** A number that another program has by now is nobody. */
async function isOurs(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EPERM')) return false;
  }
  const name = await textOf(`/proc/${pid}/comm`);
  return name === undefined || name.startsWith('ops-server');
}

/** @returns undefined for a server that does not run, or runs where this process cannot see it */
export async function serverOf(dataDir: string): Promise<ProcessFacts | undefined> {
  const pid = ownerOf(join(dataDir, 'ops.db'));
  if (pid === undefined || !(await isOurs(pid))) return undefined;
  return { pid, openFiles: await openFilesOf(pid) };
}

/** Files a process may open; Infinity for unlimited. */
export async function openFilesOf(pid: number | 'self'): Promise<number | undefined> {
  const limits = await textOf(`/proc/${pid}/limits`);
  const [, soft] = /^Max open files\s+(\S+)/m.exec(limits ?? '') ?? [];
  if (soft === undefined) return undefined;
  return soft === 'unlimited' ? Infinity : Number(soft);
}
