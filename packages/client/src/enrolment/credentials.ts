/** By what this host gets in. */
import { secretBytes } from '@ops/protocol/wire/handshake.ts';
import { SettingsError } from '@ops/runtime/settings-error.ts';

import type { ClientConfig } from '../config.ts';
import { readClientKey, readKeptToken } from './key-files.ts';

export interface Credentials {
  /** Its own key, or what clients share; none while it has to enrol. */
  readonly secrets: readonly Buffer[];
  /** It has a key of its own: what clients share is of no use to it. */
  readonly isOwn: boolean;
  /** It insists on a proof of the server. */
  readonly enabled: boolean;
  /** To enrol with first. */
  readonly token: string | undefined;
}

type Shared = Pick<ClientConfig, 'tcpAuthSecret' | 'tcpAuthSecretPrevious'>;

/** In the order they are tried. */
export function sharedSecrets({ tcpAuthSecret, tcpAuthSecretPrevious }: Shared): Buffer[] {
  return [tcpAuthSecret, tcpAuthSecretPrevious].flatMap((secret) =>
    secret === undefined ? [] : [secretBytes(secret)],
  );
}

/**
 * @param directory of this client id
 * @throws UnsafeFile, SettingsError when a proof is wanted and there is nothing to prove
 */
export async function readCredentials(
  directory: string,
  config: Shared & Pick<ClientConfig, 'tcpAuthEnabled' | 'enrolToken'>,
): Promise<Credentials> {
  const key = await readClientKey(directory);
  if (key !== undefined) {
    const secrets = [secretBytes(key)];
    return { secrets, isOwn: true, enabled: config.tcpAuthEnabled ?? true, token: undefined };
  }
  const token = (await readKeptToken(directory)) ?? config.enrolToken;
  const secrets = sharedSecrets(config);
  const hasSomething = secrets.length > 0 || token !== undefined;
  if (config.tcpAuthEnabled && !hasSomething) {
    throw new SettingsError(
      'tcp_auth_enabled is true, but there is neither a tcp_auth_secret nor an enrol_token, and this host has no key of its own',
    );
  }
  return { secrets, isOwn: false, enabled: config.tcpAuthEnabled ?? hasSomething, token };
}
