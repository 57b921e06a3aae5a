import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { SettingsError } from '@ops/runtime/settings-error.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadServerConfig } from './config.ts';
import type { LoadedServerConfig } from './config.ts';

let cwd: string;
let remove: () => Promise<void>;

beforeEach(async () => {
  const temp = await tempDirectory('server-config');
  cwd = temp.path;
  remove = () => temp.remove();
});
afterEach(() => remove());

async function load(
  env: Record<string, string> = {},
  argv: readonly string[] = [],
): Promise<LoadedServerConfig> {
  const loaded = await loadServerConfig({ argv, env, cwd });
  if (loaded.kind !== 'settings') throw new Error(`expected settings, got ${loaded.kind}`);
  return loaded;
}

async function fault(env: Record<string, string>, argv: readonly string[] = []): Promise<string> {
  const error = await load(env, argv).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(SettingsError);
  return error instanceof SettingsError ? error.message : '';
}

async function file(name: string, mode: number): Promise<string> {
  await writeFile(join(cwd, name), 'x');
  await chmod(join(cwd, name), mode);
  return join(cwd, name);
}

/** Warnings beside those that secrets stand in the environment. */
const about = async (env: Record<string, string>): Promise<string[]> =>
  (await load(env)).warnings.filter((line) => !line.includes('stands in the variable'));

describe('the configuration of ops-server', () => {
  it('has the defaults of the manual', async () => {
    const { values, warnings } = await load();
    expect(values).toEqual({
      tcpBindAddr: '127.0.0.1',
      httpBindAddr: '127.0.0.1',
      commandRetentionDays: 90,
      commands: [],
      tcpPort: 12_345,
      httpPort: 3000,
      cleanupIntervalSecs: 60,
      clientTimeoutSecs: 300,
      maxConnections: 1000,
      authToken: undefined,
      tcpAuthEnabled: undefined,
      tcpAuthSecret: undefined,
      tcpAuthSecretPrevious: undefined,
      adminPassword: undefined,
      sessionIdleSecs: 3600,
      sessionMaxSecs: 43_200,
      allowedHosts: [],
      allowedOrigins: [],
      cookieSecure: 'auto',
      trustProxy: [],
      tlsCert: undefined,
      tlsKey: undefined,
      tcpTlsCert: undefined,
      tcpTlsKey: undefined,
      dataDir: join(cwd, 'data'),
      logDir: join(cwd, 'logs'),
      logLevel: 'info',
      logRetentionDays: 30,
      allowedScriptDirs: [],
      allowedScriptExtensions: ['sh', 'py', 'pl', 'rb'],
    });
    expect(warnings).toEqual([]);
  });

  it('takes the file of the manual as it is printed there', async () => {
    const text = [
      '[server]',
      'tcp_bind_addr = "0.0.0.0"',
      'http_bind_addr = "0.0.0.0"',
      'tcp_port = 12345',
      'http_port = 3000',
      'cleanup_interval_secs = 60',
      'client_timeout_secs = 300',
      'max_connections = 1000',
      'auth_token = "your-secure-token"',
      'allowed_script_dirs = [',
      '    "/opt/ops-scripts",',
      '    "/usr/local/bin/scripts",',
      '    "/home/ops/scripts"',
      ']',
      'allowed_script_extensions = ["sh", "py", "pl", "rb"]',
    ].join('\n');
    await writeFile(join(cwd, 'config.toml'), text, { mode: 0o600 });
    const { values } = await load();
    expect(values).toMatchObject({ tcpBindAddr: '0.0.0.0', authToken: 'your-secure-token' });
    expect(values.allowedScriptDirs).toEqual([
      '/opt/ops-scripts',
      '/usr/local/bin/scripts',
      '/home/ops/scripts',
    ]);
  });

  it('says which variable changes a port', async () => {
    expect((await load({ OPS_HTTP_PORT: '3003' })).howToChange('httpPort')).toBe('change OPS_HTTP_PORT');
    expect((await load()).howToChange('tcpPort')).toContain('OPS_TCP_PORT');
  });
});

describe('what must hold between settings', () => {
  it('a certificate and its key come together, are there, and the key is private', async () => {
    const [cert, key, open] = [await file('crt', 0o644), await file('key', 0o600), await file('open', 0o644)];
    for (const [name, prefix] of [
      ['tls', 'OPS_TLS'],
      ['tcp_tls', 'OPS_TCP_TLS'],
    ] as const) {
      expect(await fault({ [`${prefix}_CERT`]: cert })).toBe(
        `${name}_cert from ${prefix}_CERT: ${name}_key must be set as well`,
      );
      expect(await fault({ [`${prefix}_KEY`]: key })).toBe(
        `${name}_key from ${prefix}_KEY: ${name}_cert must be set as well`,
      );
      expect(await fault({ [`${prefix}_CERT`]: `${cert}x`, [`${prefix}_KEY`]: key })).toBe(
        `${name}_cert from ${prefix}_CERT: ${cert}x does not exist`,
      );
      expect(await fault({ [`${prefix}_CERT`]: cert, [`${prefix}_KEY`]: open })).toBe(
        `${name}_key from ${prefix}_KEY: ${open} is open to others than its owner: run chmod 600 ${open}`,
      );
      await expect(load({ [`${prefix}_CERT`]: cert, [`${prefix}_KEY`]: key })).resolves.toBeDefined();
    }
  });

  it('a session is not idle for longer than it may last; the blame is where somebody wrote', async () => {
    expect(await fault({ OPS_SESSION_IDLE: '43201' })).toBe(
      'session_idle_secs from OPS_SESSION_IDLE: 43201 is above session_max_secs, which is 43200',
    );
    expect(await fault({ OPS_SESSION_MAX: '3599' })).toBe(
      'session_max_secs from OPS_SESSION_MAX: 3599 is below session_idle_secs, which is 3600',
    );
    await expect(load({ OPS_SESSION_IDLE: '43200' })).resolves.toBeDefined();
  });

  it('the two ports differ, unless the system chooses them', async () => {
    expect(await fault({ OPS_HTTP_PORT: '12345' })).toContain(
      'http_port from OPS_HTTP_PORT: http_port and tcp_port are both 12345',
    );
    expect(await fault({ OPS_TCP_PORT: '3000' })).toContain('tcp_port from OPS_TCP_PORT: ');
    await expect(load({ OPS_HTTP_PORT: '0', OPS_TCP_PORT: '0' })).resolves.toBeDefined();
  });

  it('the password of admin is none of the short ones, the default among them', async () => {
    expect(await fault({ OPS_ADMIN_PASSWORD: 'admin123' })).toContain('is shorter than 12 characters');
    expect((await load({ OPS_ADMIN_PASSWORD: 'twelve-chars' })).values.adminPassword).toBe('twelve-chars');
  });
});

describe('warnings', () => {
  const STRONG = '4b1c0f9e'.repeat(8);

  it('are given about weak secrets, without showing them', async () => {
    const lines = await about({
      OPS_TCP_AUTH_SECRET: 'test-secret-123',
      OPS_TCP_AUTH_SECRET_PREVIOUS: 'short',
      OPS_AUTH_TOKEN: 'a'.repeat(40),
    });
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      'tcp_auth_secret',
      'tcp_auth_secret_previous',
      'auth_token',
    ]);
    expect(lines.join()).not.toMatch(/test-secret|aaaa/);
    expect(await about({ OPS_TCP_AUTH_SECRET: STRONG, OPS_AUTH_TOKEN: STRONG })).toEqual([]);
  });

  it('are given when authentication is switched off where others can connect', async () => {
    expect(await about({ OPS_TCP_AUTH_ENABLED: 'false', OPS_TCP_BIND_ADDR: '0.0.0.0' })).toEqual([
      'tcp_auth_enabled is false on 0.0.0.0: anybody who reaches the TCP port can pose as a client',
    ]);
    expect(await about({ OPS_TCP_AUTH_ENABLED: 'false', OPS_TCP_BIND_ADDR: '127.0.0.2' })).toEqual([]);
  });

  it('are given about a previous secret that is the current one', async () => {
    expect(await about({ OPS_TCP_AUTH_SECRET: STRONG, OPS_TCP_AUTH_SECRET_PREVIOUS: STRONG })).toEqual([
      'tcp_auth_secret_previous equals tcp_auth_secret and has no effect',
    ]);
  });
});
