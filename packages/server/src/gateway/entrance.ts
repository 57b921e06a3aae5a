/** The two steps by which a peer becomes a client: its proof, and its registration. */
import { writeMessage } from '@ops/protocol/wire/messages.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { WireError } from '@ops/protocol/wire/wire-error.ts';

import type { FleetSeat } from '../fleet/fleet.ts';
import { judge } from './handshake.ts';
import type { Challenge, Proven, Refused } from './handshake.ts';
import { DEFAULT_HEARTBEAT_SECS } from './limits.ts';
import type { GatewayParts } from './parts.ts';
import { admit, heartbeatIntervalSecs, registrationOf } from './registration.ts';
import { CLIENT_LIMITS, forgottenBody, goodbyeBody } from './replies.ts';
import type { RegisteredLink } from './roster.ts';
import type { ProvenBy, SecretSlot } from './secrets.ts';
import type { CloseReason } from './stats.ts';

/** Who a peer has proved to be. */
export interface Who {
  readonly clientId: string;
  readonly instanceId: string;
  /** It proved this token, and may enrol. */
  readonly tokenId: string | undefined;
}

/** A connection, as its entrance sees it. */
export interface Entrant extends RegisteredLink {
  readonly session: string;
  readonly remoteAddress: string;
  readonly encrypted: boolean;
  /** It knew a secret when it came; `slot` is undefined too once that one was removed. */
  readonly isProven: boolean;
  readonly slot: SecretSlot | undefined;
  /** What it proved when it came. */
  readonly provenBy: ProvenBy | undefined;
  /** The token it proved, if it was one. */
  readonly tokenId: string | undefined;
  /** Sealed for this peer; once in a connection. Undefined when nothing was proved. */
  seal(text: string): string | undefined;
  hold(why: 'enrol'): void;
  release(why: 'enrol'): void;
  /** Fixes who it is, says `okBody`, and protects every later frame in both directions. */
  proved(who: Who, proof: Proven, okBody: Buffer): void;
  /** Says that the proof failed, later and always in the same way. */
  refuse(): void;
  /** Fixes who it is, where no proof has, and takes its place in the roster. */
  admitted(message: MessageOf<'register'>, heartbeatSecs: number): void;
  readonly isReady: boolean;
  /** Of this client in the fleet. */
  seat: FleetSeat | undefined;
  send(body: Buffer): void;
  end(reason: CloseReason, lastWord?: Buffer): void;
}

export function prove(
  answer: MessageOf<'auth_response'>,
  challenge: Challenge,
  entrant: Entrant,
  parts: GatewayParts,
): void {
  const verdict = judge(answer, challenge, { ...parts, candidates: parts.ring.candidatesFor(answer) });
  if ('reason' in verdict) return refuse(answer.client_id, verdict, entrant, parts);
  parts.counters.authenticated++;
  if (verdict.by === 'own_key' && verdict.slot === 'current') parts.book.proved(answer.client_id);
  const okBody = writeMessage({
    type: 'auth_ok',
    server_proof: verdict.serverProof,
    session: entrant.session,
    key: verdict.slot,
    heartbeat_interval: DEFAULT_HEARTBEAT_SECS,
    limits: CLIENT_LIMITS,
  });
  const who = { clientId: answer.client_id, instanceId: answer.instance_id, tokenId: answer.enrol };
  return entrant.proved(who, verdict, okBody);
}

/** @param clientId `unknown` when the answer could not be read */
export function refuse(clientId: string, refused: Refused, entrant: Entrant, parts: GatewayParts): void {
  entrant.refuse();
  parts.counters.authFailures[refused.reason]++;
  parts.door.failed(entrant.remoteAddress);
  parts.notes.authFailed(clientId, entrant.remoteAddress, refused);
}

/** @throws WireError when another identity is named than was proved */
export function register(message: MessageOf<'register'>, entrant: Entrant, parts: GatewayParts): void {
  const { inbox, commands, upgrades, roster, maxConnections, clock, crowd, counters, notes, log } = parts;
  if (
    entrant.isProven &&
    (message.client_id !== entrant.clientId || message.instance_id !== entrant.instanceId)
  ) {
    throw new WireError('identity', 'register names another client than the proof');
  }
  if (entrant.provenBy === 'token')
    throw new WireError('wrong_phase', 'a token is for enrol, not for register');
  const now = clock.mono();
  const other = roster.get(message.client_id);
  const who = { client: message.client_id, address: entrant.remoteAddress };
  switch (
    admit(message, {
      inbox,
      other,
      provenBy: entrant.provenBy,
      connections: roster.size,
      maxConnections,
      now,
    })
  ) {
    case 'forgotten':
      notes.stranger('a forgotten client was refused', who);
      return entrant.end('forgotten', forgottenBody());
    case 'conflict':
      // The fleet marks the client, and writes it down.
      inbox.conflict(message.client_id, entrant.remoteAddress);
      return sendAway(message.client_id, entrant, parts);
    case 'too_many_connections':
      notes.stranger('max_connections is reached', { ...who, max_connections: maxConnections });
      return entrant.end('too_many_connections', goodbyeBody('too_many_connections', crowd.turnAway(now)));
    case 'welcome':
  }
  entrant.admitted(message, heartbeatIntervalSecs(message.heartbeat_interval));
  entrant.seat = inbox.online(registrationOf(message, entrant), entrant);
  // With this the commands know that the older link is gone, before they hear of the new one.
  other?.close('replaced');
  // The fleet may have closed it at once.
  if (!entrant.isReady) return undefined;
  counters.registered++;
  const known = commands.registered(entrant, {
    clientId: message.client_id,
    journalEpoch: message.journal_epoch,
    lastSeq: message.last_seq,
    commands: message.commands,
  });
  entrant.send(
    writeMessage({
      type: 'registered',
      session: entrant.session,
      server_time: Math.floor(clock.wall()),
      heartbeat_interval: entrant.heartbeatIntervalSecs,
      limits: CLIENT_LIMITS,
      commands: known,
    }),
  );
  log.info('client connected', {
    ...who,
    hostname: message.system_info.hostname,
    version: message.client_version,
    encrypted: entrant.encrypted,
    proved: entrant.provenBy ?? 'nothing',
    ...(entrant.slot && { secret: entrant.slot }),
  });
  if (entrant.isReady) commands.ready(message.client_id, entrant);
  if (entrant.isReady) upgrades.registered(message.client_id, entrant, message.upgrade);
  return undefined;
}

/** Another process has this id. If somebody ordered so, the newcomer gets one of its own. */
function sendAway(clientId: string, entrant: Entrant, { book }: GatewayParts): void {
  const order = book.takeNewIdentity(clientId, entrant.remoteAddress);
  if (!order) return entrant.end('conflict', goodbyeBody('conflict'));
  const token = order.token === undefined ? undefined : entrant.seal(order.token);
  return entrant.end(
    'new_identity',
    writeMessage({ type: 'new_identity', ...(token !== undefined && { token }) }),
  );
}
