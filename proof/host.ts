/** One host of a stage: the real client, its files, and the proxy between it and the server. */
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { startClient } from '@ops/testkit/start-client.ts';
import type { RunningClient } from '@ops/testkit/start-client.ts';
import { startTcpProxy } from '@ops/testkit/tcp-proxy.ts';
import type { TcpProxy } from '@ops/testkit/tcp-proxy.ts';

export interface HostOptions {
  readonly name: string;
  /** Holds everything of this host. */
  readonly directory: string;
  readonly serverPort: number;
  readonly secret: string;
  readonly env: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  /** Another release of it. */
  readonly file?: string | undefined;
}

interface StartChanges {
  readonly file?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  /** Waits until it is registered. Default true. */
  readonly connected?: boolean;
}

export interface Host {
  readonly name: string;
  readonly directory: string;
  readonly clientId: string;
  readonly proxy: TcpProxy;
  readonly client: RunningClient;
  readonly isRunning: boolean;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it has ended in order. */
  stop(): Promise<void>;
  /** Another `file` stays for later starts. */
  start(changes?: StartChanges): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** Files of the journal and of results, absolute, newest segment last. */
  journalFiles(): Promise<string[]>;
  /** Copies what the client keeps to `to`, or puts it back from there. */
  save(to: string): Promise<void>;
  restore(from: string): Promise<void>;
  close(): Promise<void>;
}

export async function startHost(options: HostOptions): Promise<Host> {
  const { name, directory, serverPort, secret } = options;
  const proxy = await startTcpProxy({ target: { port: serverPort } });
  const data = join(directory, 'data');
  let { file } = options;
  const start = (changes: StartChanges = {}): Promise<RunningClient> => {
    file = changes.file ?? file;
    return startClient({
      ...(file !== undefined && { file }),
      server: { port: proxy.port },
      secret,
      directory,
      env: { ...options.env, ...changes.env },
      connected: changes.connected ?? true,
      nodeArgs: changes.nodeArgs ?? options.nodeArgs ?? [],
    });
  };
  let client: RunningClient;
  try {
    client = await start();
  } catch (cause) {
    await proxy.close();
    throw cause;
  }
  const clientId = (await readFile(join(directory, 'client_id.txt'), 'utf8')).trim();
  return {
    name,
    directory,
    clientId,
    proxy,
    get client() {
      return client;
    },
    get isRunning() {
      return client.program.isRunning;
    },
    async kill() {
      if (client.program.isRunning) await client.program.kill9();
    },
    async stop() {
      if (client.program.isRunning) await client.program.stop();
    },
    async start(changes) {
      if (!client.program.isRunning) client = await start(changes);
    },
    freeze: () => client.program.signal('SIGSTOP'),
    thaw: () => client.program.signal('SIGCONT'),
    async journalFiles() {
      const entries = await readdir(data, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && /journal-|results/.test(join(entry.parentPath, entry.name)))
        .map((entry) => join(entry.parentPath, entry.name))
        .toSorted();
    },
    save: (to) => cp(data, to, { recursive: true }),
    async restore(from) {
      await rm(data, { recursive: true, force: true });
      await cp(from, data, { recursive: true });
    },
    async close() {
      // A stopped process takes SIGKILL as well.
      if (client.program.isRunning) await client.program.kill9();
      await proxy.close();
    },
  };
}
