/**
 * The real ops-client as a child process, with every file it keeps in a directory of its own.
 *
 *   await using client = await startClient({ server: { port: server.tcpPort }, secret });
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { startProgram } from './child-program.ts';
import type { RunningProgram } from './child-program.ts';
import { tempDirectory } from './temp-directory.ts';
import type { TempDirectory } from './temp-directory.ts';

const CONNECTED_WITHIN_MS = 20_000;
const CONNECTED = /ops-client connected server=(\S+)/;

export interface StartClientOptions {
  readonly server: { readonly host?: string; readonly port: number };
  readonly secret?: string;
  /** More settings, by their variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Holds the id, the data, the logs and the apps. Default: a temporary one, gone with the client that made it. */
  readonly directory?: string;
  /** False: returns as soon as the process runs. Default true: waits until it is registered. */
  readonly connected?: boolean;
  /** Default: the program's TypeScript. `bin/ops-client` starts it as a user does. */
  readonly file?: string;
  readonly nodeArgs?: readonly string[];
  readonly prefix?: readonly string[];
  /** Milliseconds until it must be registered. */
  readonly within?: number;
}

export interface RunningClient extends AsyncDisposable {
  readonly program: RunningProgram;
  readonly directory: string;
  /** Resolves when it has said that it is registered. */
  connected(wait?: { within?: number }): Promise<void>;
  /** Starts again on the same directory, after an orderly stop if it still runs. */
  restart(changes?: Partial<StartClientOptions>): Promise<RunningClient>;
  /** Stops it, if it runs, and removes the directory, if it is temporary. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** @throws Error with the program's last lines when it is not registered in time */
export async function startClient(options: StartClientOptions): Promise<RunningClient> {
  const own = options.directory === undefined ? await tempDirectory('client') : undefined;
  return start(options, own, own?.path ?? options.directory!);
}

async function start(
  options: StartClientOptions,
  own: TempDirectory | undefined,
  directory: string,
): Promise<RunningClient> {
  const { server, secret, nodeArgs, prefix, within = CONNECTED_WITHIN_MS } = options;
  await mkdir(join(directory, 'apps'), { recursive: true });
  const program = await startProgram({
    file: options.file ?? 'packages/client/src/main.ts',
    cwd: directory,
    env: {
      // Where a launcher keeps its compile cache.
      HOME: directory,
      OPS_SERVER_HOST: server.host ?? '127.0.0.1',
      OPS_SERVER_PORT: String(server.port),
      OPS_CLIENT_ID_FILE: join(directory, 'client_id.txt'),
      OPS_CLIENT_DATA_DIR: join(directory, 'data'),
      OPS_LOG_DIR: join(directory, 'logs'),
      OPS_APPS_BASE_DIR: join(directory, 'apps'),
      OPS_COMMAND_LOG_FILE: join(directory, 'client_commands.log'),
      ...(secret !== undefined && { OPS_TCP_AUTH_SECRET: secret }),
      ...options.env,
    },
    ...(nodeArgs && { nodeArgs }),
    ...(prefix && { prefix }),
  });
  const connected = async (wait: { within?: number } = {}): Promise<void> => {
    await program.line(CONNECTED, { within, ...wait });
  };
  try {
    if (options.connected ?? true) await connected();
  } catch (cause) {
    await program.kill9();
    await own?.remove();
    throw cause;
  }
  return {
    program,
    directory,
    connected,
    async restart(changes = {}) {
      if (program.isRunning) await program.stop();
      return start({ ...options, ...changes }, own, directory);
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
