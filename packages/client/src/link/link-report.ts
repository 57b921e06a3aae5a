/** What the log says about the link, in the words of the manual's troubleshooting pages. */
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { Proven } from './conversation.ts';
import type { LinkFailure } from './failure.ts';
import type { Decision } from './reconnect.ts';
import type { LinkState } from './states.ts';

export interface LinkReportNeeds {
  readonly log: Log;
  readonly clientId: string;
  readonly host: string;
  readonly port: number;
  readonly encrypted: boolean;
  /** Failures in a row after which the log says that the client goes on for ever; undefined: it does not. */
  readonly patienceAfter: number | undefined;
}

export interface LinkReport {
  moved(from: LinkState, to: LinkState): void;
  proven(who: Proven): void;
  ready(registration: MessageOf<'registered'>): void;
  failed(failure: LinkFailure, during: LinkState): void;
  waits(decision: Exclude<Decision, 'give up'>): void;
  /** Milliseconds; undefined when the server acknowledged what was not sent. */
  roundTrip(ms: number | undefined): void;
}

export function createLinkReport(needs: LinkReportNeeds): LinkReport {
  const { log, clientId, host, port, encrypted, patienceAfter } = needs;
  let serverId = '';
  let authenticated = false;
  return {
    moved: (from, to) => log.debug('Link', { from, to }),
    proven(who) {
      serverId = who.serverId;
      authenticated = who.secret !== undefined;
      if (who.secret === 'second') {
        log.warn('The server knows only the previous secret: give it the new one', { host, port });
      }
    },
    ready({ session, heartbeat_interval }) {
      log.info('Connected to the server', {
        host,
        port,
        server_id: serverId,
        session,
        encrypted,
        authenticated,
        heartbeat_interval_secs: heartbeat_interval,
      });
    },
    failed(failure, during) {
      const fields = { host, port };
      log.debug('Link failed', { during, kind: failure.kind, error: failure });
      switch (failure.kind) {
        case 'unreachable':
        case 'untrusted':
          return log.error(`Failed to create TCP session: ${failure.message}`, fields);
        case 'authentication':
          log.warn(`Authentication failed for client ${clientId}`, { ...fields, reason: failure.message });
          return log.error('Client connection error: Authentication failed', fields);
        case 'refused':
        case 'lost':
          return log.error(`Client connection error: ${failure.message}`, fields);
        case 'goodbye':
          return log.warn(failure.message, fields);
      }
    },
    waits({ retryInMs, failures }) {
      log.info('Trying again', { in_secs: Math.round(retryInMs / 100) / 10, failures });
      if (failures === patienceAfter) {
        log.warn(`No connection after ${failures} attempts; this client keeps trying`, { host, port });
      }
    },
    roundTrip(ms) {
      if (ms !== undefined) log.debug('Heartbeat acknowledged', { round_trip_ms: Math.round(ms * 10) / 10 });
    },
  };
}
