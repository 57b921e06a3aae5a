import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { selfMadeCertificate } from '@ops/testkit/self-made-certificate.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { healthReport } from './health-check.ts';
import { startTrial } from './http/test-server.ts';
import type { Trial } from './http/test-server.ts';

const HERE = { httpBindAddr: '0.0.0.0', tlsCert: undefined };

let trial: Trial | undefined;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ops-health-'));
});
afterEach(async () => {
  await trial?.close();
  trial = undefined;
  await rm(directory, { recursive: true, force: true });
});

async function certificate(name: string): Promise<{ tlsCert: string; tlsKey: string }> {
  const { cert, key } = await selfMadeCertificate();
  const found = { tlsCert: join(directory, `${name}.crt`), tlsKey: join(directory, `${name}.key`) };
  await writeFile(found.tlsCert, cert);
  await writeFile(found.tlsKey, key, { mode: 0o600 });
  return found;
}

describe('ops-server health', () => {
  it('is 0 when the server is well', async () => {
    trial = await startTrial();
    const { exitCode, text } = await healthReport({ ...HERE, httpPort: trial.port });
    expect(text).toMatch(/^\{"status":"healthy",/);
    expect(exitCode).toBe(0);
  });

  it('is 1 when a part failed, and names it', async () => {
    trial = await startTrial({ needs: { parts: { gateway: () => false } } });
    const { exitCode, text } = await healthReport({ ...HERE, httpPort: trial.port });
    expect(exitCode).toBe(1);
    expect(text).toContain('"gateway":"failed"');
  });

  it('is 1 when nobody answers, or nobody can be asked', async () => {
    trial = await startTrial();
    const { port } = trial;
    await trial.close();
    trial = undefined;
    const nobody = await healthReport({ ...HERE, httpPort: port });
    expect(nobody.text).toMatch(/^no answer: .*ECONNREFUSED/);
    expect(nobody.exitCode).toBe(1);
    const anyPort = await healthReport({ ...HERE, httpPort: 0 });
    expect(anyPort.text).toContain('http_port is 0');
    expect(anyPort.exitCode).toBe(1);
  });

  it('is answered whatever names the console may be called by', async () => {
    trial = await startTrial({ http: { allowedHosts: ['ops.example.com'] } });
    expect((await healthReport({ ...HERE, httpPort: trial.port })).exitCode).toBe(0);
  });

  it('accepts the certificate of the configuration, for whatever name it is, and no other', async () => {
    const [own, other] = [await certificate('own'), await certificate('other')];
    trial = await startTrial({ http: own });
    const here = { ...HERE, httpPort: trial.port };
    expect(await healthReport({ ...here, tlsCert: own.tlsCert })).toMatchObject({ exitCode: 0 });
    const another = await healthReport({ ...here, tlsCert: other.tlsCert });
    expect(another.text).toMatch(/^no answer: .*(certificate|signature)/);
    expect(another.exitCode).toBe(1);
  });
});
