/**
 * The views of a poll between two of its answers, so that the next one tells what changed and not everything. They are
 * kept under a name that is part of the answer's cursor, and given back once: whoever asks with an older cursor, because
 * an answer was lost on its way, is told everything anew.
 */
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { View } from './reader.ts';

/** Who polls asks again at once; a network that blinked is back within this. */
export const VIEWS_KEPT_MS = 30_000;
/** Those of a map of 10,000 clients are about a megabyte; one more, and the ones kept longest are forgotten. */
export const MAX_KEPT_VIEWS = 64;
const NAME_BYTES = 8;

export interface PolledViews {
  readonly views: readonly View[];
  /** The answer held a part of what they have to tell. */
  readonly isUnfinished: boolean;
}

export interface KeptViews {
  /** @param question what they were made for @returns their name */
  keep(question: string, polled: PolledViews): string;
  /** @returns undefined when nobody kept them, for this question */
  take(question: string, name: string): PolledViews | undefined;
}

export function createKeptViews(needs: { readonly clock: Clock; readonly random: Random }): KeptViews {
  const { clock, random } = needs;
  /** The ones kept longest first. */
  const kept = new Map<string, { question: string; polled: PolledViews; timer: Timer }>();

  function forget(name: string): void {
    kept.get(name)?.timer.cancel();
    kept.delete(name);
  }

  return {
    keep(question, polled) {
      const name = random.bytes(NAME_BYTES).toString('hex');
      kept.set(name, { question, polled, timer: clock.after(VIEWS_KEPT_MS, () => forget(name)) });
      const [oldest] = kept.keys();
      if (kept.size > MAX_KEPT_VIEWS && oldest !== undefined) forget(oldest);
      return name;
    },
    take(question, name) {
      const found = kept.get(name);
      if (found?.question !== question) return undefined;
      forget(name);
      return found.polled;
    },
  };
}
