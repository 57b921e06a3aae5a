/**
 * On which line of a TOML text each key stands: the parser does not tell, and an error that names the line is worth
 * a scan. It reads text the parser has accepted, so it only has to find its way, not to judge.
 * @returns lines (from 1) by dotted path: `server.http_port`, and inside arrays `commands[0].args[1].max`
 */
export function tomlLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  let at = 0;
  let line = 1;

  const step = (count = 1): void => {
    for (let i = 0; i < count && at < text.length; i++) if (text[at++] === '\n') line++;
  };
  const skip = (characters: RegExp): void => {
    while (at < text.length && characters.test(text[at]!)) step();
  };
  const skipBlank = (): void => {
    for (;;) {
      skip(/\s/);
      if (text[at] !== '#') return;
      skip(/[^\n]/);
    }
  };
  const skipString = (): string => {
    const mark = text[at]!;
    const long = text.startsWith(mark.repeat(3), at);
    const end = long ? mark.repeat(3) : mark;
    step(end.length);
    const start = at;
    while (at < text.length && !text.startsWith(end, at)) step(mark === '"' && text[at] === '\\' ? 2 : 1);
    const inner = text.slice(start, at);
    step(end.length);
    // A long string may end in up to two quotes of its own before the closing three.
    if (long) while (text[at] === mark) step();
    return inner;
  };
  const readKey = (): string => {
    const parts: string[] = [];
    for (;;) {
      skip(/[ \t]/);
      if (text[at] === '"' || text[at] === "'") parts.push(skipString());
      else {
        const start = at;
        skip(/[A-Za-z0-9_-]/);
        parts.push(text.slice(start, at));
      }
      skip(/[ \t]/);
      if (text[at] !== '.') return parts.join('.');
      step();
    }
  };
  const note = (path: string): void => {
    const parts = path.split('.');
    for (let n = 1; n <= parts.length; n++) {
      const parent = parts.slice(0, n).join('.');
      if (!lines.has(parent)) lines.set(parent, line);
    }
  };
  const readPair = (table: string): void => {
    const at0 = at;
    const key = readKey();
    const path = table === '' ? key : `${table}.${key}`;
    note(path);
    if (text[at] === '=') step();
    skipValue(path);
    if (at === at0) step();
  };
  const skipValue = (path: string): void => {
    skip(/[ \t]/);
    const first = text[at];
    if (first === '"' || first === "'") skipString();
    else if (first === '[' || first === '{') {
      const close = first === '[' ? ']' : '}';
      let index = 0;
      step();
      for (;;) {
        skipBlank();
        if (at >= text.length || text[at] === close) break;
        if (text[at] === ',') step();
        else if (first === '{') readPair(path);
        else {
          const at0 = at;
          skipValue(`${path}[${index++}]`);
          if (at === at0) step();
        }
      }
      step();
    } else skip(/[^,\]}#\n]/);
  };

  /** How many tables each array of tables has so far. */
  const counts = new Map<string, number>();
  /** The table a header opens: inside arrays, in the newest element. */
  const openTable = (header: string, inArray: boolean): string => {
    const parts = header.split('.');
    let path = '';
    for (const [n, part] of parts.entries()) {
      path = path === '' ? part : `${path}.${part}`;
      const isLast = n === parts.length - 1;
      if (isLast && inArray) counts.set(path, (counts.get(path) ?? 0) + 1);
      const count = counts.get(path);
      if (isLast && count === 1 && inArray) note(path);
      if (count !== undefined) path = `${path}[${count - 1}]`;
    }
    note(path);
    return path;
  };

  let table = '';
  for (;;) {
    skipBlank();
    if (at >= text.length) return lines;
    if (text[at] === '[') {
      const inArray = text[at + 1] === '[';
      step(inArray ? 2 : 1);
      table = openTable(readKey(), inArray);
      skip(/[^\n]/);
    } else readPair(table);
  }
}
