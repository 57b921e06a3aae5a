/** What the server is told of this host: its readings at each beat, its facts when they changed. */
import type { HostFacts } from '@ops/protocol/domain/client.ts';
import type { TimedSample } from '@ops/protocol/domain/sample.ts';
import type { ClientMessage } from '@ops/protocol/wire/messages.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import { createPulse } from './pulse.ts';
import type { Readings } from './readings/readings.ts';
import type { Spool } from './samples/spool.ts';

/** Addresses and names change rarely, and looking costs. */
export const FACTS_EVERY_MS = 60_000;
/** Readings are kept this often at most while the link is down: four for each minute of the charts. */
export const KEEP_EVERY_SECS = 15;
/** Heartbeats in flight that are remembered; at the manual's interval the silence limit allows four. */
export const MAX_UNCONFIRMED = 64;

/** Seconds between two kept samples. */
export function keptResolution(heartbeatSecs: number): number {
  return Math.max(heartbeatSecs, KEEP_EVERY_SECS);
}

export interface HostReportNeeds {
  readonly readings: Readings;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly resolutionSecs: number;
  /** @returns false when the link is not ready */
  readonly send: (message: ClientMessage) => boolean;
}

export interface HostReport {
  /** Takes a first reading, from which rates are counted, and goes on for as long as there is no link. */
  start(): void;
  /** The facts of now, which are taken for known to the server. */
  facts(): HostFacts;
  /** The link is ready: a heartbeat each so many milliseconds. */
  ready(intervalMs: number): void;
  /** The server has the oldest sample in flight. */
  confirmed(): void;
  /** The link is down: what was in flight is kept, and so are readings from now on. */
  down(): void;
  stop(): void;
}

export function createHostReport({
  readings,
  spool,
  clock,
  resolutionSecs,
  send,
}: HostReportNeeds): HostReport {
  /** Sent, not yet acknowledged: perhaps lost in a dead connection. */
  let unconfirmed: TimedSample[] = [];
  let known = '';
  let lookedAt = clock.mono();
  const pulse = createPulse(clock, beat);

  function beat(): void {
    const timed = { t: Math.floor(clock.wall()), ...readings.sample() };
    const { t, ...sample } = timed;
    if (!send({ type: 'heartbeat', client_time: t, sample })) {
      void spool.add([timed]);
      return;
    }
    unconfirmed.push(timed);
    if (unconfirmed.length > MAX_UNCONFIRMED) unconfirmed.shift();
    lookAgain();
  }

  function lookAgain(): void {
    if (clock.mono() - lookedAt < FACTS_EVERY_MS) return;
    const before = known;
    const now = facts();
    if (known !== before) send({ type: 'system_info', system_info: now });
  }

  function facts(): HostFacts {
    const now = readings.facts();
    known = JSON.stringify(now);
    lookedAt = clock.mono();
    return now;
  }

  return {
    facts,
    start() {
      readings.sample();
      pulse.every(resolutionSecs * 1000);
    },
    ready(intervalMs) {
      pulse.every(intervalMs);
    },
    confirmed() {
      unconfirmed.shift();
    },
    down() {
      void spool.add(unconfirmed);
      unconfirmed = [];
      pulse.every(resolutionSecs * 1000);
    },
    stop() {
      pulse.stop();
    },
  };
}
