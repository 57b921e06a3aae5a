/**
 * Loaded into a client with `--import`: writes down, in their order, what it does to its disk, its processes and its
 * socket, and makes one flush fail. From outside of the client's code.
 *
 *   DISK_ORDER=/path      a line for each: `command`, `flush <path>`, `spawn`, `accepted`, `result`, `failed <path>`
 *   FLUSH_FAILS=3:journal the third flush of a file with `journal` in its path fails with EIO, as a dying disk answers
 */
import childProcess from 'node:child_process';
import { appendFileSync, readlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';

export interface DiskOrderOptions {
  /** Where the lines go. */
  readonly file: string;
  /** Which flush of a path that contains this fails, counted from 1. */
  readonly failing?: { readonly time: number; readonly path: string };
}

/** What a client is started with to be watched. */
export function watchDisk({ file, failing }: DiskOrderOptions): {
  nodeArgs: string[];
  env: Record<string, string>;
} {
  return {
    nodeArgs: ['--import', import.meta.url],
    env: { DISK_ORDER: file, ...(failing && { FLUSH_FAILS: `${failing.time}:${failing.path}` }) },
  };
}

function pathOf(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return 'unknown';
  }
}

async function watch(file: string, fails: string | undefined): Promise<void> {
  const say = (line: string): void => appendFileSync(file, `${line}\n`);
  const [time, part = ''] = fails?.split(':') ?? [];
  let left = Number(time ?? 0);

  const probe = await open('/dev/null');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what every handle has in common
  const handles = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  for (const name of ['sync', 'datasync'] as const) {
    const flush = handles[name];
    handles[name] = async function (this: FileHandle): Promise<void> {
      const path = pathOf(this.fd);
      if (path.includes(part) && left > 0 && --left === 0) {
        say(`failed ${path}`);
        throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', errno: -5 });
      }
      await flush.call(this);
      say(`flush ${path}`);
    };
  }

  const { spawn } = childProcess;
  const told = (...args: Parameters<typeof spawn>): ReturnType<typeof spawn> => {
    const isCommand = args.some(
      (arg) => typeof arg === 'object' && 'env' in arg && arg.env?.['OPS_COMMAND_ID'] !== undefined,
    );
    if (isCommand) say('spawn');
    return spawn(...args);
  };
  Object.assign(childProcess, { spawn: told });
  syncBuiltinESMExports();

  // oxlint-disable-next-line typescript/unbound-method -- called with the socket it belongs to
  const { push, write } = Socket.prototype;
  Socket.prototype.push = function (this: Socket, chunk: unknown, encoding?: BufferEncoding): boolean {
    if (Buffer.isBuffer(chunk) && chunk.includes('"type":"command"')) say('command');
    return push.call(this, chunk, encoding);
  };
  const written = function (this: Socket, chunk: Uint8Array | string, ...rest: never[]): boolean {
    const bytes = Buffer.from(chunk);
    if (bytes.includes('"type":"command_accepted"')) say('accepted');
    if (bytes.includes('"type":"command_result"')) say('result');
    return write.call(this, chunk, ...rest);
  };
  Object.assign(Socket.prototype, { write: written });
}

const file = process.env['DISK_ORDER'];
if (file) await watch(file, process.env['FLUSH_FAILS']);
