/** Gathers the facts: reads files, knocks at ports, asks over HTTP. Changes nothing, and never waits for ever. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';

import { secretFingerprint } from '@ops/protocol/wire/secret-fingerprint.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import { ask, isCertificateProblem, readHealth } from '@ops/runtime/doctor/ask.ts';
import { readCertificate } from '@ops/runtime/doctor/certificate.ts';
import { changeSetting } from '@ops/runtime/doctor/change-setting.ts';
import { launcherOf, serviceCommand } from '@ops/runtime/doctor/launcher.ts';
import { lookAtDirectory, lookAtPath } from '@ops/runtime/doctor/path-facts.ts';
import { shellWord } from '@ops/runtime/private-file.ts';
import { camelCase } from '@ops/runtime/settings-table.ts';

import { AUDIT_KEY_FILE } from '../audit/audit-key.ts';
import { SERVER_PROGRAM, SERVER_SETTINGS } from '../config.ts';
import type { LoadedServerConfig, ServerConfig } from '../config.ts';
import { mustProve, tcpSecretFile } from '../tcp-secret.ts';
import { VERSION } from '../version.ts';
import type { CertificateFile, PortFacts, ServerFacts } from './facts.ts';
import { knock } from './knock.ts';
import { lookAtDatabase } from './look-at-database.ts';
import { openFilesOf, serverOf } from './look-at-process.ts';
import { lookThroughUrl } from './through-url.ts';

export interface GatherNeeds {
  readonly loaded: LoadedServerConfig;
  /** As the settings find it: `--config`, or the default one. */
  readonly configFile: string;
  readonly cwd: string;
  readonly url: URL | undefined;
  readonly clock: Clock;
  readonly streamDeadlineMs?: number | undefined;
}

export interface Gathered {
  readonly facts: ServerFacts;
  readonly secrets: readonly string[];
}

const FIRST_UNPRIVILEGED_PORT = 1024;
const DATABASES = ['ops.db', 'samples.db'];

export async function gather(needs: GatherNeeds): Promise<Gathered> {
  const { loaded, cwd, clock } = needs;
  const { values: config } = loaded;
  const file = await lookAtPath(resolve(cwd, needs.configFile));
  const configFile = file.kind === 'absent' ? undefined : file;
  const running = await serverOf(config.dataDir);
  const [tcp, http] = await Promise.all([lookAtTcp(config, clock), lookAtHttp(config, clock)]);
  const dataDir = await lookAtDirectory(config.dataDir);
  const secretFile = await lookAtPath(tcpSecretFile(config.dataDir));
  const { secret, generated } = await secretOf(config, secretFile.readable);
  const mayRun = running !== undefined || tcp.kind === 'ours' || http.kind === 'ours';
  const previous = config.tcpAuthSecretPrevious;
  const user = process.geteuid?.();
  const start = serviceCommand('ops-server', 'start');
  const configOption =
    configFile && needs.configFile !== 'config.toml' ? ` --config ${shellWord(needs.configFile)}` : '';
  const isService = start.startsWith('sudo');

  const facts: ServerFacts = {
    version: VERSION,
    settings: { warnings: loaded.warnings, file: configFile },
    config,
    change: (key, toml, text) =>
      changeSetting(
        {
          key,
          variable: SERVER_SETTINGS[key].variable,
          origin: Object.entries(loaded.origins).find(([name]) => name === camelCase(key))![1],
          section: SERVER_PROGRAM.section,
          file: configFile?.path,
          launcher: launcherOf('ops-server'),
        },
        toml,
        text,
      ),
    commands: {
      start: isService ? start : `${start}${configOption}`,
      restart: isService
        ? serviceCommand('ops-server', 'restart')
        : `kill ${running?.pid ?? '"$(pgrep -o ops-server)"'}; ${start}${configOption}`,
      doctor: `${launcherOf('ops-server')} doctor${configOption}`,
    },
    wallMs: clock.wall(),
    // Root looks on behalf of whoever the server runs as.
    owner: user === 0 ? dataDir.uid : user,
    isRoot: user === 0,
    unprivilegedPortStart: await unprivilegedPortStart(),
    addresses: Object.values(networkInterfaces()).flatMap((each) =>
      (each ?? []).map(({ address }) => address),
    ),
    process: running,
    openFiles: await openFilesOf('self'),
    tcp,
    http,
    dataDir,
    logDir: await lookAtDirectory(config.logDir),
    privateFiles: await Promise.all(
      [AUDIT_KEY_FILE, ...DATABASES].map((name) => lookAtPath(join(config.dataDir, name))),
    ).then((files) => [secretFile, ...files]),
    secret: {
      enabled: mustProve(config),
      fingerprint: secret === undefined ? undefined : secretFingerprint(secret),
      previousFingerprint: previous === undefined ? undefined : secretFingerprint(previous),
      file: generated ? secretFile : undefined,
    },
    certificates: await certificatesOf(config),
    databases: DATABASES.map((name) => lookAtDatabase(config.dataDir, name, mayRun)),
    url:
      needs.url &&
      (await lookThroughUrl({
        url: needs.url,
        token: config.authToken,
        clock,
        streamDeadlineMs: needs.streamDeadlineMs,
      })),
  };
  const { authToken, adminPassword } = config;
  return {
    facts,
    secrets: [secret, previous, authToken, adminPassword].filter((each) => each !== undefined),
  };
}

async function unprivilegedPortStart(): Promise<number> {
  const text = await readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').catch(() => '');
  return text === '' ? FIRST_UNPRIVILEGED_PORT : Number(text);
}

/** The secret in force, which the server may have made itself. */
async function secretOf(
  config: ServerConfig,
  mayRead: boolean,
): Promise<{ secret: string | undefined; generated: boolean }> {
  if (config.tcpAuthSecret !== undefined) return { secret: config.tcpAuthSecret, generated: false };
  if (!mayRead) return { secret: undefined, generated: true };
  const text = await readFile(tcpSecretFile(config.dataDir), 'utf8').catch(() => undefined);
  return { secret: text?.replace(/\n$/, ''), generated: true };
}

/** Where somebody on this machine reaches what listens there. */
export function reachable(bindAddr: string): string {
  if (bindAddr === '0.0.0.0') return '127.0.0.1';
  return bindAddr === '::' ? '::1' : bindAddr;
}

async function lookAtTcp(config: ServerConfig, clock: Clock): Promise<PortFacts> {
  if (config.tcpPort === 0) return { kind: 'any' };
  const knocked = await knock({ host: reachable(config.tcpBindAddr), port: config.tcpPort, clock });
  if (knocked.kind === 'ours') return { ...knocked, health: undefined };
  // Under TLS it is the client who speaks first.
  if (knocked.kind === 'other' && config.tcpTlsCert !== undefined) return { kind: 'open' };
  return knocked;
}

async function lookAtHttp(config: ServerConfig, clock: Clock): Promise<PortFacts> {
  if (config.httpPort === 0) return { kind: 'any' };
  const host = reachable(config.httpBindAddr);
  const shown = host.includes(':') ? `[${host}]` : host;
  const tls = config.tlsCert !== undefined;
  const ca = tls ? await readFile(config.tlsCert, 'utf8').catch(() => undefined) : undefined;
  const servername = ca === undefined ? undefined : /DNS:([A-Za-z0-9.-]+)/.exec(namesIn(ca))?.[1];
  const url = new URL(`${tls ? 'https' : 'http'}://${shown}:${config.httpPort}/health`);
  const answer = await ask({ url, ca, servername, clock });
  const health = readHealth(answer);
  if (health) return { kind: 'ours', serverId: undefined, health };
  if (answer.kind === 'answered') return { kind: 'other' };
  if (isCertificateProblem(answer.code)) return { kind: 'open' };
  return /REFUSED|UNREACH|TIMEDOUT|NOTFOUND|AGAIN|ADDRNOTAVAIL/.test(answer.code)
    ? { kind: 'closed', code: answer.code }
    : { kind: 'other' };
}

function namesIn(pem: string): string {
  try {
    return readCertificate(pem).names;
  } catch {
    return '';
  }
}

async function certificatesOf(config: ServerConfig): Promise<CertificateFile[]> {
  const pairs = [
    ['tls_cert', config.tlsCert, config.tlsKey],
    ['tcp_tls_cert', config.tcpTlsCert, config.tcpTlsKey],
  ] as const;
  return Promise.all(
    pairs.flatMap(([key, path, keyPath]) =>
      path === undefined || keyPath === undefined || !existsSync(path)
        ? []
        : [certificateIn(key, path, keyPath)],
    ),
  );
}

async function certificateIn(
  key: CertificateFile['key'],
  path: string,
  keyPath: string,
): Promise<CertificateFile> {
  try {
    const pem = await readFile(path);
    const keyFits = new X509Certificate(pem).checkPrivateKey(createPrivateKey(await readFile(keyPath)));
    return { key, path, certificate: readCertificate(pem), keyFits };
  } catch {
    return { key, path, certificate: undefined, keyFits: false };
  }
}
