/**
 * The parts of ops-client and how they hang together: the only file that knows them all. The link reads messages;
 * `serve`, at the end, says which part each belongs to.
 */
import { join } from 'node:path';

import { secretBytes } from '@ops/protocol/wire/handshake.ts';
import type { MessageOf, ServerMessage } from '@ops/protocol/wire/messages.ts';
import type { HostFacts } from '@ops/protocol/domain/client.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Disk } from '@ops/runtime/disk.ts';
import { createLifecycle } from '@ops/runtime/lifecycle.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { ClientConfig } from './config.ts';
import { createHostReport, keptResolution } from './host-report.ts';
import type { HostReport } from './host-report.ts';
import { openDataDirectory, readClientId, readJournalEpoch } from './identity.ts';
import { createLink } from './link/connection.ts';
import type { Link, LinkNeeds } from './link/connection.ts';
import { createDial } from './link/dial.ts';
import { createLinkReport } from './link/link-report.ts';
import { createProver } from './link/prove.ts';
import type { Prover } from './link/prove.ts';
import { createReconnect } from './link/reconnect.ts';
import { createServerClock } from './link/server-clock.ts';
import type { LinkState } from './link/states.ts';
import type { Dial } from './link/wire.ts';
import type { Readings } from './readings/readings.ts';
import { createBacklogSender } from './samples/backlog-sender.ts';
import type { BacklogSender } from './samples/backlog-sender.ts';
import { openSpool } from './samples/spool.ts';
import type { Backlog, Spool } from './samples/spool.ts';
import { NOTHING_ALLOWED, unsupported } from './unsupported.ts';

/** What the client uses of its configuration. */
export type ClientOptions = Pick<
  ClientConfig,
  | 'serverHost'
  | 'serverPort'
  | 'heartbeatIntervalSecs'
  | 'retryMaxAttempts'
  | 'retryBaseDelaySecs'
  | 'retryMaxDelaySecs'
  | 'clientIdFile'
  | 'tcpAuthEnabled'
  | 'tcpAuthSecret'
  | 'tcpAuthSecretPrevious'
  | 'tls'
  | 'tlsCa'
  | 'tlsFingerprint'
  | 'dataDir'
  | 'labels'
>;

export interface ClientNeeds {
  readonly config: ClientOptions;
  /** Which settings somebody wrote down, because they mean more than their defaults. */
  readonly explicit: { readonly heartbeatInterval: boolean; readonly retryMaxAttempts: boolean };
  /** `XDG_STATE_HOME` and `HOME`, for the default data directory. */
  readonly stateHome?: string | undefined;
  readonly home?: string | undefined;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly log: Log;
  readonly readings: Readings;
  /** Another way to make connections, for simulations. */
  readonly dial?: Dial;
  /** Each time the server has registered this client. */
  readonly onConnected?: () => void;
  /** As many attempts as were allowed failed; nothing more will happen. */
  readonly onGaveUp?: (reason: string) => void;
}

export interface Client {
  /** Reads or makes the identity, then connects for as long as it takes. @throws UnsafeFile */
  start(): Promise<void>;
  /** Says goodbye, keeps what was not delivered, closes. Harmless when it was not started, or twice. */
  stop(): Promise<void>;
  /** Secrets for the next connection. */
  replaceSecrets(config: Pick<ClientOptions, 'tcpAuthSecret' | 'tcpAuthSecretPrevious'>): void;
  readonly state: LinkState;
}

/** The settings' secrets in the order they are tried. */
function secretsOf({
  tcpAuthSecret,
  tcpAuthSecretPrevious,
}: Pick<ClientOptions, 'tcpAuthSecret' | 'tcpAuthSecretPrevious'>): Buffer[] {
  return [tcpAuthSecret, tcpAuthSecretPrevious].flatMap((secret) =>
    secret === undefined ? [] : [secretBytes(secret)],
  );
}

export function createClient(needs: ClientNeeds): Client {
  const { config, explicit, clock, random, disk, log, readings } = needs;
  const lifecycle = createLifecycle();
  let stopping = false;
  let link: Link | undefined;
  let prover: Prover | undefined;

  async function start(): Promise<void> {
    const { id: clientId, created } = await readClientId(config.clientIdFile, random);
    const sentence = created ? 'This host has a new client id' : 'This host has a client id';
    log.info(sentence, { client_id: clientId, file: config.clientIdFile });
    const { dataDir: configured } = config;
    const directory = await openDataDirectory(clientId, {
      configured,
      stateHome: needs.stateHome,
      home: needs.home,
    });
    const journalEpoch = await readJournalEpoch(directory, disk, random);
    const resolutionSecs = keptResolution(config.heartbeatIntervalSecs);
    const spool = await openSpool({ disk, directory: join(directory, 'samples'), log, resolutionSecs });
    if (stopping) return;

    // Waits for what is queued to be written.
    lifecycle.onRelease('kept samples', () => spool.add([]));
    lifecycle.onRelease('readings', () => readings.close());
    const report = createHostReport({
      readings,
      spool,
      clock,
      resolutionSecs,
      send: (message) => connection.send(message),
    });
    lifecycle.onRelease('host report', () => report.stop());
    const sender = createBacklogSender({
      spool,
      log,
      resolutionSecs,
      send: (message) => connection.sendBulk(message),
    });
    const identity: Identity = { clientId, instanceId: random.uuid(), journalEpoch };
    const connection = openLink(identity, report, spool, {
      ready(registered) {
        report.ready(registered.heartbeat_interval * 1000);
        sender.ready(registered.limits.max_frame_bytes);
        needs.onConnected?.();
      },
      message: (message) => serve(message, { report, sender, link: connection }),
      down() {
        sender.down();
        report.down();
      },
      gaveUp: (failure) => needs.onGaveUp?.(failure.message),
    });
    link = connection;
    lifecycle.onRelease('link', () => connection.stop());
    report.start();
    connection.start();
  }

  function openLink(identity: Identity, report: HostReport, spool: Spool, on: LinkNeeds['on']): Link {
    const { serverHost: host, serverPort: port, tls } = config;
    const { clientId, instanceId } = identity;
    const enabled = config.tcpAuthEnabled ?? config.tcpAuthSecret !== undefined;
    prover = createProver({ clientId, instanceId, enabled, secrets: secretsOf(config), clock, random });
    const trust = { caFile: config.tlsCa, fingerprint: config.tlsFingerprint };
    const baseMs = config.retryBaseDelaySecs * 1000;
    const maxMs = config.retryMaxDelaySecs * 1000;
    const { retryMaxAttempts: attempts } = config;
    const giveUpAfter = explicit.retryMaxAttempts ? attempts : undefined;
    const patienceAfter = explicit.retryMaxAttempts ? undefined : attempts;
    return createLink({
      dial: needs.dial ?? createDial({ host, port, ...(tls && { tls: trust }) }, clock),
      prover,
      reconnect: createReconnect({ baseMs, maxMs, giveUpAfter }, random),
      serverClock: createServerClock(clock),
      clock,
      report: createLinkReport({ log, clientId, host, port, encrypted: tls, patienceAfter }),
      introduce: () => introduce(identity, report.facts(), spool.backlog()),
      on,
    });
  }

  function introduce(
    { clientId, instanceId, journalEpoch }: Identity,
    facts: HostFacts,
    backlog: Backlog | undefined,
  ): MessageOf<'register'> {
    return {
      type: 'register',
      client_id: clientId,
      instance_id: instanceId,
      journal_epoch: journalEpoch,
      last_seq: 0,
      client_version: needs.version,
      client_time: Math.floor(clock.wall()),
      system_info: facts,
      app_info: [],
      labels: config.labels,
      policy: NOTHING_ALLOWED,
      ...(explicit.heartbeatInterval && { heartbeat_interval: config.heartbeatIntervalSecs }),
      commands: [],
      ...(backlog && { backlog }),
    };
  }

  return {
    start,
    stop() {
      stopping = true;
      return lifecycle.release();
    },
    replaceSecrets: (secrets) => prover?.replaceSecrets(secretsOf(secrets)),
    get state() {
      return link?.state ?? 'idle';
    },
  };
}

/** One process of one client. */
interface Identity {
  readonly clientId: string;
  readonly instanceId: string;
  readonly journalEpoch: string;
}

/** Which part serves which message of the server. */
function serve(
  message: ServerMessage,
  { report, sender, link }: { report: HostReport; sender: BacklogSender; link: Link },
): void {
  switch (message.type) {
    case 'heartbeat_ack':
      return report.confirmed();
    case 'samples_ack':
      return sender.acknowledged(message.to);
    case 'command':
    case 'service':
    case 'update':
      return void link.send(unsupported(message.command_id));
    case 'cancel':
    case 'output_missing':
    case 'result_ack':
      // About commands that never started: nothing to act on.
      return;
    case 'hello':
    case 'auth_challenge':
    case 'auth_ok':
    case 'auth_failed':
    case 'registered':
    case 'goodbye':
    case 'error':
      throw new Error(`${message.type} is the link's own`);
  }
}
