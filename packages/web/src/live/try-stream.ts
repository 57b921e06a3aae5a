/** Tries whether a stream comes through, beside what works meanwhile: it must begin in time, and last. */
import type { Timer } from '../browser/clock.ts';
import { LASTING_MS, pathOf, READY_WITHIN_MS } from './stream-terms.ts';
import type { EventStreamNeeds } from './stream-terms.ts';

/** Little happens there. */
const QUIET = { topics: 'rollout' };

/** @param done told once whether it lasted */
export function tryStream(
  { clock, connect }: Pick<EventStreamNeeds, 'clock' | 'connect'>,
  done: (lasted: boolean) => void,
): void {
  const source = connect(pathOf(QUIET));
  let timer: Timer | undefined = clock.after(READY_WITHIN_MS, () => end(false));

  function end(lasted: boolean): void {
    if (timer === undefined) return;
    timer.cancel();
    timer = undefined;
    source.close();
    done(lasted);
  }

  source.addEventListener('ready', () => {
    timer?.cancel();
    timer = clock.after(LASTING_MS, () => end(true));
  });
  source.addEventListener('error', () => end(false));
}
