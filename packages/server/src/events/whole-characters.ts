/**
 * Where UTF-8 may be cut. Output comes in pieces of bytes and is shown in pieces of text: a character whose rest is still
 * to come is kept for the next piece; bytes that can be no character become U+FFFD when they are decoded.
 */

/** Bytes of the longest character. */
export const MAX_CHARACTER_BYTES = 4;

function isRest(byte: number): boolean {
  return (byte & 0b1100_0000) === 0b1000_0000;
}

/** Bytes of the character that begins with `first`; 0 when none does. */
function lengthOf(first: number): number {
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/** Whether `second` may follow `first`: surrogates, overlong forms and what lies past U+10FFFF are no characters. */
function mayFollow(first: number, second: number): boolean {
  if (first === 0xe0) return second >= 0xa0;
  if (first === 0xed) return second <= 0x9f;
  if (first === 0xf0) return second >= 0x90;
  return first !== 0xf4 || second <= 0x8f;
}

/** How many bytes at the end begin a character that is not whole yet: 0 to 3. */
export function unfinishedBytes(bytes: Uint8Array): number {
  for (let back = 1; back < MAX_CHARACTER_BYTES && back <= bytes.length; back++) {
    const first = bytes[bytes.length - back]!;
    if (isRest(first)) continue;
    if (lengthOf(first) <= back) return 0;
    return back === 1 || mayFollow(first, bytes[bytes.length - back + 1]!) ? back : 0;
  }
  return 0;
}
