import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { selfMadeCertificate } from '@ops/testkit/self-made-certificate.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { PASSWORD, startTrial } from './test-server.ts';
import type { Trial } from './test-server.ts';

const UNTRUSTED = /certificate|signature/;

let directory: string;
let trial: Trial;
let ca: string;

async function write(): Promise<string> {
  const { cert, key } = await selfMadeCertificate();
  await writeFile(join(directory, 'cert.pem'), cert);
  await writeFile(join(directory, 'key.pem'), key, { mode: 0o600 });
  return cert;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ops-tls-'));
  ca = await write();
  trial = await startTrial({
    http: { tlsCert: join(directory, 'cert.pem'), tlsKey: join(directory, 'key.pem') },
  });
});
afterAll(async () => {
  await trial.close();
  await rm(directory, { recursive: true, force: true });
});

function login(authority: string): Promise<{ status: number; headers: IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const options = {
      host: '127.0.0.1',
      port: trial.port,
      path: '/api/login',
      method: 'POST',
      ca: authority,
      headers,
    };
    const asking = request({ ...options, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    });
    asking.on('error', reject);
    asking.end(JSON.stringify({ username: 'admin', password: PASSWORD }));
  });
}

it('over TLS the cookie is Secure and the browser is told to stay with TLS', async () => {
  const { status, headers } = await login(ca);
  expect(status).toBe(200);
  expect(headers['set-cookie']?.[0]).toMatch(/; Secure$/);
  expect(headers['strict-transport-security']).toBe('max-age=31536000');
  expect(trial.url).toMatch(/^https:/);
});

it('a renewed certificate is taken without a restart', async () => {
  const renewed = await write();
  await expect(login(renewed)).rejects.toThrow(UNTRUSTED);
  await trial.server.renewCertificate();
  expect((await login(renewed)).status).toBe(200);
  await expect(login(ca)).rejects.toThrow(UNTRUSTED);
});

it('a certificate that cannot be read leaves the one in use', async () => {
  await writeFile(join(directory, 'cert.pem'), 'nonsense');
  await expect(trial.server.renewCertificate()).rejects.toThrow(/PEM/);
  await rm(join(directory, 'cert.pem'));
  await expect(trial.server.renewCertificate()).rejects.toThrow(/cert\.pem/);
  await expect(login(ca)).rejects.toThrow(UNTRUSTED);
});

it('without TLS there is nothing to renew', async () => {
  await using plain = await startTrial();
  await expect(plain.server.renewCertificate()).resolves.toBeUndefined();
});
