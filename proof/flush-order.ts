/**
 * Looks at the system calls of a server with strace: between the reading of each request and the writing of its
 * answer, the write-ahead log must have been flushed.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startProgram } from '@ops/testkit/child-program.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';

const STRACE = '/usr/bin/strace';
const REQUEST = 'POST /api/send-command';
const ANSWER = 'HTTP/1.1 200';
/** What the two are called in a trace: by libuv, by Node's HTTP, by SQLite. */
const READS = /^\d+ +(?:read|recvfrom)\(|<\.\.\. (?:read|recvfrom) resumed>/;
const WRITES = /^\d+ +(?:write|writev|sendto)\(/;
const FLUSH_DONE = /^(\d+) +(?:fdatasync|fsync)\(\d+<[^>]*ops\.db-wal>\) += 0/;
const FLUSH_BEGUN = /^(\d+) +(?:fdatasync|fsync)\(\d+<[^>]*ops\.db-wal> <unfinished/;
const FLUSH_RESUMED = /^(\d+) +<\.\.\. (?:fdatasync|fsync) resumed>\) += 0/;

export interface FlushOrder {
  /** Requests that were answered 200. */
  readonly answered: number;
  /** Of them with a flush that ended between the request and the answer. */
  readonly flushed: number;
}

/** Pure: the lines of `strace -f -y`. Requests must have come one after the other. */
export function judgeTrace(lines: Iterable<string>): FlushOrder {
  const flushing = new Set<string>();
  let waiting: { flushed: boolean } | undefined;
  let answered = 0;
  let flushed = 0;
  for (const line of lines) {
    const begun = FLUSH_BEGUN.exec(line)?.[1];
    const resumed = FLUSH_RESUMED.exec(line)?.[1];
    if (begun !== undefined && waiting) flushing.add(begun);
    else if (FLUSH_DONE.test(line) && waiting) waiting.flushed = true;
    else if (resumed !== undefined && flushing.delete(resumed) && waiting) waiting.flushed = true;
    else if (READS.test(line) && line.includes(REQUEST)) {
      waiting = { flushed: false };
      flushing.clear();
    } else if (WRITES.test(line) && line.includes(ANSWER) && waiting) {
      answered++;
      if (waiting.flushed) flushed++;
      waiting = undefined;
    }
  }
  return { answered, flushed };
}

/** @throws Error that begins with `strace` where it is missing or may not trace */
export async function flushesBeforeAnswers(pid: number, work: () => Promise<void>): Promise<FlushOrder> {
  if (!existsSync(STRACE)) throw new Error('strace is not installed');
  await using folder = await tempDirectory('trace');
  const file = join(folder.path, 'trace');
  const calls = 'trace=read,recvfrom,fdatasync,fsync,write,writev,sendto';
  const strace = await startProgram({
    file: STRACE,
    args: ['-f', '-y', '-s', '64', '-e', calls, '-o', file, '-p', String(pid)],
  });
  try {
    await strace.line(/attached/, { within: 5_000 }).catch((cause: unknown) => {
      throw new Error('strace may not trace here', { cause });
    });
    await work();
  } finally {
    strace.signal('SIGINT');
    await until(() => !strace.isRunning, { what: 'strace to let go' }).catch(() => strace.kill9());
  }
  return judgeTrace((await readFile(file, 'utf8')).split('\n'));
}
