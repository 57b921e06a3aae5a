/**
 * The parts of ops-client and how they hang together: the only file that knows them all. The link reads messages;
 * `serve`, at the end, says which part each belongs to.
 */
import { join } from 'node:path';

import { hostLimits } from '@ops/policy/host-limits.ts';
import type { HostFacts } from '@ops/protocol/domain/client.ts';
import { secretBytes } from '@ops/protocol/wire/handshake.ts';
import type { MessageOf, ServerMessage } from '@ops/protocol/wire/messages.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Disk } from '@ops/runtime/disk.ts';
import type { Exec } from '@ops/runtime/exec.ts';
import { createLifecycle } from '@ops/runtime/lifecycle.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import { createAppActions } from './apps/actions.ts';
import { createApps } from './apps/apps.ts';
import type { Apps } from './apps/apps.ts';
import { openCommands } from './commands/commands.ts';
import type { Commands } from './commands/commands.ts';
import type { ClientConfig } from './config.ts';
import { readCredentials, sharedSecrets } from './enrolment/credentials.ts';
import type { Credentials } from './enrolment/credentials.ts';
import { enrol } from './enrolment/enrol.ts';
import { createEnrolment } from './enrolment/enrolment.ts';
import type { Enrolment } from './enrolment/enrolment.ts';
import { keepClientKey } from './enrolment/key-files.ts';
import { takeNewIdentity } from './enrolment/new-identity.ts';
import { createCommandLog } from './executor/command-log.ts';
import { createExecutor } from './executor/create-executor.ts';
import { policyMessage, policyOf } from './host-policy.ts';
import { createHostReport, keptResolution } from './host-report.ts';
import type { HostReport } from './host-report.ts';
import { openDataDirectory, readClientId } from './identity.ts';
import { createLink } from './link/connection.ts';
import type { Link, LinkNeeds } from './link/connection.ts';
import { createDial } from './link/dial.ts';
import { createLinkReport } from './link/link-report.ts';
import { createProver } from './link/prove.ts';
import type { Prover } from './link/prove.ts';
import { createReconnect } from './link/reconnect.ts';
import type { ReconnectOptions } from './link/reconnect.ts';
import { createServerClock } from './link/server-clock.ts';
import type { ServerClock } from './link/server-clock.ts';
import type { LinkState } from './link/states.ts';
import type { Dial } from './link/wire.ts';
import type { Readings } from './readings/readings.ts';
import { createBacklogSender } from './samples/backlog-sender.ts';
import type { BacklogSender } from './samples/backlog-sender.ts';
import { openSpool } from './samples/spool.ts';
import type { Backlog } from './samples/spool.ts';
import type { UpgradePart } from './upgrade/upgrade-part.ts';

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
  | 'appsBaseDir'
  | 'tcpAuthEnabled'
  | 'tcpAuthSecret'
  | 'tcpAuthSecretPrevious'
  | 'enrolToken'
  | 'acceptNewIdentity'
  | 'tls'
  | 'tlsCa'
  | 'tlsFingerprint'
  | 'dataDir'
  | 'labels'
  | 'readonly'
  | 'allowedCommands'
  | 'allowedScriptDirs'
  | 'allowedScriptExtensions'
  | 'commands'
  | 'commandLogFile'
>;

export interface ClientNeeds {
  readonly config: ClientOptions;
  /** Which settings somebody wrote down, because they mean more than their defaults. */
  readonly explicit: { readonly heartbeatInterval: boolean; readonly retryMaxAttempts: boolean };
  /** `XDG_STATE_HOME` and `HOME`, for the default data directory. */
  readonly stateHome?: string | undefined;
  readonly home?: string | undefined;
  readonly version: string;
  /** The user this runs as, for the console to show; undefined when the system has no name for it. */
  readonly user?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly exec: Exec;
  readonly log: Log;
  readonly readings: Readings;
  readonly upgrades: UpgradePart;
  /** Another way to make connections, for simulations. */
  readonly dial?: Dial;
  /** Each time the server has registered this client. */
  readonly onConnected?: () => void;
  /** This host has another id from now on: this client is to be stopped and another one started. */
  readonly onNewIdentity?: (clientId: string) => void;
  /** As many attempts as were allowed failed; nothing more will happen. */
  readonly onGaveUp?: (reason: string) => void;
}

export interface Client {
  /** Reads or makes the identity, then connects for as long as it takes. @throws UnsafeFile */
  start(): Promise<void>;
  /** Ends what runs, says goodbye, keeps what was not delivered, closes. Harmless when it was not started, or twice. */
  stop(): Promise<void>;
  /** Secrets for the next connection. */
  replaceSecrets(config: Pick<ClientOptions, 'tcpAuthSecret' | 'tcpAuthSecretPrevious'>): void;
  readonly state: LinkState;
}

export function createClient(needs: ClientNeeds): Client {
  const { config, explicit, clock, random, disk, exec, log, readings, upgrades } = needs;
  const policy = policyOf(config);
  const lifecycle = createLifecycle();
  let stopping = false;
  let link: Link | undefined;
  let prover: Prover | undefined;
  /** It has one: what clients share is of no use to it. */
  let hasKey = false;

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
    const credentials = await readCredentials(directory, config);
    hasKey = credentials.isOwn;
    const resolutionSecs = keptResolution(config.heartbeatIntervalSecs);
    const spool = await openSpool({ disk, directory: join(directory, 'samples'), log, resolutionSecs });
    const serverClock = createServerClock(clock);
    const apps = createApps({
      baseDir: config.appsBaseDir,
      readonly: config.readonly,
      clock,
      log,
      send: (message) => link?.send(message) ?? false,
    });
    lifecycle.onRelease('apps', () => apps.stop());
    const executorNeeds = { policy, readonly: config.readonly, exec, clock, log };
    const executor = createExecutor(executorNeeds);
    const actionNeeds = { baseDir: config.appsBaseDir, readonly: config.readonly, apps, executor, clock };
    const commands = await openCommands({
      executor,
      actions: createAppActions(actionNeeds),
      commandLog: createCommandLog({ path: config.commandLogFile, clock, log }),
      disk,
      directory,
      clock,
      random,
      log,
      serverClock,
      send: (message) => link?.send(message) ?? false,
      sendBulk: (message, taken) => link?.sendBulk(message, taken) ?? false,
      onIdle: () => upgrades.idle(),
    });
    lifecycle.onRelease('journal', () => commands.close());
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
    const identity: Identity = { clientId, instanceId: random.uuid() };
    const introduction = (): MessageOf<'register'> =>
      introduce(identity, report.facts(), apps, commands.report(), spool.backlog());
    upgrades.attach({ send: (message) => link?.send(message) ?? false, rest: () => commands.rest() });
    const connection = openLink(identity, credentials, serverClock, introduction, {
      ready(registered) {
        report.ready(registered.heartbeat_interval * 1000);
        apps.ready();
        commands.ready(registered);
        sender.ready(registered.limits.max_frame_bytes);
        upgrades.ready();
        needs.onConnected?.();
      },
      message: (message) => serve(message, { report, sender, commands, upgrades }),
      down() {
        upgrades.down();
        commands.down();
        sender.down();
        report.down();
      },
      newIdentity: takeOrder,
      gaveUp: (failure) => needs.onGaveUp?.(failure.message),
    });
    link = connection;
    lifecycle.onRelease('link', () => connection.stop());
    // Before the link: how they ended may still be on its way.
    lifecycle.onRelease('commands', () => commands.stop());
    report.start();
    apps.start();
    if (credentials.token === undefined) return connection.start();
    const enrolment = openEnrolment(identity, credentials.token, directory, report.facts().hostname, () =>
      connection.start(),
    );
    lifecycle.onRelease('enrolment', () => enrolment.stop());
    return enrolment.start();
  }

  function openEnrolment(
    identity: Identity,
    token: string,
    directory: string,
    hostname: string,
    done: () => void,
  ): Enrolment {
    return createEnrolment({
      ask: (signal) =>
        enrol(
          { ...identity, token, hostname, version: needs.version, dial: dialOf(), clock, random },
          signal,
        ),
      keep: (key) => keepClientKey(directory, key, random),
      reconnect: createReconnect(patience(), random),
      clock,
      log,
      on: {
        done(key) {
          hasKey = true;
          prover?.replaceSecrets([secretBytes(key)]);
          done();
        },
        gaveUp: (failure) => needs.onGaveUp?.(failure.message),
      },
    });
  }

  /** The server gives this host another id, because another process has this one. */
  function takeOrder(token: string | undefined): string {
    if (!config.acceptNewIdentity) {
      return 'Another running client uses the same client id, and the server wants this host to take another one: accept_new_identity is false, so run ops-client new-identity on the one that is a copy';
    }
    const { clientIdFile, dataDir: configured } = config;
    const { stateHome, home } = needs;
    takeNewIdentity({ clientIdFile, configured, stateHome, home, token, random }).then(
      (id) => {
        log.warn('The server gave this host a new client id', { client_id: id });
        needs.onNewIdentity?.(id);
      },
      (error: unknown) => log.error('This host could not take a new client id', { error }),
    );
    return 'Another running client uses the same client id: this host takes another one, as the server asks';
  }

  const dialOf = (): Dial => {
    const { serverHost: host, serverPort: port, tls } = config;
    const trust = { caFile: config.tlsCa, fingerprint: config.tlsFingerprint };
    return needs.dial ?? createDial({ host, port, ...(tls && { tls: trust }) }, clock);
  };

  const patience = (): ReconnectOptions => ({
    baseMs: config.retryBaseDelaySecs * 1000,
    maxMs: config.retryMaxDelaySecs * 1000,
    giveUpAfter: explicit.retryMaxAttempts ? config.retryMaxAttempts : undefined,
  });

  function openLink(
    { clientId, instanceId }: Identity,
    { secrets, enabled }: Credentials,
    serverClock: ServerClock,
    introduction: LinkNeeds['introduce'],
    on: LinkNeeds['on'],
  ): Link {
    const { serverHost: host, serverPort: port, tls } = config;
    prover = createProver({ clientId, instanceId, enabled, secrets, clock, random });
    const patienceAfter = explicit.retryMaxAttempts ? undefined : config.retryMaxAttempts;
    return createLink({
      dial: dialOf(),
      prover,
      reconnect: createReconnect(patience(), random),
      serverClock,
      clock,
      report: createLinkReport({ log, clientId, host, port, encrypted: tls, patienceAfter }),
      introduce: introduction,
      on,
    });
  }

  function introduce(
    { clientId, instanceId }: Identity,
    facts: HostFacts,
    apps: Apps,
    commands: ReturnType<Commands['report']>,
    backlog: Backlog | undefined,
  ): MessageOf<'register'> {
    return {
      type: 'register',
      client_id: clientId,
      instance_id: instanceId,
      client_version: needs.version,
      client_time: Math.floor(clock.wall()),
      system_info: facts,
      app_info: apps.introduce(),
      labels: config.labels,
      policy: policyMessage(hostLimits(policy, config.readonly), config, needs.user),
      ...(explicit.heartbeatInterval && { heartbeat_interval: config.heartbeatIntervalSecs }),
      ...commands,
      ...(backlog && { backlog }),
      upgrade: upgrades.report(),
    };
  }

  return {
    start,
    stop() {
      stopping = true;
      return lifecycle.release();
    },
    replaceSecrets(secrets) {
      if (!hasKey) prover?.replaceSecrets(sharedSecrets(secrets));
    },
    get state() {
      return link?.state ?? 'idle';
    },
  };
}

/** One process of one client. */
interface Identity {
  readonly clientId: string;
  readonly instanceId: string;
}

/** Which part serves which message of the server. */
function serve(
  message: ServerMessage,
  parts: { report: HostReport; sender: BacklogSender; commands: Commands; upgrades: UpgradePart },
): void {
  const { report, sender, commands, upgrades } = parts;
  switch (message.type) {
    case 'heartbeat_ack':
      return report.confirmed();
    case 'samples_ack':
      return sender.acknowledged(message.to);
    case 'command':
    case 'service':
    case 'update':
      return commands.take(message);
    case 'cancel':
      return commands.cancel(message.command_id);
    case 'output_missing':
      return commands.missing(message.command_id, message.from_seq);
    case 'result_ack':
      return commands.acknowledged(message.command_id);
    case 'upgrade':
    case 'cancel_upgrade':
    case 'upgrade_part':
      return upgrades.take(message);
    case 'hello':
    case 'auth_challenge':
    case 'auth_ok':
    case 'auth_failed':
    case 'registered':
    case 'enrolled':
    case 'new_identity':
    case 'goodbye':
    case 'error':
      throw new Error(`${message.type} is the link's own`);
  }
}
