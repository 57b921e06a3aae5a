/**
 * The TCP side of the server: accepts clients, keeps one connection for each, and ends them when their time is over.
 *
 *   listener ─► doorkeeper ─► connection (greeting, proof, register) ─► roster ─► fleet, commands, upgrades
 *   sweep, each second ─► every deadline of every connection
 */
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { CommandInbox } from '../commands/commands.ts';
import type { CredentialBook } from '../enrolment/enrolment.ts';
import type { FleetInbox } from '../fleet/fleet.ts';
import { createStallGuard } from '../fleet/stall-guard.ts';
import type { UpgradeInbox } from '../upgrades/upgrades.ts';
import type { ByteSocket } from './byte-socket.ts';
import { Crowd, restartWindowMs } from './come-back.ts';
import { Connection } from './connection.ts';
import { createDoorkeeper } from './doorkeeper.ts';
import { SECRET_REMOVAL_SPREAD_MS, SILENCE_PRECISION, SWEEP_MS } from './limits.ts';
import { createListener } from './listener.ts';
import type { TlsIdentity } from './listener.ts';
import { createNotes } from './notes.ts';
import type { AuditSink } from './notes.ts';
import type { GatewayParts } from './parts.ts';
import { goodbyeBody, HeartbeatAcks } from './replies.ts';
import { Roster } from './roster.ts';
import { createKeyRing } from './secrets.ts';
import type { Secrets } from './secrets.ts';
import { createCounters } from './stats.ts';
import type { GatewayStats, TurnedAwayReason } from './stats.ts';

const SECOND_MS = 1000;
const DEFAULT_CLOSE_GRACE_MS = 5000;

export interface GatewayConfig {
  readonly tcpBindAddr: string;
  /** 0 for any free one. */
  readonly tcpPort: number;
  /** Registered clients; one more is told why, then closed. */
  readonly maxConnections: number;
  readonly clientTimeoutSecs: number;
  readonly tls?: TlsIdentity | undefined;
  readonly authEnabled: boolean;
  readonly secrets: Secrets;
}

export interface GatewayNeeds {
  readonly config: GatewayConfig;
  /** UUID of this server, the same after every restart. */
  readonly serverId: string;
  readonly inbox: FleetInbox;
  readonly commands: CommandInbox;
  readonly upgrades: UpgradeInbox;
  /** Keys of clients, and tokens. */
  readonly book: CredentialBook;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface Gateway {
  /** @throws the error of node:net: EADDRINUSE, EACCES, EADDRNOTAVAIL */
  listen(): Promise<{ readonly port: number }>;
  /** Says goodbye to every client and resolves when all are gone, at the latest after the grace. Harmless twice. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
  /** Changes the shared secrets. Clients on one that is gone are sent away within 60 s, spread. */
  setSecrets(secrets: Secrets): void;
  stats(): GatewayStats;
  readonly listening: boolean;
}

export function createGateway(needs: GatewayNeeds): Gateway {
  const { config, clock, random, log } = needs;
  const counters = createCounters();
  const connections = new Set<Connection>();
  const parts: GatewayParts = {
    serverId: needs.serverId,
    authEnabled: config.authEnabled,
    maxConnections: config.maxConnections,
    clientTimeoutMs: config.clientTimeoutSecs * SECOND_MS,
    clock,
    random,
    log,
    notes: createNotes({ log, audit: needs.audit, clock, counters }),
    inbox: needs.inbox,
    commands: needs.commands,
    upgrades: needs.upgrades,
    door: createDoorkeeper({ clock }),
    roster: new Roster(),
    ring: createKeyRing(config.secrets, random, needs.book),
    book: needs.book,
    crowd: new Crowd(),
    unsettled: new Set(),
    acks: new HeartbeatAcks(),
    counters,
  };
  const { door, roster, notes } = parts;
  let sweeper: Timer | undefined;
  let closing: Promise<void> | undefined;

  const listener = createListener({
    bindAddr: config.tcpBindAddr,
    port: config.tcpPort,
    tls: config.tls,
    onSocket: accept,
    onAcceptError(error) {
      counters.acceptErrors++;
      notes.stranger('a connection could not be accepted', { error });
    },
  });

  function turnAway(socket: ByteSocket, reason: TurnedAwayReason): undefined {
    counters.turnedAway[reason]++;
    socket.on('error', () => {});
    socket.destroy();
    return undefined;
  }

  function accept(socket: ByteSocket, remoteAddress: string | undefined): Connection | undefined {
    counters.accepted++;
    // Gone before it was looked at.
    if (remoteAddress === undefined) return turnAway(socket, 'no_address');
    if (closing) return turnAway(socket, 'stopping');
    if (door.isLockedOut(remoteAddress)) return turnAway(socket, 'locked_out');
    const connection = new Connection(parts, {
      socket,
      remoteAddress,
      encrypted: config.tls !== undefined,
      onClosed,
    });
    connections.add(connection);
    if (connection.enter()) return connection;
    connection.drop('crowded');
    return undefined;
  }

  function onClosed(connection: Connection): void {
    connections.delete(connection);
  }

  /** Walking over ten thousand clients costs milliseconds, and their only deadline is far: once in a while will do. */
  const settledEveryMs = Math.max(SWEEP_MS, parts.clientTimeoutMs * SILENCE_PRECISION);
  let settledAt = clock.mono();

  function sweep(now: number): void {
    if (now - settledAt < settledEveryMs) {
      for (const connection of parts.unsettled) connection.sweep(now);
      return;
    }
    settledAt = now;
    for (const connection of connections) connection.sweep(now);
  }

  async function closeAll(graceMs: number): Promise<void> {
    const goodbye = goodbyeBody('restart', restartWindowMs(roster.size));
    const allClosed = listener.listening ? listener.close() : Promise.resolve();
    for (const connection of connections) {
      if (connection.state === 'ready' || connection.state === 'registering')
        connection.end('restart', goodbye);
      else connection.drop('restart');
    }
    const timer = clock.after(graceMs, () => {
      for (const connection of connections) connection.drop('restart');
    });
    await allClosed;
    timer.cancel();
    sweeper?.cancel();
  }

  return {
    async listen() {
      const bound = await listener.listen();
      const guard = createStallGuard(SWEEP_MS, clock.mono());
      sweeper = clock.every(SWEEP_MS, () => {
        const now = clock.mono();
        if (guard.tick(now)) sweep(now);
      });
      return bound;
    },
    close: (options = {}) => (closing ??= closeAll(options.graceMs ?? DEFAULT_CLOSE_GRACE_MS)),
    setSecrets(secrets) {
      parts.ring.set(secrets);
      const now = clock.mono();
      let ending = 0;
      for (const connection of connections) {
        if (connection.secretsChanged(now + random.unit() * SECRET_REMOVAL_SPREAD_MS)) ending++;
      }
      log.info('the shared secrets have changed', { clients_on_a_removed_secret: ending });
    },
    stats() {
      let onPreviousSecret = 0;
      // Nobody is, unless there is one.
      if (parts.ring.hasPrevious) {
        for (const { isReady, slot } of connections) if (isReady && slot === 'previous') onPreviousSecret++;
      }
      return {
        ...counters,
        closed: { ...counters.closed },
        turnedAway: { ...counters.turnedAway },
        authFailures: { ...counters.authFailures },
        wireErrors: { ...counters.wireErrors },
        connections: roster.size,
        unauthenticated: door.standing,
        onPreviousSecret,
        unencrypted: config.tls ? 0 : roster.size,
      };
    },
    get listening() {
      return listener.listening && !closing;
    },
  };
}
