/**
 * Makes events of output: pieces of bytes as they are stored become pieces of text, each stream in its order. A character
 * that is split between two pieces is shown whole with the second; what can be no character is U+FFFD.
 */
import type { OutputStream } from '@ops/protocol/domain/command.ts';
import type { OutputEvent } from '@ops/protocol/http/events.ts';

import type { OutputPiece } from '../commands/commands.ts';
import { unfinishedBytes } from './whole-characters.ts';

/** Bytes in one event. Small enough for viewers to be paced, and for the worst case of JSON, six characters a byte. */
export const MAX_EVENT_OUTPUT = 8 * 1024;

/** The beginning of a character, and where in its stream it stands. */
interface Kept {
  readonly offset: number;
  readonly bytes: Buffer;
}

export interface OutputText {
  /** Takes the next piece of a stream. */
  add(piece: OutputPiece): OutputEvent[];
  /** Nothing follows: what was kept is shown as it is. */
  finish(commandId: string): OutputEvent[];
  /** Nobody listens any more. */
  forget(commandId: string): void;
}

export function createOutputText(): OutputText {
  const kept = new Map<string, Map<OutputStream, Kept>>();

  return {
    add({ commandId, stream, offset, bytes }) {
      const streams = kept.get(commandId) ?? new Map<OutputStream, Kept>();
      const before = streams.get(stream);
      const joins = before !== undefined && before.offset + before.bytes.length === offset;
      const all = joins ? Buffer.concat([before.bytes, bytes]) : bytes;
      const from = joins ? before.offset : offset;
      const cut = all.length - unfinishedBytes(all);
      streams.delete(stream);
      // A copy: the rest of the piece need not stay in memory.
      if (cut < all.length)
        streams.set(stream, { offset: from + cut, bytes: Buffer.from(all.subarray(cut)) });
      if (streams.size > 0) kept.set(commandId, streams);
      else kept.delete(commandId);
      return eventsOf(commandId, stream, from, all.subarray(0, cut));
    },

    finish(commandId) {
      const streams = kept.get(commandId) ?? new Map<OutputStream, Kept>();
      kept.delete(commandId);
      return [...streams].flatMap(([stream, { offset, bytes }]) =>
        eventsOf(commandId, stream, offset, bytes),
      );
    },

    forget: (commandId) => void kept.delete(commandId),
  };
}

function eventsOf(commandId: string, stream: OutputStream, offset: number, bytes: Buffer): OutputEvent[] {
  const events: OutputEvent[] = [];
  for (let at = 0; at < bytes.length;) {
    let end = Math.min(at + MAX_EVENT_OUTPUT, bytes.length);
    if (end < bytes.length) end -= unfinishedBytes(bytes.subarray(at, end));
    const text = bytes.toString('utf8', at, end);
    events.push({ command_id: commandId, stream, offset: offset + at, text, next_offset: offset + end });
    at = end;
  }
  return events;
}
