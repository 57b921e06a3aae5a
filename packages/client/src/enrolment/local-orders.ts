/** What a person on the host can order: `ops-client enrol` and `ops-client new-identity`. */
import { hostname } from 'node:os';

import type { Clock } from '@ops/runtime/clock.ts';
import type { Random } from '@ops/runtime/random.ts';
import { SettingsError } from '@ops/runtime/settings-error.ts';

import type { ClientConfig } from '../config.ts';
import { openDataDirectory, readClientId } from '../identity.ts';
import { createDial } from '../link/dial.ts';
import { enrol } from './enrol.ts';
import { keepClientKey, readKeptToken } from './key-files.ts';
import { takeNewIdentity } from './new-identity.ts';

export const LOCAL_ORDERS = ['enrol', 'new-identity'] as const;
export type LocalOrder = (typeof LOCAL_ORDERS)[number];

export interface LocalOrderNeeds {
  readonly config: ClientConfig;
  readonly stateHome: string | undefined;
  readonly home: string | undefined;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** @returns one line for whoever asked. @throws SettingsError, UnsafeFile, LinkFailure */
export async function carryOut(order: LocalOrder, needs: LocalOrderNeeds): Promise<string> {
  const { config, stateHome, home, version, clock, random } = needs;
  const place = { configured: config.dataDir, stateHome, home };
  if (order === 'new-identity') {
    const id = await takeNewIdentity({
      ...place,
      clientIdFile: config.clientIdFile,
      token: config.enrolToken,
      random,
    });
    return `This host has the client id ${id} from its next start on: restart ops-client`;
  }
  const { id } = await readClientId(config.clientIdFile, random);
  const directory = await openDataDirectory(id, place);
  const token = config.enrolToken ?? (await readKeptToken(directory));
  if (token === undefined) {
    throw new SettingsError('there is no token: make one in the console and set OPS_ENROL_TOKEN_FILE=FILE');
  }
  const { serverHost: host, serverPort: port, tls, tlsCa: caFile, tlsFingerprint: fingerprint } = config;
  const dial = createDial({ host, port, ...(tls && { tls: { caFile, fingerprint } }) }, clock);
  const who = { clientId: id, instanceId: random.uuid(), hostname: hostname(), version };
  const { key, generation } = await enrol(
    { ...who, token, dial, clock, random },
    new AbortController().signal,
  );
  await keepClientKey(directory, key, random);
  return `This host is enrolled: client id ${id}, key ${generation}`;
}
