/**
 * A few characters by which two people see whether they hold the same secret, without showing it: both doctors print
 * them. Keyed by the secret and for this purpose only (S-17), slow, and short: whoever reads a fingerprint can at most
 * rule out guesses, each at the price of an scrypt.
 */
import { createHmac, scryptSync } from 'node:crypto';

const SHOWN_BYTES = 4;
const COST = { N: 16_384, r: 8, p: 1 };

/** @returns such as `3f9c-01ab` */
export function secretFingerprint(secret: string): string {
  const slow = scryptSync(secret, 'ops-doctor secret-fingerprint v1', 32, COST);
  const hex = createHmac('sha256', slow)
    .update('shown')
    .digest('hex')
    .slice(0, 2 * SHOWN_BYTES);
  return `${hex.slice(0, 4)}-${hex.slice(4)}`;
}
