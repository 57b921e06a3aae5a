/** What a page of the manual asks its reader to type, and what it says will come back. Pure: text in, data out. */

interface Block {
  /** `sh`, `json`, … */
  readonly kind: string;
  readonly text: string;
}

/** A block of commands, with the answer of the last one where the page shows it. */
export interface Commands {
  readonly lines: readonly string[];
  /** JSON, as it is printed. */
  readonly answer?: string;
}

const FENCED = /^```(\S*)\n([\s\S]*?)^```$/gm;
const SHELL = /^(sh|bash|shell|console)$/;

function blocks(page: string): Block[] {
  return [...page.matchAll(FENCED)].map(([, kind, text]) => ({ kind: kind!, text: text! }));
}

/** A line without its remark: `#` begins one at the start of a word, outside of quotes. */
export function withoutRemark(line: string): string {
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === "'" || char === '"') quote = char;
    else if (char === '#' && (at === 0 || /\s/.test(line[at - 1]!))) return line.slice(0, at).trim();
  }
  return line.trim();
}

/** Lines as a shell joins them, without remarks. */
function commandLines(block: string): string[] {
  return block
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => withoutRemark(line))
    .filter((line) => line !== '');
}

export function commandsOf(page: string): Commands[] {
  const all = blocks(page);
  return all.flatMap(({ kind, text }, index) => {
    if (!SHELL.test(kind)) return [];
    const next = all[index + 1];
    return [{ lines: commandLines(text), ...(next?.kind === 'json' && { answer: next.text }) }];
  });
}

/** What stands in blocks that are no commands. */
export function otherBlocks(page: string): string[] {
  return blocks(page)
    .filter(({ kind }) => !SHELL.test(kind))
    .map(({ text }) => text);
}

/** Code in the middle of sentences and tables. */
export function spansOf(page: string): string[] {
  return [...page.replace(FENCED, '').matchAll(/`([^`\n]+)`/g)].map(([, span]) =>
    span!.replaceAll('\\|', '|'),
  );
}

/** Targets of links and pictures. */
export function linksOf(page: string): string[] {
  return [...page.replace(FENCED, '').matchAll(/\]\(([^()\s]+)\)/g)].map(([, target]) => target!);
}

/** The name GitHub gives a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- _]/gu, '')
    .replaceAll(' ', '-');
}

export function headingsOf(page: string): string[] {
  return [...page.replace(FENCED, '').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);
}

const TYPED =
  /^((sudo|SOURCE_COMMIT=\S+|OPS_[A-Z_]+=\S+) )*(bin\/)?(apt|bash|chmod|cat|cp|curl|df|docker|docker-compose|export|getent|git|install|mkdir|nginx|npm|openssl|ops-client|ops-server|opsctl|scp|sha256sum|sh|ss|ssh|systemctl|tail|tar|timedatectl|ufw|ulimit|umask|vi) /;

/** A name of a program or of what a shell does, with something behind it. */
export const isTyped = (text: string): boolean => TYPED.test(text);

/** Commands in the middle of sentences and tables. */
export function typedSpans(page: string): string[] {
  return [...new Set(spansOf(page).filter((span) => isTyped(span)))];
}
