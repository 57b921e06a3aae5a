/** The parts of the fleet a reader looks at, as events: made for this reader alone, and only as fast as it takes them. */
import type { EventTopic } from '@ops/protocol/http/events.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import type { Commands } from '../commands/commands.ts';
import type { Fleet, MapQuery, WindowQuery } from '../fleet/fleet.ts';
import { eventFrame } from './frame.ts';
import type { View } from './reader.ts';

interface ViewNeeds {
  readonly fleet: Pick<Fleet, 'window' | 'map'>;
  readonly commands: Pick<Commands, 'stats'>;
  readonly clock: Clock;
}

function windowView({ fleet, commands, clock }: ViewNeeds, query: WindowQuery): View {
  const window = fleet.window(query);
  let toldRunning: number | undefined;
  return {
    look() {
      const { change, figures, more } = window.look();
      const { pending, executing } = commands.stats();
      const running = pending + executing;
      if (change === undefined && running === toldRunning) return { frame: undefined, more };
      toldRunning = running;
      const data = { at: clock.wall(), ...figures, running_commands: running, ...change };
      return { frame: eventFrame('window', data), more };
    },
  };
}

function mapView({ fleet, clock }: ViewNeeds, query: MapQuery): View {
  const map = fleet.map(query);
  return {
    look() {
      const change = map.look();
      if (change === undefined) return { frame: undefined, more: false };
      return { frame: eventFrame('map', { at: clock.wall(), ...change }), more: change.more };
    },
  };
}

/** @throws OpsError `invalid_request` for a malformed selector */
export function viewsOf(
  needs: ViewNeeds,
  topics: ReadonlySet<EventTopic>,
  query: WindowQuery & MapQuery,
): readonly View[] {
  return [
    ...(topics.has('window') ? [windowView(needs, query)] : []),
    ...(topics.has('map') ? [mapView(needs, query)] : []),
  ];
}
