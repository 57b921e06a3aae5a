/**
 * The process ops-server: arguments and environment → configuration → server → signals → exit status
 * (0 after SIGINT or SIGTERM, 2 for bad usage or configuration, 1 for anything else).
 */
import { backupCommand, restoreCommand, takeOption } from './backup/commands.ts';
import { auditVerifyReport } from './audit/verify.ts';
import { loadServerConfig } from './config.ts';
import type { LoadedServerConfig } from './config.ts';
import { healthReport } from './health-check.ts';
import { ListenError, startServer } from './server.ts';
import type { RunningServer } from './server.ts';
import { StorageOpenError } from './storage/storage-error.ts';
import { VERSION } from './version.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { systemExec } from '@ops/runtime/exec.ts';
import { languageOf } from '@ops/runtime/language.ts';
import { createLogger } from '@ops/runtime/logger.ts';
import type { Logger } from '@ops/runtime/logger.ts';
import { UnsafeFile } from '@ops/runtime/private-file.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { createServiceManager } from '@ops/runtime/service-manager.ts';
import { SettingsError } from '@ops/runtime/settings-error.ts';
import { handleSignals } from '@ops/runtime/signals.ts';
import { describeVersion } from '@ops/runtime/single-file.ts';

process.title = 'ops-server';

async function load(argv: readonly string[]): Promise<LoadedServerConfig> {
  const loaded = await loadServerConfig({ argv, env: process.env, cwd: process.cwd() });
  if (loaded.kind !== 'settings') {
    process.stdout.write(loaded.kind === 'help' ? loaded.text : `ops-server ${describeVersion(VERSION)}\n`);
    process.exit(0);
  }
  return loaded;
}

function loggers({ values: config }: LoadedServerConfig): { log: Logger; accessLog: Logger } {
  const shared = {
    directory: config.logDir,
    level: config.logLevel,
    retentionDays: config.logRetentionDays,
    clock: systemClock,
    redact: [
      config.authToken,
      config.tcpAuthSecret,
      config.tcpAuthSecretPrevious,
      config.adminPassword,
    ].filter((secret) => secret !== undefined),
  };
  return {
    log: createLogger({ ...shared, name: 'ops-server', console: 'stderr' }),
    accessLog: createLogger({ ...shared, name: 'web' }),
  };
}

/** What a person needs after a start; the first lines are for programs. */
function announce(server: RunningServer): void {
  const { authentication, httpPort, tcpPort, url } = server;
  const lines = [];
  if (authentication.file !== undefined)
    lines.push(`ops-server authentication=on secret_file=${authentication.file}`);
  lines.push(`ops-server listening http=${httpPort} tcp=${tcpPort} url=${url}`);
  const zh = languageOf(process.env) === 'zh';
  lines.push(zh ? `控制台：${url}` : `Console: ${url}`);
  if (server.defaultPassword) {
    lines.push(
      zh
        ? '用户名 admin，密码 admin123（登录后请修改；从其他机器用它登录只能修改密码）'
        : 'Sign in as admin with admin123 (then change it: from other machines it only lets you do that)',
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** One line that says what is wrong and what to do. */
function explain(cause: unknown, loaded: LoadedServerConfig | undefined): string {
  if (cause instanceof ListenError && loaded) {
    const key = cause.setting === 'tcp_port' ? 'tcpPort' : 'httpPort';
    const why = cause.code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${cause.code})`;
    return `port ${cause.port} ${why}; ${loaded.howToChange(key)}`;
  }
  return cause instanceof Error ? cause.message : String(cause);
}

async function run(argv: readonly string[]): Promise<void> {
  const loaded = await load(argv);
  const { log, accessLog } = loggers(loaded);
  const { env, pid } = process;
  const serviceManager = createServiceManager({ env, pid, exec: systemExec, clock: systemClock, log });
  let server: RunningServer | undefined;
  const starting = startServer({
    config: loaded.values,
    clock: systemClock,
    random: systemRandom,
    log,
    accessLog,
  });
  // A signal while parts are still starting waits for them, then stops what was started.
  handleSignals({
    process,
    clock: systemClock,
    log,
    async stop() {
      serviceManager.stopping();
      await (await starting).stop();
      log.info('Stopped');
      await Promise.all([log.close(), accessLog.close()]);
    },
    async reload() {
      const next = await load(argv);
      log.addRedacted(
        [next.values.tcpAuthSecret, next.values.tcpAuthSecretPrevious].filter(
          (secret) => secret !== undefined,
        ),
      );
      await (await starting).reload(next.values);
    },
  });
  log.info('Starting', { version: VERSION, pid: process.pid });
  for (const warning of loaded.warnings) log.warn(warning);
  try {
    server = await starting;
  } catch (cause) {
    const expected =
      cause instanceof ListenError || cause instanceof StorageOpenError || cause instanceof UnsafeFile;
    log.error(explain(cause, loaded), expected ? {} : { error: cause });
    await Promise.all([log.close(), accessLog.close()]);
    process.exit(1);
  }
  log.info('Listening', {
    http: server.url,
    tcp_port: server.tcpPort,
    authentication: server.authentication.enabled,
  });
  announce(server);
  serviceManager.ready();
}

async function backup(argv: readonly string[]): Promise<never> {
  const { value, rest } = takeOption(argv, '--to', 'a file or a directory');
  const loaded = await load(rest);
  const about = { version: VERSION, clock: systemClock };
  process.stdout.write(`${await backupCommand(loaded, value(), about)}\n`);
  process.exit(0);
}

async function restore(argv: readonly string[]): Promise<never> {
  const { value, rest } = takeOption(argv, '--from', 'the file of a backup');
  const loaded = await load(rest);
  process.stdout.write(`${await restoreCommand(loaded, value())}\n`);
  process.exit(0);
}

async function verifyAudit(argv: readonly string[]): Promise<never> {
  const { values } = await load(argv);
  const { exitCode, text } = auditVerifyReport({ dataDir: values.dataDir });
  process.stdout.write(`${text}\n`);
  process.exit(exitCode);
}

async function health(argv: readonly string[]): Promise<never> {
  const { exitCode, text } = await healthReport((await load(argv)).values);
  process.stdout.write(`${text}\n`);
  process.exit(exitCode);
}

/** Loaded only when it is asked for. */
async function examine(argv: readonly string[]): Promise<never> {
  const { serverDoctor } = await import('./doctor/doctor.ts');
  const exitCode = await serverDoctor({
    argv,
    env: process.env,
    cwd: process.cwd(),
    clock: systemClock,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  });
  process.exit(exitCode);
}

const argv = process.argv.slice(2);
/** `ops-server backup --help` is the help of the program. */
const isAsking = argv.some((word) => /^(?:--help|-h|--version)$/.test(word));
try {
  if (argv[0] === 'doctor') await examine(argv.slice(1));
  if (argv[0] === 'audit' && argv[1] === 'verify') await verifyAudit(argv.slice(2));
  if (argv[0] === 'backup' && !isAsking) await backup(argv.slice(1));
  if (argv[0] === 'restore' && !isAsking) await restore(argv.slice(1));
  if (argv[0] === 'health') await health(argv.slice(1));
  await run(argv);
} catch (cause) {
  process.stderr.write(`ops-server: ${explain(cause, undefined)}\n`);
  process.exit(cause instanceof SettingsError ? 2 : 1);
}
