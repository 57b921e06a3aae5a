/** What the gateway counts, for /metrics. Totals only grow; everything else is of now. */
import type { GoodbyeCode } from '@ops/protocol/wire/messages.ts';
import { WIRE_ERROR_CODES } from '@ops/protocol/wire/wire-error.ts';
import type { WireErrorCode } from '@ops/protocol/wire/wire-error.ts';

/** Why a connection was closed. */
export const CLOSE_REASONS = [
  /** The peer closed, or the network did. */
  'peer',
  /** The client said goodbye, or reported an error of ours. */
  'client_goodbye',
  'client_error',
  /** The server stops. */
  'restart',
  'replaced',
  'conflict',
  'too_many_connections',
  'forgotten',
  'auth_failed',
  /** It has its key now, and comes back with it; or its token was refused. */
  'enrolled',
  'enrol_refused',
  /** It has to take another id. */
  'new_identity',
  'secret_removed',
  'handshake_timeout',
  /** No frame for `client_timeout_secs`. */
  'silent',
  /** More waits for the client than may. */
  'slow_reader',
  /** A frame that the protocol does not allow; by code in `wireErrors`. */
  'protocol',
  /** An exception of ours. */
  'internal',
  /** The fleet asked for it, for a reason of its own. */
  'fleet',
  /** Had to make room for another newcomer. */
  'evicted',
  /** A newcomer for whom nobody could make room. */
  'crowded',
] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

/** What a goodbye asked for by the fleet counts as. */
export const REASON_OF: Readonly<Record<GoodbyeCode, CloseReason>> = {
  stop: 'restart',
  restart: 'restart',
  replaced: 'replaced',
  too_many_connections: 'too_many_connections',
  conflict: 'conflict',
  protocol: 'fleet',
};

/** Why a socket was closed before a word was said. */
export const TURNED_AWAY_REASONS = ['locked_out', 'stopping', 'no_address'] as const;
export type TurnedAwayReason = (typeof TURNED_AWAY_REASONS)[number];

/** Why a proof was refused. For the log and the audit trail, never for the peer. */
export const AUTH_FAILURES = ['malformed', 'expired', 'echo', 'secret', 'proof', 'skew'] as const;
export type AuthFailure = (typeof AUTH_FAILURES)[number];

export interface Counters {
  accepted: number;
  authenticated: number;
  registered: number;
  framesIn: number;
  bytesIn: number;
  framesOut: number;
  bytesOut: number;
  heartbeats: number;
  /** Frames with samples that were kept while a link was down, and those that could not be stored. */
  samplesStored: number;
  samplesFailed: number;
  /** Frames with output of commands, and how often a client had to wait with more of it. */
  outputFrames: number;
  outputHeld: number;
  acceptErrors: number;
  /** Lines and audit entries left out because there were too many. */
  linesSuppressed: number;
  auditSuppressed: number;
  auditFailed: number;
  readonly closed: Record<CloseReason, number>;
  readonly turnedAway: Record<TurnedAwayReason, number>;
  readonly authFailures: Record<AuthFailure, number>;
  readonly wireErrors: Record<WireErrorCode, number>;
}

export interface GatewayStats extends Readonly<Counters> {
  /** Registered clients. */
  readonly connections: number;
  /** Sockets that have not proved themselves (registered, with authentication off). */
  readonly unauthenticated: number;
  /** Registered clients that proved the previous secret. */
  readonly onPreviousSecret: number;
  /** Registered clients over plain TCP. */
  readonly unencrypted: number;
}

function zeros<K extends string>(keys: readonly K[]): Record<K, number> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- has exactly these keys
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
}

export function createCounters(): Counters {
  return {
    accepted: 0,
    authenticated: 0,
    registered: 0,
    framesIn: 0,
    bytesIn: 0,
    framesOut: 0,
    bytesOut: 0,
    heartbeats: 0,
    samplesStored: 0,
    samplesFailed: 0,
    outputFrames: 0,
    outputHeld: 0,
    acceptErrors: 0,
    linesSuppressed: 0,
    auditSuppressed: 0,
    auditFailed: 0,
    closed: zeros(CLOSE_REASONS),
    turnedAway: zeros(TURNED_AWAY_REASONS),
    authFailures: zeros(AUTH_FAILURES),
    wireErrors: zeros(WIRE_ERROR_CODES),
  };
}
