import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { SettingsError } from '@ops/runtime/settings-error.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadClientConfig } from './config.ts';
import type { LoadedClientConfig } from './config.ts';

let cwd: string;
let remove: () => Promise<void>;

beforeEach(async () => {
  const temp = await tempDirectory('client-config');
  cwd = temp.path;
  remove = () => temp.remove();
});
afterEach(() => remove());

async function load(
  env: Record<string, string> = {},
  argv: readonly string[] = [],
): Promise<LoadedClientConfig> {
  const loaded = await loadClientConfig({ argv, env, cwd });
  if (loaded.kind !== 'settings') throw new Error(`expected settings, got ${loaded.kind}`);
  return loaded;
}

async function fault(env: Record<string, string>): Promise<string> {
  const error = await load(env).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(SettingsError);
  return error instanceof SettingsError ? error.message : '';
}

describe('the configuration of ops-client', () => {
  it('has the defaults of the manual', async () => {
    const { values, warnings } = await load();
    expect(values).toEqual({
      serverHost: '127.0.0.1',
      serverPort: 12_345,
      commands: [],
      heartbeatIntervalSecs: 3,
      retryMaxAttempts: 10,
      retryBaseDelaySecs: 2,
      retryMaxDelaySecs: 60,
      clientIdFile: '/tmp/client_id.txt',
      appsBaseDir: '/tmp/apps',
      commandLogFile: '/tmp/client_commands.log',
      authToken: undefined,
      tcpAuthEnabled: undefined,
      tcpAuthSecret: undefined,
      tcpAuthSecretPrevious: undefined,
      enrolToken: undefined,
      acceptNewIdentity: true,
      tls: false,
      tlsCa: undefined,
      tlsFingerprint: undefined,
      upgradeKeys: [],
      dataDir: undefined,
      readonly: false,
      logDir: join(cwd, 'logs'),
      logLevel: 'info',
      logRetentionDays: 30,
      labels: {},
      allowedScriptDirs: ['/opt/ops-scripts', '/usr/local/bin/scripts', '/home/ops/scripts'],
      allowedScriptExtensions: ['sh', 'py', 'pl', 'rb'],
      allowedCommands: undefined,
    });
    expect(warnings).toEqual([]);
  });

  it('takes --host and --port', async () => {
    const { values } = await load({ OPS_SERVER_HOST: 'other' }, ['--host', '10.0.0.50', '--port', '12346']);
    expect([values.serverHost, values.serverPort]).toEqual(['10.0.0.50', 12_346]);
  });

  it('tells whether the number of attempts was set, also to its default', async () => {
    expect((await load()).origins.retryMaxAttempts.from).toBe('default');
    expect((await load({ OPS_RETRY_MAX_ATTEMPTS: '10' })).origins.retryMaxAttempts.from).toBe('variable');
  });

  it('takes labels with the names and values of Kubernetes', async () => {
    expect((await load({ OPS_LABELS: 'env=prod,example.com/role=web' })).values.labels).toEqual({
      env: 'prod',
      'example.com/role': 'web',
    });
    await writeFile(join(cwd, 'config.toml'), '[client.labels]\nenv = "prod"\n"a b" = "x"');
    expect(await fault({})).toContain('labels from config.toml:1: "a b" is no label name');
  });

  it('tells no commands from no list of commands', async () => {
    expect((await load({ OPS_ALLOWED_COMMANDS: '' })).values.allowedCommands).toEqual([]);
    expect((await load({ OPS_ALLOWED_COMMANDS: 'df:uptime' })).values.allowedCommands).toEqual([
      'df',
      'uptime',
    ]);
  });
});

describe('what must hold between settings', () => {
  const FINGERPRINT = `sha256:${'ab'.repeat(32)}`;

  it('the first delay is not above the longest', async () => {
    expect(await fault({ OPS_RETRY_BASE_DELAY: '60.5' })).toBe(
      'retry_base_delay_secs from OPS_RETRY_BASE_DELAY: 60.5 is above retry_max_delay_secs, which is 60',
    );
    expect(await fault({ OPS_RETRY_MAX_DELAY: '1' })).toBe(
      'retry_max_delay_secs from OPS_RETRY_MAX_DELAY: 1 is below retry_base_delay_secs, which is 2',
    );
    await expect(load({ OPS_RETRY_BASE_DELAY: '60' })).resolves.toBeDefined();
  });

  it('who names an authority or a fingerprint must have switched TLS on', async () => {
    await writeFile(join(cwd, 'ca.crt'), '');
    expect(await fault({ OPS_TLS_CA: 'ca.crt' })).toBe(
      'tls_ca from OPS_TLS_CA: it has no effect unless tls is true',
    );
    expect(await fault({ OPS_TLS_FINGERPRINT: FINGERPRINT })).toContain(
      'it has no effect unless tls is true',
    );
    expect(
      await fault({ OPS_TLS: 'true', OPS_TLS_CA: 'ca.crt', OPS_TLS_FINGERPRINT: FINGERPRINT }),
    ).toContain('keep one of them');
    expect(await fault({ OPS_TLS: 'true', OPS_TLS_CA: 'none.crt' })).toBe(
      `tls_ca from OPS_TLS_CA: ${join(cwd, 'none.crt')} does not exist`,
    );
    await expect(load({ OPS_TLS: 'true', OPS_TLS_CA: 'ca.crt' })).resolves.toBeDefined();
    expect(
      (await load({ OPS_TLS: 'true', OPS_TLS_FINGERPRINT: FINGERPRINT.toUpperCase() })).values.tlsFingerprint,
    ).toBe(FINGERPRINT);
  });

  it('a weak secret earns a warning', async () => {
    expect(
      (await load({ OPS_TCP_AUTH_SECRET: 'weak' })).warnings.some((line) =>
        line.startsWith('tcp_auth_secret is '),
      ),
    ).toBe(true);
  });
});
