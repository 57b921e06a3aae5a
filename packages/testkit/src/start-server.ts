/**
 * The real ops-server as a child process on free ports and a directory of its own.
 *
 *   await using server = await startServer({ secret });
 *   await fetch(`${server.url}/health`);
 *   await server.program.kill9();
 *   await using again = await server.restart();      // same directory, same ports
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { startProgram } from './child-program.ts';
import type { RunningProgram } from './child-program.ts';
import { tempDirectory } from './temp-directory.ts';
import type { TempDirectory } from './temp-directory.ts';

/** Node, migrations and the first user's password hash on a machine that others use as well. */
const LISTENING_WITHIN_MS = 20_000;
const LISTENING = /^ops-server listening http=(\d+) tcp=(\d+) url=(\S+)$/;

export interface StartServerOptions {
  /** Turns authentication on. Without it, it is off. */
  readonly secret?: string;
  /** More settings, by their variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Holds `data` and `logs`. Default: a temporary one, gone with the server that made it. */
  readonly directory?: string;
  readonly tcpPort?: number;
  readonly httpPort?: number;
  /** Default: the program's TypeScript. `bin/ops-server` starts it as a user does. */
  readonly file?: string;
  /** Of the program. */
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly prefix?: readonly string[];
  readonly ipc?: boolean;
  /** Milliseconds until it must listen. */
  readonly within?: number;
}

export interface RunningServer extends AsyncDisposable {
  readonly program: RunningProgram;
  readonly url: string;
  readonly httpPort: number;
  readonly tcpPort: number;
  readonly directory: string;
  /** Starts again on the same directory and ports, after an orderly stop if it still runs. */
  restart(changes?: Partial<StartServerOptions>): Promise<RunningServer>;
  /** Stops it, if it runs, and removes the directory, if it is temporary. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** @throws Error with the program's last lines when it does not listen in time */
export async function startServer(options: StartServerOptions = {}): Promise<RunningServer> {
  const own = options.directory === undefined ? await tempDirectory('server') : undefined;
  return start(options, own, own?.path ?? options.directory!);
}

async function start(
  options: StartServerOptions,
  own: TempDirectory | undefined,
  directory: string,
): Promise<RunningServer> {
  const { secret, nodeArgs, prefix, ipc, within = LISTENING_WITHIN_MS } = options;
  await mkdir(directory, { recursive: true });
  const program = await startProgram({
    file: options.file ?? 'packages/server/src/main.ts',
    cwd: directory,
    env: {
      // Where a launcher keeps its compile cache.
      HOME: directory,
      OPS_TCP_PORT: String(options.tcpPort ?? 0),
      OPS_HTTP_PORT: String(options.httpPort ?? 0),
      OPS_DATA_DIR: join(directory, 'data'),
      OPS_LOG_DIR: join(directory, 'logs'),
      OPS_TCP_AUTH_ENABLED: String(secret !== undefined),
      ...(secret !== undefined && { OPS_TCP_AUTH_SECRET: secret }),
      ...options.env,
    },
    ...(options.args && { args: options.args }),
    ...(nodeArgs && { nodeArgs }),
    ...(prefix && { prefix }),
    ...(ipc && { ipc }),
  });
  let match: RegExpExecArray;
  try {
    match = await program.line(LISTENING, { within });
  } catch (cause) {
    await program.kill9();
    await own?.remove();
    throw cause;
  }
  const httpPort = Number(match[1]);
  const tcpPort = Number(match[2]);
  return {
    program,
    url: match[3]!,
    httpPort,
    tcpPort,
    directory,
    async restart(changes = {}) {
      if (program.isRunning) await program.stop();
      return start({ ...options, tcpPort, httpPort, ...changes }, own, directory);
    },
    async [Symbol.asyncDispose]() {
      try {
        if (program.isRunning) await program.stop();
      } finally {
        await own?.remove();
      }
    },
  };
}
