/** A client with numbered readings and everything around it in the hands of a test. */
import { join } from 'node:path';

import type { HostFacts } from '@ops/protocol/domain/client.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import { systemExec } from '@ops/runtime/exec.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { systemDisk } from '@ops/runtime/system-disk.ts';
import { startFakeServer } from '@ops/testkit/fake-server.ts';
import type { FakeServer, FakeServerConnection, FakeServerOptions } from '@ops/testkit/fake-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { onTestFinished } from 'vitest';

import { createClient } from './client.ts';
import type { Client, ClientNeeds, ClientOptions } from './client.ts';
import { createNoUpgrades } from './upgrade/upgrade-part.ts';
import type { UpgradePart } from './upgrade/upgrade-part.ts';

export async function place(): Promise<string> {
  const directory = await tempDirectory('client');
  onTestFinished(() => directory.remove());
  return directory.path;
}

/** Nobody listens there, and the system gives this port to nobody. */
export const NOBODY = { host: '127.0.0.1', port: 1 };

export async function serverFor(options: FakeServerOptions = {}): Promise<FakeServer> {
  const server = await startFakeServer(options);
  onTestFinished(() => server.close());
  return server;
}

export interface ClientUnderTest {
  readonly client: Client;
  /** Set it to change what the host says of itself. */
  facts: HostFacts;
  gaveUp: string | undefined;
}

export interface Options {
  readonly directory?: string;
  readonly config?: Partial<ClientOptions>;
  readonly explicit?: Partial<ClientNeeds['explicit']>;
  readonly clock?: Clock;
  readonly started?: boolean;
  readonly upgrades?: UpgradePart;
}

/** A client whose readings are numbered: the n-th sample has `process_count` n. */
export async function clientFor(
  server: { host: string; port: number },
  options: Options = {},
): Promise<ClientUnderTest> {
  const directory = options.directory ?? (await place());
  let count = 0;
  const under: ClientUnderTest = {
    facts: { hostname: 'web-01' },
    gaveUp: undefined,
    client: createClient({
      config: {
        serverHost: server.host,
        serverPort: server.port,
        heartbeatIntervalSecs: 3,
        retryMaxAttempts: 10,
        retryBaseDelaySecs: 0.02,
        retryMaxDelaySecs: 0.05,
        clientIdFile: join(directory, 'id'),
        appsBaseDir: join(directory, 'apps'),
        tcpAuthEnabled: undefined,
        tcpAuthSecret: undefined,
        tcpAuthSecretPrevious: undefined,
        enrolToken: undefined,
        acceptNewIdentity: true,
        tls: false,
        tlsCa: undefined,
        tlsFingerprint: undefined,
        dataDir: join(directory, 'data'),
        labels: { env: 'prod' },
        readonly: false,
        allowedCommands: undefined,
        allowedScriptDirs: [],
        allowedScriptExtensions: ['sh'],
        commands: [],
        commandLogFile: join(directory, 'client_commands.log'),
        ...options.config,
      },
      explicit: { heartbeatInterval: false, retryMaxAttempts: false, ...options.explicit },
      version: '1.2.3',
      user: 'ops',
      clock: options.clock ?? systemClock,
      random: systemRandom,
      disk: systemDisk,
      exec: systemExec,
      log: silentLog,
      readings: {
        sample: (): Sample => ({ process_count: count++ }),
        facts: () => under.facts,
        close() {},
      },
      upgrades: options.upgrades ?? createNoUpgrades(undefined),
      onGaveUp: (reason) => (under.gaveUp = reason),
    }),
  };
  onTestFinished(() => under.client.stop());
  if (options.started ?? true) await under.client.start();
  return under;
}

export const isReady = ({ client }: ClientUnderTest) =>
  until(() => client.state === 'ready', { what: 'the link to be ready' });

export async function admitted(server: FakeServer, under: ClientUnderTest): Promise<FakeServerConnection> {
  const connection = await server.connection();
  await connection.admit();
  await isReady(under);
  return connection;
}

export const HEAD = {
  command_id: '6f1d3a52-9a0e-4c55-8d3e-0b7a4f6c2d18',
  seq: 1,
  timeout_secs: 30,
  sent_at: 1,
  start_within_ms: 30_000,
};

/** Of a command that has just been sent. */
export const head = () => ({ ...HEAD, sent_at: systemClock.wall() });

/** The answer to a command shows that the client has read everything before it. */
export async function hasReadAll(connection: FakeServerConnection): Promise<void> {
  connection.send({ type: 'command', ...HEAD, command: 'uptime' });
  await connection.waitFor('command_result');
}
