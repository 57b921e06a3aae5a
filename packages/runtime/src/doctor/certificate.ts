/** What is to be said of a certificate. Pure but for the parsing. */
import { X509Certificate } from 'node:crypto';

import { fault, ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';

export interface CertificateFacts {
  readonly names: string;
  /** `sha256:` and 64 hex digits, as `tls_fingerprint` takes it. */
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly validFrom: number;
  readonly validTo: number;
  /** Whether it is for this host. */
  readonly isFor: (host: string) => boolean;
}

/** @param source PEM (its first certificate) or DER. @throws when it is none */
export function readCertificate(source: string | Buffer): CertificateFacts {
  const certificate = new X509Certificate(source);
  return {
    names: certificate.subjectAltName ?? certificate.subject,
    fingerprint: `sha256:${certificate.fingerprint256.replaceAll(':', '').toLowerCase()}`,
    validFrom: certificate.validFromDate.getTime(),
    validTo: certificate.validToDate.getTime(),
    isFor: (host) => certificate.checkHost(host) !== undefined || certificate.checkIP(host) !== undefined,
  };
}

const DAY_MS = 86_400_000;
/** Long enough to renew without haste. */
export const EXPIRES_SOON_DAYS = 14;

/**
 * @param host what it is reached by; undefined: not known
 * @param mend the command that makes or gets another one
 */
export function judgeCertificate(
  facts: CertificateFacts,
  wallMs: number,
  host: string | undefined,
  mend: string,
): Finding {
  const { names, fingerprint, validFrom, validTo } = facts;
  const day = new Date(validTo).toISOString().slice(0, 10);
  const days = Math.floor((validTo - wallMs) / DAY_MS);
  if (wallMs >= validTo) return fault(`the certificate expired on ${day}`, `证书已于 ${day} 过期`, mend);
  if (wallMs < validFrom)
    return fault(
      `the certificate is not valid yet, or the clock is wrong`,
      `证书尚未生效，或系统时间有误`,
      'sudo timedatectl set-ntp true',
    );
  if (host !== undefined && !facts.isFor(host))
    return fault(
      `the certificate is for ${names}, not for ${host}`,
      `证书用于 ${names}，而不是 ${host}`,
      mend,
    );
  const shown = `${names}, ${fingerprint}`;
  if (days < EXPIRES_SOON_DAYS)
    return warning(
      `the certificate expires in ${days} days: ${shown}`,
      `证书将在 ${days} 天后过期：${shown}`,
      mend,
    );
  return ok(`valid until ${day}: ${shown}`, `有效期至 ${day}：${shown}`);
}
