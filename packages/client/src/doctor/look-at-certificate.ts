/**
 * The certificate the server shows, also one that is not accepted: a person compares its fingerprint with what
 * `ops-server doctor` prints. Nothing is sent, and nobody else gets the socket.
 */
import { isIP } from 'node:net';

import { readCertificate } from '@ops/runtime/doctor/certificate.ts';
import type { CertificateFacts } from '@ops/runtime/doctor/certificate.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import { CONNECT_DEADLINE_MS } from '../link/dial.ts';

/** Never rejects; undefined when there is no TLS there. */
export async function lookAtCertificate(
  target: { readonly host: string; readonly port: number },
  clock: Clock,
): Promise<CertificateFacts | undefined> {
  const { host, port } = target;
  const { connect } = await import('node:tls');
  return new Promise((resolve) => {
    const finish = (raw: Buffer | undefined): void => {
      deadline.cancel();
      socket.destroy();
      resolve(raw && readCertificate(raw));
    };
    const socket = connect({
      host,
      port,
      ...(isIP(host) === 0 && { servername: host }),
      rejectUnauthorized: false,
    });
    const deadline = clock.after(CONNECT_DEADLINE_MS, () => finish(undefined));
    socket.on('error', () => finish(undefined));
    socket.once('close', () => finish(undefined));
    socket.once('secureConnect', () => finish(socket.getPeerX509Certificate()?.raw));
  });
}
