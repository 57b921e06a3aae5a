import type { Format } from '../text/format.ts';
import type { CommandText } from '../text/use-command-text.ts';

/** How long something took: `12 ms`, `3.2 s`, then in two units. */
export function tookWords(ms: number, text: CommandText, format: Format): string {
  if (ms < 1000) return text.milliseconds(Math.round(ms));
  if (ms < 60_000) return text.secondsTenth((Math.floor(ms / 100) / 10).toFixed(1));
  return format.duration(ms);
}
