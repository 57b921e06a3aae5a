/** Finds what a source of the console says by itself, without parsing it: strings, and words between tags. */

interface Literal {
  /** Of a template: its parts, with `…` for what is filled in. */
  readonly text: string;
  /** The code right before it. */
  readonly before: string;
}

interface Said {
  readonly literals: readonly Literal[];
  /** Words between tags. */
  readonly jsx: readonly string[];
}

const BEFORE = 60;
/** Behind one of these a slash begins a pattern, behind anything else it divides or closes a tag. */
const BEFORE_PATTERN = /(?:[(,=:[!&|?;]|\breturn)\s*$/;
/** Words between a tag and the next tag or brace; code has signs among them that prose has not. */
const JSX_TEXT = /(?<!=)>([^<>{}=;()&|[\]`]*)(?=[<{])/g;
/** `a > B ?` before a tag. */
const CONDITION = /\s\?$/;
const WORD = /\p{L}{2}/u;

function endOfPattern(code: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < code.length; at++) {
    const char = code[at];
    if (char === '\\') at++;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '\n' || (char === '/' && !inClass)) return at + 1;
  }
  return code.length;
}

/** Reads a source once from its first character to its last. */
function saidBy(code: string): Said {
  const literals: Literal[] = [];
  /** Without strings and comments: what is left between tags is prose. */
  let skeleton = '';
  /** Braces open in each template that is being read. */
  const templates: { text: string; before: string; depth: number }[] = [];
  let at = 0;

  /** The text of a template up to its end or to what is filled in. */
  function readTemplate(): void {
    const template = templates.at(-1);
    if (template === undefined) return;
    while (at < code.length) {
      const char = code[at];
      if (char === '\\') {
        template.text += code.slice(at, at + 2);
        at += 2;
      } else if (char === '`') {
        at++;
        templates.pop();
        literals.push({ text: template.text, before: template.before });
        skeleton += '`';
        return;
      } else if (char === '$' && code[at + 1] === '{') {
        at += 2;
        template.text += '…';
        template.depth = 1;
        return;
      } else {
        template.text += char;
        at++;
      }
    }
  }

  while (at < code.length) {
    const char = code[at] ?? '';
    const two = code.slice(at, at + 2);
    const template = templates.at(-1);
    if (two === '/*') {
      const end = code.indexOf('*/', at + 2);
      at = end === -1 ? code.length : end + 2;
    } else if (two === '//') {
      const end = code.indexOf('\n', at);
      at = end === -1 ? code.length : end;
    } else if (char === '/' && BEFORE_PATTERN.test(skeleton.slice(-20))) {
      at = endOfPattern(code, at);
      skeleton += '``';
    } else if (char === "'" || char === '"') {
      let end = at + 1;
      while (end < code.length && code[end] !== char && code[end] !== '\n') end += code[end] === '\\' ? 2 : 1;
      literals.push({ text: code.slice(at + 1, end), before: skeleton.slice(-BEFORE) });
      skeleton += '``';
      at = end + 1;
    } else if (char === '`') {
      at++;
      templates.push({ text: '', before: skeleton.slice(-BEFORE), depth: 0 });
      readTemplate();
    } else if (template !== undefined && char === '{') {
      template.depth++;
      skeleton += char;
      at++;
    } else if (template !== undefined && char === '}' && --template.depth === 0) {
      at++;
      readTemplate();
    } else {
      skeleton += char;
      at++;
    }
  }
  const jsx = [...skeleton.matchAll(JSX_TEXT)]
    .map(([, text = '']) => text.trim())
    .filter((text) => WORD.test(text) && !CONDITION.test(text));
  return { literals, jsx };
}

const HAN = /[\p{Script=Han}，。：；？！（）]/u;
/** What people read or hear, as an attribute or as a property. */
const SPOKEN =
  /(?:\s(?:title|alt|placeholder|label|description|error|aria-(?:label|description|roledescription|valuetext))=\{?|\b(?:title|alt|placeholder|label|description)\??:)\s*$/;
/** Two words or more, as nobody writes codes. */
const SENTENCE =
  /(?:^|[\s"“(])\p{L}[\p{L}'’]+[,;:]? (?:\p{L}[\p{L}'’]*[,;:]? )*\p{L}{2,}[.!?…]?(?:$|[\s"”)])/u;
/** For whoever reads a stack trace. */
const THROWN = /\bnew (?:Api)?Error\([^)]*$/;

/**
 * Words of a source that belong into a dictionary.
 * @param isTsx otherwise nothing stands between tags
 */
export function wordsIn(code: string, isTsx = true): string[] {
  const { literals, jsx } = saidBy(code);
  const said = literals.flatMap(({ text, before }) => {
    if (HAN.test(text)) return [text];
    if (SPOKEN.test(before)) return WORD.test(text) ? [text] : [];
    return SENTENCE.test(text) && !THROWN.test(before) ? [text] : [];
  });
  return isTsx ? [...said, ...jsx] : said;
}
