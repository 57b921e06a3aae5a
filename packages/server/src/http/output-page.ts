/** Output as text: pages that begin and end between characters, and the whole with its gap marked. Pure. */
import type { Words } from '@ops/protocol/http/endpoint.ts';

import type { KeptOutput } from '../commands/commands.ts';
import { MAX_CHARACTER_BYTES, unfinishedBytes } from '../events/whole-characters.ts';

/** To be read beyond the limit of a page: a character that begins in it is shown whole. */
export const READ_BEYOND = MAX_CHARACTER_BYTES - 1;

export interface OutputPage {
  /** Invalid UTF-8 is U+FFFD. */
  readonly text: string;
  readonly nextOffset: number;
}

/** A character does not go on behind a gap. @param gapAt offset in `bytes`; outside of them: none */
function decode(bytes: Buffer, gapAt: number): string {
  if (gapAt <= 0 || gapAt >= bytes.length) return bytes.toString('utf8');
  return bytes.toString('utf8', 0, gapAt) + bytes.toString('utf8', gapAt);
}

/**
 * @param kept read from `offset` on, up to READ_BEYOND more than the limit
 * @param complete nothing follows what is kept: an unfinished character at its end will stay one
 */
export function outputPage(kept: KeptOutput, offset: number, limit: number, complete: boolean): OutputPage {
  const { bytes, keptBytes, gap } = kept;
  const gapAt = gap === null ? -1 : gap.at - offset;
  const isLast = complete && offset + Math.min(limit, bytes.length) >= keptBytes;
  let end = Math.min(limit, bytes.length);
  if (!isLast && end !== gapAt) end -= unfinishedBytes(bytes.subarray(0, end));
  // The limit is smaller than the first character.
  for (let longer = limit + 1; end === 0 && longer <= bytes.length; longer++) {
    end = longer - unfinishedBytes(bytes.subarray(0, longer));
  }
  if (end === 0 && complete) end = bytes.length;
  return { text: decode(bytes.subarray(0, end), gapAt), nextOffset: offset + end };
}

const MARK = {
  zh: (bytes: number) => `\n…… 此处省略 ${bytes} 字节 ……\n`,
  en: (bytes: number) => `\n… ${bytes} bytes are left out here …\n`,
};

/** All that is kept of a stream, with a line where the gap is. */
export function wholeOutput({ bytes, gap }: KeptOutput, language: keyof Words): string {
  if (gap === null) return bytes.toString('utf8');
  return bytes.toString('utf8', 0, gap.at) + MARK[language](gap.bytes) + bytes.toString('utf8', gap.at);
}
