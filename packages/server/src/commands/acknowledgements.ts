/**
 * Sends `result_ack`. While results come one by one it goes at once; when they come in crowds, it goes behind everything
 * somebody waits for: more results, and commands that are still to be sent. A client keeps a result until it is
 * acknowledged, so a little later costs it nothing.
 *
 *   stored ──add──► the first PROMPT: sent
 *              └──► waiting ──few since the last look, or MAX_DELAY_MS over──► sent, in slices
 */
import type { Clock } from '@ops/runtime/clock.ts';

/** So many go at once: more than a person causes, too few to keep a crowd waiting. */
export const PROMPT = 32;
/** Between two looks; where no more than PROMPT have come since the last one there is no crowd, or it is over. */
export const QUIET_MS = 50;
/** However large the crowd, none waits longer: more than a batch for ten thousand takes, which its own would hold up. */
export const MAX_DELAY_MS = 3000;
/** In one turn of the event loop. */
export const SENT_AT_ONCE = 200;

export interface Acknowledgements {
  /** The result of this command is on disk. */
  add(clientId: string, commandId: string): void;
}

export function createAcknowledgements(needs: {
  readonly clock: Clock;
  readonly send: (clientId: string, commandId: string) => void;
}): Acknowledgements {
  const { clock, send } = needs;
  let waiting: (readonly [clientId: string, commandId: string])[] = [];
  /** Of the crowd so far, and how many they were when last looked. */
  let added = 0;
  let seen = 0;
  let since = 0;

  function look(): void {
    if (added - seen > PROMPT && clock.mono() - since < MAX_DELAY_MS) return wait();
    const due = waiting;
    waiting = [];
    added = 0;
    sendFrom(due, 0);
  }

  function wait(): void {
    seen = added;
    clock.after(QUIET_MS, look);
  }

  function sendFrom(due: typeof waiting, from: number): void {
    const end = Math.min(from + SENT_AT_ONCE, due.length);
    for (let n = from; n < end; n++) send(...due[n]!);
    if (end < due.length) clock.after(0, () => sendFrom(due, end));
  }

  return {
    add(clientId, commandId) {
      if (added === 0) {
        since = clock.mono();
        wait();
      }
      if (++added <= PROMPT) send(clientId, commandId);
      else waiting.push([clientId, commandId]);
    },
  };
}
