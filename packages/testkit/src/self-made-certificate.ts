/** A key and a self-signed certificate for 127.0.0.1 and localhost, made by the `openssl` program when a test asks. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { tempDirectory } from './temp-directory.ts';

const DEADLINE_MS = 20_000;

export interface SelfMadeCertificate {
  /** PEM. */
  readonly key: string;
  /** PEM. Its own authority: give it to the client as `ca`. */
  readonly cert: string;
}

export interface CertificateOptions {
  /** Subject alternative names as openssl writes them. */
  readonly names?: readonly string[];
  readonly days?: number;
}

/** @throws Error when `openssl` is not installed or fails */
export async function selfMadeCertificate(options: CertificateOptions = {}): Promise<SelfMadeCertificate> {
  const { names = ['IP:127.0.0.1', 'DNS:localhost'], days = 2 } = options;
  await using directory = await tempDirectory('certificate');
  const key = join(directory.path, 'key.pem');
  const cert = join(directory.path, 'cert.pem');
  const make = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const what = [
    '-subj',
    '/CN=ops test',
    '-addext',
    `subjectAltName=${names.join(',')}`,
    '-days',
    String(days),
  ];
  await promisify(execFile)('openssl', [...make, ...what, '-keyout', key, '-out', cert], {
    timeout: DEADLINE_MS,
  });
  return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
}
