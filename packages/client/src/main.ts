/**
 * ops-client as a process: arguments and environment become a configuration, signals become `stop`, endings become an
 * exit status (0 stopped, 1 failed or gave up, 2 bad usage or configuration). Everything else is in client.ts.
 */
import { write } from 'node:fs';

import { stayAlive, systemClock } from '@ops/runtime/clock.ts';
import { systemExec } from '@ops/runtime/exec.ts';
import { createLogger } from '@ops/runtime/logger.ts';
import type { Logger } from '@ops/runtime/logger.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { SettingsError } from '@ops/runtime/settings-error.ts';
import type { Surroundings } from '@ops/runtime/settings.ts';
import { handleSignals } from '@ops/runtime/signals.ts';
import { systemDisk } from '@ops/runtime/system-disk.ts';

import { createClient } from './client.ts';
import type { Client } from './client.ts';
import { loadClientConfig } from './config.ts';
import type { ClientConfig, LoadedClientConfig } from './config.ts';
import { createLinuxReadings } from './readings/linux.ts';
import { createOtherReadings } from './readings/other.ts';
import type { Readings } from './readings/readings.ts';
import { readVersion } from './version.ts';

/** On standard output, for whoever started this; a reader that went away or stands still must not stop the program. */
function announce(line: string): void {
  write(1, line, () => {});
}

/** Reads the configuration, or tells with which status the process ends. */
async function configure(surroundings: Surroundings): Promise<LoadedClientConfig | number> {
  try {
    const loaded = await loadClientConfig(surroundings);
    if (loaded.kind === 'settings') return loaded;
    process.stdout.write(loaded.kind === 'help' ? loaded.text : `ops-client ${readVersion()}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`ops-client: ${error.message}\n`);
    return 2;
  }
}

function secretsIn(config: ClientConfig): string[] {
  const { tcpAuthSecret, tcpAuthSecretPrevious, authToken } = config;
  return [tcpAuthSecret, tcpAuthSecretPrevious, authToken].filter((secret) => secret !== undefined);
}

function readingsOf(log: Logger): Readings {
  const needs = { clock: systemClock, log };
  return process.platform === 'linux' ? createLinuxReadings(needs) : createOtherReadings(needs);
}

async function run(): Promise<void> {
  process.title = 'ops-client';
  // A copy for reading again on SIGHUP. What is left in the environment could be read by whatever runs in this process.
  const surroundings = { argv: process.argv.slice(2), env: { ...process.env }, cwd: process.cwd() };
  const loaded = await configure(surroundings);
  if (typeof loaded === 'number') {
    process.exitCode = loaded;
    return;
  }
  for (const name of Object.keys(process.env)) if (name.startsWith('OPS_')) delete process.env[name];

  const { values: config, origins } = loaded;
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

  const fail = async (message: string, error?: unknown): Promise<never> => {
    log.error(message, error === undefined ? {} : { error });
    await client.stop().catch(() => undefined);
    await log.close();
    process.exit(1);
  };
  const client = createClient({
    config,
    explicit: {
      heartbeatInterval: origins.heartbeatIntervalSecs.from !== 'default',
      retryMaxAttempts: origins.retryMaxAttempts.from !== 'default',
    },
    stateHome: surroundings.env['XDG_STATE_HOME'],
    home: surroundings.env['HOME'],
    version: readVersion(),
    clock: systemClock,
    random: systemRandom,
    disk: systemDisk,
    exec: systemExec,
    log,
    readings: readingsOf(log),
    onConnected: () => announce(`ops-client connected server=${config.serverHost}:${config.serverPort}\n`),
    onGaveUp: (reason) =>
      void fail(`Giving up after ${config.retryMaxAttempts} attempts (OPS_RETRY_MAX_ATTEMPTS): ${reason}`),
  });
  process.on('uncaughtException', (error) => void fail('Unexpected error', error));
  handleSignals({
    process,
    clock: systemClock,
    log,
    async stop() {
      await client.stop();
      await log.close();
      alive.cancel();
    },
    reload: () => reload(surroundings, client, log),
  });

  log.info('ops-client starts', { version: readVersion(), pid: process.pid });
  for (const warning of loaded.warnings) log.warn(warning);
  try {
    await client.start();
  } catch (error) {
    await fail(error instanceof Error ? error.message : String(error));
  }
}

/** SIGHUP: new secrets count from the next connection on, the log level at once; all else needs a restart. */
async function reload(surroundings: Surroundings, client: Client, log: Logger): Promise<void> {
  const loaded = await loadClientConfig(surroundings);
  if (loaded.kind !== 'settings') return;
  log.addRedacted(secretsIn(loaded.values));
  log.setLevel(loaded.values.logLevel);
  client.replaceSecrets(loaded.values);
  log.info('Secrets and log level were read again');
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
