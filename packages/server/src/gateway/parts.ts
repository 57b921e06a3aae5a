/** What every connection of a gateway shares. */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { FleetInbox } from '../fleet/fleet.ts';
import type { Crowd } from './come-back.ts';
import type { Doorkeeper } from './doorkeeper.ts';
import type { Notes } from './notes.ts';
import type { HeartbeatAcks } from './replies.ts';
import type { Roster } from './roster.ts';
import type { KeyRing } from './secrets.ts';
import type { Counters } from './stats.ts';
import type { Turns } from './turns.ts';

export interface GatewayParts {
  readonly serverId: string;
  readonly authEnabled: boolean;
  readonly maxConnections: number;
  readonly clientTimeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly notes: Notes;
  readonly inbox: FleetInbox;
  readonly door: Doorkeeper;
  readonly roster: Roster;
  readonly ring: KeyRing;
  readonly crowd: Crowd;
  readonly acks: HeartbeatAcks;
  readonly turns: Turns;
  readonly counters: Counters;
}
