import type { MapShade } from '@ops/protocol/http/events.ts';

import type { MapCell } from '../../../live/map-live.ts';
import type { Format } from '../../../text/format.ts';
import type { OverviewText } from '../../../text/use-overview-text.ts';

/** All that a cell shows, in words: "web-12 · Online · CPU about 45%". */
export function cellWords(
  { hostname, state, share, lastSeenMs }: MapCell,
  shade: MapShade | undefined,
  text: OverviewText,
  format: Format,
  now: number,
): string {
  const parts = [hostname, { online: text.online, late: text.late, offline: text.offline }[state]];
  if (state === 'offline') {
    if (lastSeenMs !== null)
      parts.push(text.asOf(format.moment(lastSeenMs, now), format.ago(lastSeenMs, now)));
  } else if (shade !== undefined) {
    parts.push(`${text[shade]} ${share === undefined ? text.noReading : text.about(format.percent(share))}`);
  }
  return parts.join(' · ');
}
