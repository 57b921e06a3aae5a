/** How wide text is in a face where every character has the same width, and where it is broken. Pure. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;
const MARK = /^\p{M}$/u;

/** Columns a character takes: Chinese ones and pictures two, marks on another none. */
function widthOf(character: string): 0 | 1 | 2 {
  const code = character.charCodeAt(0);
  if (code < 0x300) return 1;
  if (WIDE.test(character)) return 2;
  return MARK.test(character) ? 0 : 1;
}

/** Where each row of a line begins, as positions in the text; the first is 0. A row holds at most `columns`. */
export function rowStarts(text: string, columns: number): readonly number[] {
  if (text.length <= columns / 2 || (text.length <= columns && /^[ -~]*$/.test(text))) return [0];
  const starts = [0];
  let used = 0;
  let at = 0;
  for (const character of text) {
    const width = widthOf(character);
    if (used + width > columns && used > 0) {
      starts.push(at);
      used = 0;
    }
    used += width;
    at += character.length;
  }
  return starts;
}
