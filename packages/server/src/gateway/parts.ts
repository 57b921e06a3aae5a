/** What every connection of a gateway shares. */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { CommandInbox } from '../commands/commands.ts';
import type { CredentialBook } from '../enrolment/enrolment.ts';
import type { FleetInbox } from '../fleet/fleet.ts';
import type { UpgradeInbox } from '../upgrades/upgrades.ts';
import type { Crowd } from './come-back.ts';
import type { Doorkeeper } from './doorkeeper.ts';
import type { Notes } from './notes.ts';
import type { HeartbeatAcks } from './replies.ts';
import type { Roster } from './roster.ts';
import type { KeyRing } from './secrets.ts';
import type { Counters } from './stats.ts';

/** Something with deadlines. */
export interface Swept {
  /** @param now monotonic milliseconds */
  sweep(now: number): void;
}

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
  readonly commands: CommandInbox;
  readonly upgrades: UpgradeInbox;
  readonly door: Doorkeeper;
  readonly roster: Roster;
  readonly ring: KeyRing;
  readonly book: CredentialBook;
  readonly crowd: Crowd;
  readonly acks: HeartbeatAcks;
  /** Connections that are coming or going, whose deadlines are near. */
  readonly unsettled: Set<Swept>;
  readonly counters: Counters;
}
