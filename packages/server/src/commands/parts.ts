/** What the parts of the commands share. */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { CommandStore } from './command-store.ts';
import type { DropCounters } from './counters.ts';
import type { LiveIndex } from './live-index.ts';
import type { Sessions } from './sessions.ts';
import type { Transitions } from './transition.ts';

export interface CommandParts {
  readonly store: CommandStore;
  readonly index: LiveIndex;
  readonly sessions: Sessions;
  readonly transitions: Transitions;
  readonly counters: DropCounters;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}
