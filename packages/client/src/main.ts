/**
 * ops-client as a process: arguments and environment become a configuration, signals become `stop`, endings become an
 * exit status (0 stopped, 1 failed or gave up, 2 bad usage or configuration). Everything else is in client.ts.
 */
import { write } from 'node:fs';
import { userInfo } from 'node:os';

import { stayAlive, systemClock } from '@ops/runtime/clock.ts';
import { systemExec } from '@ops/runtime/exec.ts';
import { createLogger } from '@ops/runtime/logger.ts';
import type { Logger } from '@ops/runtime/logger.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { createServiceManager } from '@ops/runtime/service-manager.ts';
import { SettingsError } from '@ops/runtime/settings-error.ts';
import type { Surroundings } from '@ops/runtime/settings.ts';
import { handleSignals } from '@ops/runtime/signals.ts';
import { describeVersion } from '@ops/runtime/single-file.ts';
import { systemDisk } from '@ops/runtime/system-disk.ts';

import { createClient } from './client.ts';
import type { Client } from './client.ts';
import { loadClientConfig } from './config.ts';
import type { ClientConfig, LoadedClientConfig } from './config.ts';
import { carryOut, LOCAL_ORDERS } from './enrolment/local-orders.ts';
import type { LocalOrder } from './enrolment/local-orders.ts';
import { createLinuxReadings } from './readings/linux.ts';
import { createOtherReadings } from './readings/other.ts';
import type { Readings } from './readings/readings.ts';
import { openUpgrade } from './upgrade/open-upgrade.ts';
import { takeRole } from './upgrade/role.ts';
import type { Role } from './upgrade/role.ts';
import type { Upgrading } from './upgrade/upgrading.ts';
import { VERSION } from './version.ts';

/** On standard output, for whoever started this; a reader that went away or stands still must not stop the program. */
function announce(line: string): void {
  write(1, line, () => {});
}

/** The name of the user this runs as. In a container there may be none. */
function ownUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/** Reads the configuration, or tells with which status the process ends. */
async function configure(surroundings: Surroundings): Promise<LoadedClientConfig | number> {
  try {
    const loaded = await loadClientConfig(surroundings);
    if (loaded.kind === 'settings') return loaded;
    process.stdout.write(loaded.kind === 'help' ? loaded.text : `ops-client ${describeVersion(VERSION)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`ops-client: ${error.message}\n`);
    return 2;
  }
}

function secretsIn(config: ClientConfig): string[] {
  const { tcpAuthSecret, tcpAuthSecretPrevious, authToken, enrolToken } = config;
  return [tcpAuthSecret, tcpAuthSecretPrevious, authToken, enrolToken].filter(
    (secret) => secret !== undefined,
  );
}

function readingsOf(log: Logger): Readings {
  const needs = { clock: systemClock, log };
  return process.platform === 'linux' ? createLinuxReadings(needs) : createOtherReadings(needs);
}

async function run(): Promise<void> {
  process.title = 'ops-client';
  // A copy for reading again on SIGHUP. What is left in the environment could be read by whatever runs in this process.
  const surroundings = { argv: process.argv.slice(2), env: { ...process.env }, cwd: process.cwd() };
  const role = takeRole(surroundings.argv);
  const order = LOCAL_ORDERS.find((name) => name === surroundings.argv[0]);
  if (order !== undefined) surroundings.argv.shift();
  const loaded = await configure(surroundings);
  if (typeof loaded === 'number') {
    process.exitCode = loaded;
    return;
  }
  for (const name of Object.keys(process.env)) if (name.startsWith('OPS_')) delete process.env[name];

  const { origins } = loaded;
  if (order !== undefined) return obey(order, loaded, surroundings);
  let config = loaded.values;
  const log = createLogger({
    directory: config.logDir,
    name: 'ops-client',
    level: config.logLevel,
    retentionDays: config.logRetentionDays,
    clock: systemClock,
    console: 'stderr',
    redact: secretsIn(config),
  });
  // Timers and files do not keep a process alive between two attempts.
  const alive = stayAlive();
  let client: Client | undefined;
  let upgrades: Upgrading | undefined;
  let stopping = false;

  const fail = async (message: string, error?: unknown, status = 1): Promise<never> => {
    log.error(message, error === undefined ? {} : { error });
    await client?.stop().catch(() => undefined);
    await log.close();
    process.exit(status);
  };
  const failToStart = (error: unknown): Promise<never> =>
    fail(sentenceOf(error), undefined, error instanceof SettingsError ? 2 : 1);
  const explicit = {
    heartbeatInterval: origins.heartbeatIntervalSecs.from !== 'default',
    retryMaxAttempts: origins.retryMaxAttempts.from !== 'default',
  };
  async function launch(upgrading: Upgrading): Promise<void> {
    if (stopping) return;
    client = createClient({
      config,
      explicit,
      stateHome: surroundings.env['XDG_STATE_HOME'],
      home: surroundings.env['HOME'],
      version: VERSION,
      user: ownUser(),
      clock: systemClock,
      random: systemRandom,
      disk: systemDisk,
      exec: systemExec,
      log,
      readings: readingsOf(log),
      upgrades: upgrading,
      onConnected: () => announce(`ops-client connected server=${config.serverHost}:${config.serverPort}\n`),
      onNewIdentity: () => void beAnother().catch(failToStart),
      onGaveUp: (reason) =>
        void fail(`Giving up after ${config.retryMaxAttempts} attempts (OPS_RETRY_MAX_ATTEMPTS): ${reason}`),
    });
    await client.start();
  }
  async function start(as: Role): Promise<void> {
    const mine = await openUpgrade({
      role: as,
      config,
      surroundings,
      seat: {
        stopClient: async () => client?.stop(),
        startClient: () => launch(mine).catch(failToStart),
      },
      parent: { input: () => process.stdin, tell: announce, stop: () => signals.stop() },
      writeError: (bytes) => write(2, bytes, () => {}),
      clock: systemClock,
      disk: systemDisk,
      exec: systemExec,
      random: systemRandom,
      log,
    });
    upgrades = mine;
    await launch(mine);
  }
  /** Everything this process keeps belongs to an id, so another id is another client. */
  async function beAnother(): Promise<void> {
    await client?.stop();
    await upgrades?.stop();
    if (!stopping) await start(role === 'trial' ? role : 'upgraded');
  }
  process.on('uncaughtException', (error) => void fail('Unexpected error', error));
  const { env, pid } = process;
  const serviceManager = createServiceManager({ env, pid, exec: systemExec, clock: systemClock, log });
  const signals = handleSignals({
    process,
    clock: systemClock,
    log,
    async stop() {
      serviceManager.stopping();
      stopping = true;
      await upgrades?.stop();
      await client?.stop();
      await log.close();
      alive.cancel();
    },
    async reload() {
      upgrades?.hangUp();
      const fresh = await reload(surroundings, log);
      if (!fresh) return;
      config = { ...config, ...fresh };
      client?.replaceSecrets(fresh);
    },
  });

  log.info('ops-client starts', {
    version: VERSION,
    pid: process.pid,
    ...(role !== 'installed' && { role }),
  });
  for (const warning of loaded.warnings) log.warn(warning);
  try {
    await start(role);
    // Whether the server is there or not: a client that waits for it is well.
    serviceManager.ready();
  } catch (error) {
    await failToStart(error);
  }
}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** One order of a person on this host, then the end. */
async function obey(order: LocalOrder, loaded: LoadedClientConfig, { env }: Surroundings): Promise<void> {
  for (const warning of loaded.warnings) process.stderr.write(`ops-client: ${warning}\n`);
  const alive = stayAlive();
  try {
    const said = await carryOut(order, {
      config: loaded.values,
      stateHome: env['XDG_STATE_HOME'],
      home: env['HOME'],
      version: VERSION,
      clock: systemClock,
      random: systemRandom,
    });
    process.stdout.write(`${said}\n`);
  } catch (error) {
    process.stderr.write(`ops-client: ${sentenceOf(error)}\n`);
    process.exitCode = error instanceof SettingsError ? 2 : 1;
  } finally {
    alive.cancel();
  }
}

/** SIGHUP: new secrets count from the next connection on, the log level at once; all else needs a restart. */
async function reload(
  surroundings: Surroundings,
  log: Logger,
): Promise<Pick<ClientConfig, 'tcpAuthSecret' | 'tcpAuthSecretPrevious'> | undefined> {
  const loaded = await loadClientConfig(surroundings);
  if (loaded.kind !== 'settings') return undefined;
  log.addRedacted(secretsIn(loaded.values));
  log.setLevel(loaded.values.logLevel);
  log.info('Secrets and log level were read again');
  const { tcpAuthSecret, tcpAuthSecretPrevious } = loaded.values;
  return { tcpAuthSecret, tcpAuthSecretPrevious };
}

/** Loaded only when it is asked for. */
async function examine(argv: readonly string[]): Promise<void> {
  const { clientDoctor } = await import('./doctor/doctor.ts');
  // Timers do not keep a process alive.
  const alive = stayAlive();
  process.exitCode = await clientDoctor({
    argv,
    env: process.env,
    cwd: process.cwd(),
    clock: systemClock,
    random: systemRandom,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  });
  alive.cancel();
}

await (process.argv[2] === 'doctor' ? examine(process.argv.slice(3)) : run());
