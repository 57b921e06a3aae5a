/**
 * The kept output of one stream as this page knows it, put together from pages that were asked for and events that
 * came by themselves. Both say at which byte they begin and end, so nothing is shown twice and nothing is missing: what
 * does not join is asked for.
 */
import { createTranscript } from './transcript.ts';
import type { Transcript } from './transcript.ts';

/** Bytes of a character: a piece may end within so many of the gap, so as not to cut one. */
const MAX_CHARACTER = 4;

export interface Piece {
  /** Bytes of the kept stream before it. */
  readonly offset: number;
  readonly next_offset: number;
  readonly text: string;
}

export interface Gap {
  readonly at: number;
  readonly bytes: number;
}

/** `added`: it joined; `known`: all of it was here; `missing`: something before its end has to be asked for. */
type Taken = 'added' | 'known' | 'missing';

export interface StreamBuffer {
  /** Bytes known, without a hole from the first on. */
  readonly next: () => number;
  readonly take: (piece: Piece) => Taken;
  /** Output was left out at this place. `next` may go back: what reached across it has to be asked for again. */
  readonly setGap: (gap: Gap) => void;
  readonly transcript: () => Transcript;
  readonly setColumns: (columns: number) => void;
}

export function createStreamBuffer(firstColumns: number): StreamBuffer {
  let columns = firstColumns;
  let transcript = createTranscript(columns);
  let pieces: Piece[] = [];
  let next = 0;
  let gap: Gap | undefined;
  let gapShown = false;

  function show(piece: Piece): void {
    if (gap !== undefined && !gapShown && piece.next_offset > gap.at) {
      transcript.appendGap(gap.bytes);
      gapShown = true;
    }
    transcript.append(piece.text);
  }

  return {
    next: () => next,
    transcript: () => transcript,
    setColumns(wanted) {
      columns = wanted;
      transcript.setColumns(wanted);
    },
    take(piece) {
      if (piece.next_offset <= next) return 'known';
      if (piece.offset !== next) return 'missing';
      pieces.push(piece);
      next = piece.next_offset;
      show(piece);
      return 'added';
    },
    setGap(found) {
      if (gap?.at === found.at && gap.bytes === found.bytes) return;
      gap = found;
      gapShown = false;
      if (next <= gap.at) return;
      // It became known after what lies behind it was shown. A piece that reaches across it is asked for again, in two.
      const across = pieces.findIndex(
        (piece) => piece.offset < found.at - MAX_CHARACTER && piece.next_offset > found.at,
      );
      if (across >= 0) {
        next = pieces[across]?.offset ?? 0;
        pieces = pieces.slice(0, across);
      }
      transcript = createTranscript(columns);
      for (const piece of pieces) show(piece);
    },
  };
}
