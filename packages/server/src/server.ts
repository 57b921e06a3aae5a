/**
 * The composition root: the only file that knows every part of the server. It starts them in the order in which they
 * need each other and releases them in reverse, also when a later one fails to start.
 *
 *   storage → fleet, samples → commands → batches, releases, apps → rollouts, upgrades → auth → enrolment → gateway → HTTP
 */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { createPolicy } from '@ops/policy/policy.ts';
import { predefinedFor } from '@ops/policy/predefined.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import { isLoopback } from '@ops/runtime/ip-address.ts';
import { createLifecycle } from '@ops/runtime/lifecycle.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import { createAppActions } from './apps/app-actions.ts';
import { createRollBack } from './apps/roll-back.ts';
import type { AuditEntry } from './audit/entry.ts';
import { createAuth } from './auth/auth.ts';
import { createBatches } from './batches/batch-service.ts';
import { createCommands } from './commands/create-commands.ts';
import type { ServerConfig } from './config.ts';
import { openEnrolmentKey } from './enrolment/enrolment-key.ts';
import { createEnrolment } from './enrolment/enrolment-service.ts';
import { createEnrolmentStore } from './enrolment/enrolment-store.ts';
import { createEventHub } from './events/hub.ts';
import { createClientStore } from './fleet/client-store.ts';
import { createFleet } from './fleet/registry.ts';
import { createGateway } from './gateway/gateway.ts';
import { builtFiles, loadClientFiles, ownInstaller } from './http/client-files.ts';
import { databaseCheck } from './http/routes/health.ts';
import { createHttpServer } from './http/server.ts';
import { consoleSource } from './http/web-files.ts';
import { createPrometheus } from './metrics/prometheus.ts';
import { createRetention } from './metrics/retention.ts';
import { createRollup } from './metrics/rollup.ts';
import { createSampleStore } from './metrics/sample-store.ts';
import { createReleases } from './releases/release-service.ts';
import { createRollouts } from './rollouts/rollout-service.ts';
import { serverFigures } from './server-figures.ts';
import { createMeta } from './storage/meta.ts';
import { openMainDatabase, openSampleDatabase } from './storage/open.ts';
import { resolveTcpSecrets } from './tcp-secret.ts';
import type { TcpSecrets } from './tcp-secret.ts';
import { createShelf } from './upgrades/shelf.ts';
import { createUpgrades } from './upgrades/upgrade-service.ts';
import { VERSION } from './version.ts';

const SECOND_MS = 1000;
export interface ServerNeeds {
  readonly config: ServerConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** One line for each HTTP request. */
  readonly accessLog: Log;
}

export interface RunningServer {
  readonly httpPort: number;
  readonly tcpPort: number;
  /** Of the console. */
  readonly url: string;
  /** Whether clients must prove a secret, and where it is kept if the server made it. */
  readonly authentication: TcpSecrets;
  /** Somebody could still sign in with the default password. */
  readonly defaultPassword: boolean;
  /** Takes over what may change while the server runs: the secrets of clients, the certificate of HTTPS. */
  reload(config: ServerConfig): Promise<void>;
  /** Says goodbye to clients and streams, stores what waits, closes. Harmless twice. */
  stop(): Promise<void>;
}

/** @throws StorageOpenError, UnsafeFile, ListenError, or the error of a part; what had been started is released again */
export async function startServer(needs: ServerNeeds): Promise<RunningServer> {
  const lifecycle = createLifecycle();
  try {
    return await start(needs, lifecycle);
  } catch (cause) {
    await lifecycle
      .release()
      .catch((error: unknown) => needs.log.error('A part could not be released', { error }));
    throw cause;
  }
}

async function start(
  needs: ServerNeeds,
  lifecycle: ReturnType<typeof createLifecycle>,
): Promise<RunningServer> {
  const { config, clock, random, log, accessLog } = needs;

  const main = await openMainDatabase({ dataDir: config.dataDir, clock, log, random });
  lifecycle.onRelease('database', () => main.close());
  const history = await openSampleDatabase({ dataDir: config.dataDir, clock, log, random });
  lifecycle.onRelease('sample database', () => history.close());
  const audit = {
    async record(entry: AuditEntry) {
      await main.write({ statements: [], audit: [entry] });
    },
  };

  const sampleStore = createSampleStore(history);
  const rollup = createRollup({ store: sampleStore, clock, log });
  rollup.start();
  lifecycle.onRelease('minute averages', () => rollup.stop());
  const retention = createRetention({ store: sampleStore, clock, log });
  retention.start();
  lifecycle.onRelease('retention', () => retention.stop());

  const fleet = createFleet({
    store: createClientStore(main, log),
    samples: rollup,
    clock,
    log,
    cleanupIntervalMs: config.cleanupIntervalSecs * SECOND_MS,
    clientTimeoutMs: config.clientTimeoutSecs * SECOND_MS,
  });
  await fleet.load();
  fleet.start();
  lifecycle.onRelease('fleet', () => fleet.stop());

  const retentionDays = config.commandRetentionDays;
  const commands = createCommands({ database: main, clock, random, log, retentionDays });
  await commands.load();
  commands.start();
  // When no client speaks any more: what they said last is stored.
  lifecycle.onRelease('commands', () => commands.stop());

  const policy = createPolicy({
    platform: 'linux',
    custom: config.commands,
    scriptDirs: config.allowedScriptDirs,
    scriptExtensions: config.allowedScriptExtensions,
  });
  const ofCommands = { commands, database: main, fleet, clock, log, random };
  const batches = createBatches({ ...ofCommands, policy });
  await batches.load();
  lifecycle.onRelease('batches', () => batches.stopAll());

  const releases = createReleases({ database: main, commands, fleet, clock, log });
  await releases.load();
  lifecycle.onRelease('releases', () => releases.stop());

  const isConnected = (id: string): boolean => fleet.link(id) !== undefined;
  const apps = createAppActions({ commands, releases, fleet, isConnected, audit, clock });
  const rollBack = createRollBack({ apps, commands, releases, fleet });
  const rollouts = createRollouts({ ...ofCommands, apps, retentionDays });
  await rollouts.load();
  lifecycle.onRelease('rollouts', () => rollouts.stopAll());

  const filesDirectory = config.clientFilesDir ?? builtFiles();
  const upgrades = createUpgrades({ ...ofCommands, shelf: createShelf(filesDirectory), retentionDays });
  await upgrades.load();
  lifecycle.onRelease('upgrades', () => upgrades.stopAll());

  const auth = await createAuth({ database: main, audit, clock, random, log, options: config });
  lifecycle.onRelease('auth', () => auth.close());

  const authentication = await resolveTcpSecrets(config, random);
  const enrolment = await createEnrolment({
    store: createEnrolmentStore(main),
    key: authentication.enabled ? await openEnrolmentKey(config.dataDir, random) : undefined,
    fleet,
    clock,
    random,
    log,
  });
  const tcpTls = await readTcpTls(config);
  const gateway = createGateway({
    config: {
      ...config,
      authEnabled: authentication.enabled,
      secrets: authentication,
      tls: tcpTls,
    },
    serverId: await createMeta({ database: main, random }).serverId(),
    inbox: fleet,
    commands: commands.inbox,
    upgrades: upgrades.inbox,
    book: enrolment,
    audit,
    clock,
    random,
    log,
  });
  lifecycle.onRelease('gateway', () => gateway.close());

  let tcpPort = config.tcpPort;
  const hub = createEventHub({ fleet, commands, batches, rollouts, upgrades, clock, random });
  const figures = serverFigures({
    fleet,
    commands,
    batches,
    rollouts,
    upgrades,
    gateway,
    rollup,
    auth,
    main,
    history,
    http: () => http.counters,
  });
  const prometheus = createPrometheus({ figures, clock, log });
  lifecycle.onRelease('metrics', () => prometheus.stop());
  const http = await createHttpServer({
    options: config,
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
    predefined: predefinedFor(policy, config.commands),
    enrolment,
    entrance: {
      authentication: authentication.enabled,
      port: () => tcpPort,
      localOnly: isLoopback(config.tcpBindAddr),
      fingerprint: tcpTls ? certificateFingerprint(tcpTls.cert) : null,
    },
    clientFiles: await loadClientFiles({
      directory: filesDirectory,
      installer: await ownInstaller(),
      version: VERSION,
    }),
    hub,
    listMinutes: (clientId, from, to, step) => rollup.list(clientId, from, to, step),
    parts: {
      database: databaseCheck(main),
      samples: () => history.fault === undefined,
      gateway: () => gateway.listening,
    },
    renderMetrics: () => prometheus.render(),
    audit,
    version: VERSION,
    webSource: consoleSource(),
    clock,
    random,
    log,
    accessLog,
  });
  // Both at once: neither waits for the other, and together they have less time than a stop may take.
  lifecycle.onRelease('HTTP', () => Promise.all([http.close(), gateway.close()]).then(() => undefined));

  const tcp = await listening('tcp_port', config.tcpPort, gateway.listen());
  tcpPort = tcp.port;
  const web = await listening('http_port', config.httpPort, http.listen());
  if (!authentication.enabled && !isLoopback(config.tcpBindAddr)) {
    log.warn(
      'Clients are not authenticated: whoever reaches the TCP port can pose as one; set tcp_auth_enabled',
    );
  }

  return {
    httpPort: web.port,
    tcpPort: tcp.port,
    url: web.url,
    authentication,
    defaultPassword: auth.defaultPassword,
    async reload(next) {
      gateway.setSecrets(
        await resolveTcpSecrets({ ...next, tcpAuthEnabled: authentication.enabled }, random),
      );
      await http.renewCertificate();
    },
    stop: () => lifecycle.release(),
  };
}

/** Of the first certificate: it is the server's own, those behind it are its authorities. */
function certificateFingerprint(pem: Buffer): string {
  const { fingerprint256 } = new X509Certificate(pem);
  return `sha256:${fingerprint256.replaceAll(':', '').toLowerCase()}`;
}

async function readTcpTls({
  tcpTlsCert,
  tcpTlsKey,
}: ServerConfig): Promise<{ cert: Buffer; key: Buffer } | undefined> {
  if (tcpTlsCert === undefined || tcpTlsKey === undefined) return undefined;
  return { cert: await readFile(tcpTlsCert), key: await readFile(tcpTlsKey) };
}

/** A port that cannot be had. */
export class ListenError extends Error {
  readonly setting: 'tcp_port' | 'http_port';
  readonly port: number;
  readonly code: string;

  constructor(setting: 'tcp_port' | 'http_port', port: number, cause: NodeJS.ErrnoException) {
    super(`cannot listen on port ${port}: ${cause.code ?? cause.message}`, { cause });
    this.name = 'ListenError';
    this.setting = setting;
    this.port = port;
    this.code = cause.code ?? '';
  }
}

function isSystemError(cause: unknown): cause is NodeJS.ErrnoException {
  return cause instanceof Error && 'syscall' in cause;
}

async function listening<T>(setting: 'tcp_port' | 'http_port', port: number, bound: Promise<T>): Promise<T> {
  try {
    return await bound;
  } catch (cause) {
    if (isSystemError(cause)) throw new ListenError(setting, port, cause);
    throw cause;
  }
}
