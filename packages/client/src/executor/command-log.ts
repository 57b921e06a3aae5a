/**
 * The log of commands on the host itself: a line for each event with time, id, command and outcome. It lies in a place
 * others can write to by default, so it is opened anew for each line and judged each time; a log that cannot be written
 * never stops anything.
 */
import { rename } from 'node:fs/promises';

import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';
import { openPrivateAppend } from '@ops/runtime/safe-file.ts';

/** Then it becomes `NAME.1`, and the one before is gone. */
export const MAX_COMMAND_LOG_BYTES = 10 * 1024 * 1024;
/** Lines that may wait for the disk; more are dropped and counted. */
export const MAX_WAITING_LINES = 1000;
/** A line waits this long for others: the two of a short command cost one look at the file, and none of its time. */
export const GATHER_LINES_MS = 250;
const WARN_EVERY_MS = 60_000;

export interface CommandLog {
  /** @param event `accepted`, `completed exit=0`, `rejected: …` */
  note(commandId: string, command: string, event: string): void;
  /** Resolves when every line is written or cannot be. */
  flush(): Promise<void>;
}

/** Characters that would let a command forge a line, or turn one around. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function oneLine(text: string): string {
  return text.replaceAll(
    UNSEEN,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

export function createCommandLog(needs: {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
}): CommandLog {
  const { path, clock, log } = needs;
  let waiting: string[] = [];
  let dropped = 0;
  let gathering: Timer | undefined;
  let writing: Promise<void> | undefined;
  let warnedAt = -Infinity;

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      try {
        const file = await openPrivateAppend(path);
        try {
          await file.appendFile(lines.join(''));
          if ((await file.stat()).size > MAX_COMMAND_LOG_BYTES) await rename(path, `${path}.1`);
        } finally {
          await file.close();
        }
      } catch (error) {
        dropped += lines.length;
        if (clock.mono() - warnedAt < WARN_EVERY_MS) continue;
        warnedAt = clock.mono();
        log.warn('the log of commands cannot be written', { file: path, dropped, error });
      }
    }
  }

  function flush(): Promise<void> {
    gathering?.cancel();
    gathering = undefined;
    // Cleared by what follows the promise, never by the work itself: with nothing to write that one ends before the
    // promise is kept here, which would then stand for a write that goes on for ever.
    writing ??= writeAll().finally(() => (writing = undefined));
    return writing;
  }

  return {
    flush,
    note(commandId, command, event) {
      if (waiting.length >= MAX_WAITING_LINES) {
        dropped++;
        return;
      }
      const at = new Date(clock.wall()).toISOString();
      waiting.push(`${at} ${commandId} ${JSON.stringify(oneLine(command))} ${oneLine(event)}\n`);
      gathering ??= clock.after(GATHER_LINES_MS, () => void flush());
    },
  };
}
