/** Times of the charts in words. Pure. */
import type { Format } from '../../../text/format.ts';
import type { HostText } from '../../../text/use-host-text.ts';
import type { TimeWindow } from '../host-search.ts';
import type { Row } from './rows.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Under a chart: the time of day, and the day where one begins. */
export function timeLabels(at: readonly number[], stepMs: number, format: Format): string[] {
  return at.map((each) => {
    const minute = format.minute(each);
    if (stepMs >= DAY_MS || minute === '00:00') return format.day(each);
    return stepMs < MINUTE_MS ? format.clockTime(each) : minute;
  });
}

export function momentWords(at: number, format: Format): string {
  return `${format.day(at)} ${format.minute(at)}`;
}

/** From one moment to another; the day once when it is the same. */
export function windowWords({ from, to }: TimeWindow, text: HostText, format: Format): string {
  const end = format.day(from) === format.day(to) ? format.minute(to) : momentWords(to, format);
  return text.span(momentWords(from, format), end);
}

/** What a row stands for: a second, a minute, or from when to when. */
export function rowWords({ from, to }: Row, text: HostText, format: Format): string {
  if (from === to) return `${format.day(from)} ${format.clockTime(from)}`;
  return to - from <= MINUTE_MS ? momentWords(from, format) : windowWords({ from, to }, text, format);
}
