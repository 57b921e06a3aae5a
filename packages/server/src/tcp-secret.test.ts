import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemRandom } from '@ops/runtime/random.ts';

import { resolveTcpSecrets } from './tcp-secret.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ops-secret-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const resolve = (config: object) =>
  resolveTcpSecrets(
    {
      tcpAuthEnabled: undefined,
      tcpAuthSecret: undefined,
      tcpAuthSecretPrevious: undefined,
      tcpBindAddr: '127.0.0.1',
      dataDir,
      ...config,
    },
    systemRandom,
  );

describe('authentication of clients', () => {
  it.each([
    ['127.0.0.1', undefined, false],
    ['::1', undefined, false],
    ['localhost', undefined, false],
    ['0.0.0.0', undefined, true],
    ['192.168.1.5', undefined, true],
    ['::', undefined, true],
    ['127.0.0.1', true, true],
    ['0.0.0.0', false, false],
  ])('on a bind to %s with the switch %s is %s', async (tcpBindAddr, tcpAuthEnabled, enabled) => {
    expect((await resolve({ tcpBindAddr, tcpAuthEnabled })).enabled).toBe(enabled);
  });

  it('makes a secret once when it needs one and has none, readable by its owner only', async () => {
    const made = await resolve({ tcpAuthEnabled: true });
    expect(made.current).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(made.file!)).mode & 0o777).toBe(0o600);
    expect((await readFile(made.file!, 'utf8')).trim()).toBe(made.current);
    expect((await resolve({ tcpAuthEnabled: true })).current).toBe(made.current);
  });

  it('uses the configured secret as it is and makes no file', async () => {
    const secrets = await resolve({
      tcpAuthEnabled: true,
      tcpAuthSecret: ' spaced ',
      tcpAuthSecretPrevious: 'old',
    });
    expect(secrets).toEqual({ enabled: true, current: ' spaced ', previous: 'old', file: undefined });
  });
});
