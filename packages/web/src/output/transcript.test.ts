import { assert, array, constantFrom, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';

import { rowStarts } from './columns.ts';
import { createTranscript, MAX_MATCHES } from './transcript.ts';
import type { Transcript } from './transcript.ts';

function transcriptOf(text: string, columns = 80): Transcript {
  const transcript = createTranscript(columns);
  transcript.append(text);
  return transcript;
}

function rows(transcript: Transcript): string[] {
  return Array.from({ length: transcript.rowCount() }, (_none, index) => {
    const row = transcript.row(index);
    return row?.kind === 'text' ? row.text : `(${row?.bytes})`;
  });
}

describe('rows', () => {
  test('a line is a row; an end of line at the end begins none', () => {
    expect(rows(transcriptOf('a\nb\n'))).toEqual(['a', 'b']);
    expect(rows(transcriptOf('a\n\nb'))).toEqual(['a', '', 'b']);
    expect(rows(transcriptOf(''))).toEqual([]);
    expect(rows(transcriptOf('a\r\nb\r\n'))).toEqual(['a', 'b']);
  });

  test('a line that does not fit is cut, wide characters where they are whole', () => {
    expect(rows(transcriptOf('abcdefghij', 4))).toEqual(['abcd', 'efgh', 'ij']);
    expect(rows(transcriptOf('a中文字b', 4))).toEqual(['a中', '文字', 'b']);
    expect(rowStarts('🙂🙂🙂', 4)).toEqual([0, 4]);
  });

  test('a mark stays with its character', () => {
    expect(rows(transcriptOf('abcde\u0301f', 5))).toEqual(['abcde\u0301', 'f']);
  });

  test('another width cuts anew', () => {
    const transcript = transcriptOf('abcdef\nxy', 3);
    expect(transcript.rowCount()).toBe(3);
    transcript.setColumns(6);
    expect(rows(transcript)).toEqual(['abcdef', 'xy']);
  });

  test('text in pieces is the same as text at once, wherever it is cut', () => {
    const letters = constantFrom('a', '中', '\n', '\r\n', '\t', '\u001b[31m', 'long enough to be cut ');
    assert(
      property(array(letters, { maxLength: 30 }), integer({ min: 1, max: 5 }), (parts, each) => {
        const whole = transcriptOf(parts.join(''), 10);
        const pieces = createTranscript(10);
        parts.forEach((part, index) => {
          pieces.append(part);
          // Somebody looks in between.
          if (index % each === 0) pieces.rowCount();
        });
        expect(rows(pieces)).toEqual(rows(whole));
      }),
    );
  });

  test('colours go on from row to row and from line to line', () => {
    const transcript = transcriptOf('\u001b[31mabcd\nef', 2);
    const pens = [0, 1, 2].map((index) => {
      const row = transcript.row(index);
      return row?.kind === 'text' ? row.runs.at(-1)?.pen : undefined;
    });
    expect(pens).toEqual([{ fg: 'red' }, { fg: 'red' }, { fg: 'red' }]);
  });

  test('a megabyte in one line, and a megabyte of ends of lines', () => {
    const long = transcriptOf('x'.repeat(1 << 20), 100);
    expect(long.rowCount()).toBe(Math.ceil((1 << 20) / 100));
    expect(long.row(10_000)).toMatchObject({ from: 1_000_000 });
    const many = transcriptOf('\n'.repeat(1 << 20));
    expect(many.rowCount()).toBe(1 << 20);
    expect(many.row(1_000_000)).toMatchObject({ line: 1_000_000 });
  });
});

describe('a gap', () => {
  test('is a row that says how much, and lines on both sides do not join', () => {
    const transcript = transcriptOf('beginning, cut he');
    transcript.appendGap(4096);
    transcript.append('re it ends\n');
    expect(rows(transcript)).toEqual(['beginning, cut he', '(4096)', 're it ends']);
    expect(transcript.shown((bytes) => `[${bytes}]`)).toBe('beginning, cut he\n[4096]\nre it ends\n');
  });
});

describe('search', () => {
  test('finds regardless of case, in what is shown', () => {
    const { matches } = transcriptOf('Error one\nno\n\u001b[31merr\u001b[0mOR two').find('error');
    expect(matches).toEqual([
      { line: 0, from: 0, to: 5 },
      { line: 2, from: 0, to: 5 },
    ]);
  });

  test('a match is found again by its row', () => {
    const transcript = transcriptOf('first\n0123456789needle', 8);
    const [match] = transcript.find('needle').matches;
    expect(transcript.rowAt(match!.line, match!.from)).toBe(2);
  });

  test('as many as are listed, and one more', () => {
    const just = transcriptOf('e'.repeat(MAX_MATCHES)).find('e');
    expect([just.matches.length, just.more]).toEqual([MAX_MATCHES, false]);
    const more = transcriptOf('e'.repeat(MAX_MATCHES + 1)).find('e');
    expect([more.matches.length, more.more]).toEqual([MAX_MATCHES, true]);
  });

  test('nothing is looked for in nothing', () => {
    expect(transcriptOf('abc').find('')).toEqual({ matches: [], more: false });
  });
});
