/**
 * Where a promise is put to the test: the real server, real clients behind a proxy each, the ground truth they write,
 * and the API. Everything lives in one directory that is removed at the end.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { verifyAudit } from '@ops/server/audit/verify.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';

import { createApi } from './api.ts';
import type { Api } from './api.ts';
import { makeGroundTruth } from './ground-truth.ts';
import type { GroundTruth } from './ground-truth.ts';
import { startHost } from './host.ts';
import type { Host } from './host.ts';
import { endProcesses } from './processes.ts';
import { mountSmallDisk } from './small-disk.ts';
import type { SmallDisk } from './small-disk.ts';

export const SECRET = 'a secret for the proofs that is long enough';
export const TOKEN = 'token-for-the-proofs-0123456789abcdef';
const ONLINE_WITHIN_MS = 30_000;
/** Clients come back fast, so that a run is about commands and not about waiting. */
const CLIENT_ENV = {
  OPS_HEARTBEAT_INTERVAL: '1',
  OPS_RETRY_MAX_ATTEMPTS: '0',
  OPS_RETRY_BASE_DELAY: '0.2',
  OPS_RETRY_MAX_DELAY: '1',
  OPS_LOG_LEVEL: 'info',
};

export interface StageOptions {
  readonly hosts: number;
  readonly serverEnv?: Readonly<Record<string, string>>;
  readonly clientEnv?: Readonly<Record<string, string>>;
  /** Puts the server's data on a disk of this size that can be filled, where namespaces are to be had. */
  readonly dataSize?: string;
  readonly clientNodeArgs?: readonly string[];
  /** Of another release: their main.ts. */
  readonly serverFile?: string | undefined;
  readonly clientFile?: string | undefined;
}

interface AuditRow {
  readonly seq: number;
  readonly atMs: number;
  readonly action: string;
  readonly target: string;
}

export interface Stage extends AsyncDisposable {
  readonly directory: string;
  readonly api: Api;
  readonly truth: GroundTruth;
  readonly hosts: readonly Host[];
  readonly server: RunningServer;
  /** Holds the server's data; undefined when it was not asked for, or cannot be had. */
  readonly disk: SmallDisk | undefined;
  killServer(): Promise<void>;
  stopServer(): Promise<void>;
  /** On the same directory and ports; nothing happens when it runs. @param file of another release, from now on */
  startServer(env?: Readonly<Record<string, string>>, file?: string): Promise<void>;
  /** Resolves when the server shows every running host online. */
  allOnline(within?: number): Promise<void>;
  /** Rows of the audit trail of these actions. */
  audit(actions: readonly string[]): Promise<readonly AuditRow[]>;
  verifyAudit(): Promise<{ readonly ok: boolean; readonly reason: string }>;
  /** Rows of the server's database, read beside it. */
  query(sql: string, ...parameters: (string | number)[]): Promise<readonly Record<string, unknown>[]>;
}

export async function startStage(options: StageOptions): Promise<Stage> {
  const folder = await tempDirectory('proof');
  const truth = await makeGroundTruth(folder.path);
  const hosts: Host[] = [];
  let server: RunningServer | undefined;
  let disk: SmallDisk | undefined;

  async function close(): Promise<void> {
    await Promise.allSettled(hosts.map((host) => host.close()));
    if (server?.program.isRunning) await server.program.kill9();
    await disk?.close();
    await endProcesses(new Set((await truth.executions()).map(({ commandId }) => commandId)));
    await folder.remove();
  }

  try {
    const directory = join(folder.path, 'server');
    if (options.dataSize !== undefined)
      disk = await mountSmallDisk(join(directory, 'data'), options.dataSize, folder.path);
    server = await startServer({
      secret: SECRET,
      directory,
      ...(options.serverFile !== undefined && { file: options.serverFile }),
      ...(disk && { prefix: disk.prefix }),
      env: {
        OPS_AUTH_TOKEN: TOKEN,
        OPS_ALLOWED_SCRIPT_DIRS: truth.scriptDir,
        ...options.serverEnv,
      },
    });
    const { tcpPort } = server;
    for (let index = 0; index < options.hosts; index++) {
      hosts.push(
        await startHost({
          name: `host-${index + 1}`,
          directory: join(folder.path, `host-${index + 1}`),
          serverPort: tcpPort,
          secret: SECRET,
          file: options.clientFile,
          env: { ...CLIENT_ENV, OPS_ALLOWED_SCRIPT_DIRS: truth.scriptDir, ...options.clientEnv },
          ...(options.clientNodeArgs && { nodeArgs: options.clientNodeArgs }),
        }),
      );
    }
  } catch (cause) {
    await close();
    throw cause;
  }
  const api = createApi({ url: server.url, token: TOKEN });
  let current = server;

  async function dataDir(): Promise<string> {
    if (!disk) return join(folder.path, 'server', 'data');
    const copy = join(folder.path, 'data-copy');
    await disk.copyTo(copy);
    return copy;
  }

  const query: Stage['query'] = async (sql, ...parameters) => {
    const file = join(await dataDir(), 'ops.db');
    using database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    return database.prepare(sql).all(...parameters);
  };

  return {
    directory: folder.path,
    api,
    truth,
    hosts,
    disk,
    get server() {
      return current;
    },
    async killServer() {
      if (current.program.isRunning) await current.program.kill9();
    },
    async stopServer() {
      if (current.program.isRunning) await current.program.stop();
    },
    async startServer(env, file) {
      if (current.program.isRunning) return;
      current = server = await current.restart({
        ...(file !== undefined && { file }),
        ...(env && {
          env: {
            OPS_AUTH_TOKEN: TOKEN,
            OPS_ALLOWED_SCRIPT_DIRS: truth.scriptDir,
            ...options.serverEnv,
            ...env,
          },
        }),
      });
    },
    async allOnline(within = ONLINE_WITHIN_MS) {
      await until(
        async () => {
          const clients = await api.clients();
          return hosts.every(
            ({ clientId, isRunning }) => !isRunning || clients.get(clientId)?.status === 'online',
          );
        },
        { within, every: 50, what: 'every host to be online' },
      );
    },
    async audit(actions) {
      const marks = actions.map(() => '?').join();
      const rows = await query(
        `SELECT seq, at_ms, action, target FROM audit WHERE action IN (${marks}) ORDER BY seq`,
        ...actions,
      );
      return rows.map((row) => ({
        seq: Number(row['seq']),
        atMs: Number(row['at_ms']),
        action: String(row['action']),
        target: String(row['target']),
      }));
    },
    async verifyAudit() {
      const verdict = verifyAudit({ dataDir: await dataDir() });
      return verdict.ok
        ? { ok: true, reason: '' }
        : { ok: false, reason: `row ${verdict.firstBad}: ${verdict.reason}` };
    },
    query,
    [Symbol.asyncDispose]: close,
  };
}
