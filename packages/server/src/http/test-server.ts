/** The whole HTTP side for tests: a listening server on any free port over a real database in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { CustomCommand } from '@ops/policy/custom-command.ts';
import { createPolicy } from '@ops/policy/policy.ts';
import { predefinedFor } from '@ops/policy/predefined.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import type { Log } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';

import { createAppActions } from '../apps/app-actions.ts';
import { createRollBack } from '../apps/roll-back.ts';
import type { AuditEntry } from '../audit/entry.ts';
import { createAuth } from '../auth/auth.ts';
import type { Auth, AuthOptions } from '../auth/auth.ts';
import type { HashParameters } from '../auth/password.ts';
import { createEventHub } from '../events/hub.ts';
import { openMainDatabase } from '../storage/open.ts';
import type { OpenDatabase } from '../storage/open.ts';
import type { Tables } from '../storage/tables.ts';
import { loadClientFiles, ownInstaller } from './client-files.ts';
import { createHttpServer } from './server.ts';
import type { HttpOptions, HttpServer, HttpServerNeeds } from './server.ts';
import { webDirectory } from './web-files.ts';
import { createStandInBatches } from './test-batches.ts';
import type { StandInBatches } from './test-batches.ts';
import { createStandInCommands } from './test-commands.ts';
import type { StandInCommands } from './test-commands.ts';
import { createStandInEnrolment } from './test-enrolment.ts';
import type { StandInEnrolment } from './test-enrolment.ts';
import { createStandInReleases, createStandInRollouts } from './test-rollouts.ts';
import type { StandInReleases, StandInRollouts } from './test-rollouts.ts';
import { createStandInUpgrades } from './test-upgrades.ts';
import type { StandInUpgrades } from './test-upgrades.ts';
import { createStandInFleet } from '../events/test-fleet.ts';
import type { StandInFleet } from '../events/test-fleet.ts';

export const TOKEN = 'a-token-for-scripts-0123456789';
export const PASSWORD = 'plum-Tractor_91 violin';
/** As little work as argon2 allows: what is tested is not how long it takes. */
export const FAST_HASH = { memory: 64, passes: 1, lanes: 1 };

/** A command of the configuration. */
export const BACKUP: CustomCommand = {
  name: 'backup',
  path: '/usr/local/sbin/backup',
  maxSecs: 600,
  args: [{ literal: 'now' }],
};

export interface TrialOptions {
  readonly clock?: Clock;
  readonly http?: Partial<HttpOptions>;
  readonly auth?: Partial<AuthOptions>;
  readonly needs?: Partial<HttpServerNeeds>;
  readonly hashParameters?: HashParameters;
  /** Of a trial that was stopped, to start again on. Its maker removes it. */
  readonly dataDir?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Of an answer in JSON. */
  readonly json: Record<string, unknown>;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as JSON with its content type, unless that is a header. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: string | Buffer;
}

export interface Trial extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly dataDir: string;
  readonly database: OpenDatabase<Tables>;
  readonly auth: Auth;
  readonly fleet: StandInFleet;
  readonly commands: StandInCommands;
  readonly batches: StandInBatches;
  readonly enrolment: StandInEnrolment;
  readonly releases: StandInReleases;
  readonly rollouts: StandInRollouts;
  readonly upgrades: StandInUpgrades;
  readonly server: HttpServer;
  /** Lines of web.log and of the program's log. */
  readonly accessLines: Record<string, unknown>[];
  readonly logLines: string[];
  /** The path goes over the wire as it is written. */
  ask(path: string, ask?: Ask): Promise<Answer>;
  /** Sends bytes as they are. @returns everything that came until the server closed the connection */
  wire(text: string): Promise<string>;
  /** @returns the session id */
  signIn(password?: string, headers?: Ask['headers']): Promise<string>;
  audited(): Promise<Pick<AuditEntry, 'action' | 'actor' | 'outcome' | 'address'>[]>;
  /** Stops the server and leaves its folder. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

function collect(lines: string[]): Log {
  const add = (message: string, fields?: object): void => {
    lines.push(`${message} ${JSON.stringify(fields ?? {})}`);
  };
  return { ...silentLog, info: add, warn: add, error: add };
}

export async function startTrial(options: TrialOptions = {}): Promise<Trial> {
  const { clock = systemClock } = options;
  const random = systemRandom;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'ops-http-')));
  const logLines: string[] = [];
  const accessLines: Record<string, unknown>[] = [];
  const log = collect(logLines);
  const accessLog: Log = { ...silentLog, info: (_message, fields) => accessLines.push({ ...fields }) };
  const database = await openMainDatabase({ dataDir, clock: systemClock, log: silentLog });
  const audit = {
    record: async (entry: AuditEntry) => void (await database.write({ statements: [], audit: [entry] })),
  };
  const auth = await createAuth({
    database,
    audit,
    clock,
    random,
    log,
    hashParameters: options.hashParameters ?? FAST_HASH,
    options: {
      sessionIdleSecs: 3600,
      sessionMaxSecs: 43_200,
      authToken: TOKEN,
      adminPassword: PASSWORD,
      ...options.auth,
    },
  });
  const fleet = createStandInFleet();
  const commands = createStandInCommands();
  const batches = createStandInBatches(commands.feeds);
  const releases = createStandInReleases();
  const rollouts = createStandInRollouts(commands.feeds);
  const upgrades = createStandInUpgrades(commands.feeds);
  const policy = createPolicy({
    platform: 'linux',
    custom: [BACKUP],
    scriptDirs: ['/opt/ops-scripts'],
    scriptExtensions: ['sh'],
  });
  const isConnected = (id: string): boolean => fleet.summary(id)?.status === 'online';
  const apps = createAppActions({ commands, releases, fleet, isConnected, audit, clock });
  const rollBack = createRollBack({ apps, commands, releases, fleet });
  const hub = createEventHub({ fleet, commands, batches, rollouts, upgrades, clock, random });
  const enrolment = createStandInEnrolment();
  const server = await createHttpServer({
    options: {
      httpBindAddr: '127.0.0.1',
      httpPort: 0,
      allowedHosts: [],
      allowedOrigins: [],
      cookieSecure: 'auto',
      trustProxy: [],
      ...options.http,
    },
    auth,
    fleet,
    commands,
    batches,
    apps,
    rollBack,
    releases,
    rollouts,
    upgrades,
    isConnected,
    policy,
    predefined: predefinedFor(policy, [BACKUP]),
    enrolment,
    entrance: { authentication: true, port: () => 12_345, localOnly: false, fingerprint: null },
    clientFiles: await loadClientFiles({
      directory: join(dataDir, 'no-files'),
      installer: await ownInstaller(),
      version: '1.0.0',
    }),
    hub,
    listMinutes: () => [],
    parts: { gateway: () => true },
    renderMetrics: async () => 'ops_clients 0\n',
    audit,
    version: '1.0.0',
    webSource: webDirectory(join(dataDir, 'no-console')),
    clock,
    random,
    log,
    accessLog,
    ...options.needs,
  });
  const { port, url } = await server.listen();

  const ask = (path: string, { method, headers = {}, body, raw }: Ask = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
      const type = body === undefined ? {} : { 'content-type': 'application/json' };
      const request = httpRequest({
        host: '127.0.0.1',
        port,
        path,
        method: method ?? (content === undefined ? 'GET' : 'POST'),
        agent: false,
        headers: {
          ...type,
          // node:http leaves it out for DELETE.
          ...(content !== undefined && { 'content-length': String(Buffer.byteLength(content)) }),
          ...headers,
        },
      });
      request.on('error', reject);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            get json(): Record<string, unknown> {
              const value: unknown = JSON.parse(text);
              return Object.fromEntries(Object.entries(value ?? {}));
            },
          });
        });
      });
      request.end(content);
    });

  let stopped: Promise<void> | undefined;
  async function stopAll(): Promise<void> {
    await server.close();
    await auth.close();
    await database.close();
  }
  const stop = (): Promise<void> => (stopped ??= stopAll());

  let closed: Promise<void> | undefined;
  async function close(): Promise<void> {
    await stop();
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  }

  const trial: Trial = {
    port,
    url,
    dataDir,
    database,
    auth,
    fleet,
    commands,
    batches,
    enrolment,
    releases,
    rollouts,
    upgrades,
    server,
    accessLines,
    logLines,
    ask,
    wire: (text) =>
      new Promise((resolve, reject) => {
        let received = '';
        const socket = connect(port, '127.0.0.1', () => socket.write(text));
        socket.setEncoding('utf8');
        socket.on('data', (chunk) => (received += String(chunk)));
        socket.on('error', reject);
        socket.on('close', () => resolve(received));
      }),
    async signIn(password = PASSWORD, headers = {}) {
      const answer = await ask('/api/login', { body: { username: 'admin', password }, headers });
      if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status}: ${answer.text}`);
      return /session_id=([0-9a-f-]{36})/.exec(String(answer.headers['set-cookie']))![1]!;
    },
    audited: () =>
      database.query
        .selectFrom('audit')
        .select(['action', 'actor', 'outcome', 'address'])
        .orderBy('seq')
        .execute(),
    stop,
    close() {
      closed ??= close();
      return closed;
    },
    [Symbol.asyncDispose]: () => trial.close(),
  };
  return trial;
}
