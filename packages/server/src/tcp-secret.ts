/** Whether clients must prove a secret, and which: pure rules, and the one file a secret may be made in. */
import { join } from 'node:path';

import { isLoopback } from '@ops/runtime/ip-address.ts';
import type { Random } from '@ops/runtime/random.ts';
import { readOrCreatePrivateFile } from '@ops/runtime/safe-file.ts';

import type { ServerConfig } from './config.ts';

export interface TcpSecrets {
  readonly enabled: boolean;
  readonly current: string | undefined;
  readonly previous: string | undefined;
  /** Set when the server keeps the secret itself. */
  readonly file: string | undefined;
}

export const SECRET_FILE = 'tcp-auth-secret';
/** Where the server keeps a secret it made. */
export const tcpSecretFile = (dataDir: string): string => join(dataDir, SECRET_FILE);
const SECRET_BYTES = 32;

type Needed = Pick<
  ServerConfig,
  'tcpAuthEnabled' | 'tcpAuthSecret' | 'tcpAuthSecretPrevious' | 'tcpBindAddr' | 'dataDir'
>;

/** Whether clients must prove a secret. Unset means: not on a loopback bind, elsewhere they must. */
export function mustProve({ tcpAuthEnabled, tcpBindAddr }: Needed): boolean {
  return tcpAuthEnabled ?? !isLoopback(tcpBindAddr);
}

/**
 * Needed and absent: 32 random bytes as hex in the data directory,
 * which must exist.
 * @throws UnsafeFile when that file cannot be trusted
 */
export async function resolveTcpSecrets(config: Needed, random: Random): Promise<TcpSecrets> {
  const enabled = mustProve(config);
  if (!enabled) return { enabled, current: undefined, previous: undefined, file: undefined };
  const previous = config.tcpAuthSecretPrevious;
  if (config.tcpAuthSecret !== undefined) {
    return { enabled, current: config.tcpAuthSecret, previous, file: undefined };
  }
  const file = tcpSecretFile(config.dataDir);
  const { text } = await readOrCreatePrivateFile(
    file,
    () => `${random.bytes(SECRET_BYTES).toString('hex')}\n`,
  );
  return { enabled, current: text.replace(/\n$/, ''), previous, file };
}
