/**
 * Archives whose bytes depend on nothing but what is in them: entries sorted, owned by root, all of one time.
 *
 *   tar (POSIX ustar): what a `.tar.gz` and the two halves of a Debian package hold
 *   ar: what a Debian package is
 */
export interface Entry {
  /** With slashes, not beginning with one; at most 100 bytes. */
  readonly path: string;
  /** As of chmod. */
  readonly mode: number;
  readonly data: Buffer;
}

const BLOCK = 512;
const MAX_NAME = 100;
const FILE = '0';
const DIRECTORY = '5';

/** With the directories above the entries (mode 0755). @param seconds time of everything in it, since 1970 */
export function tar(entries: readonly Entry[], seconds: number): Buffer {
  const directories = new Set(entries.flatMap(({ path }) => directoriesAbove(path)));
  const all = [
    ...entries.map((entry) => ({ ...entry, kind: FILE })),
    ...[...directories].map((path) => ({ path, mode: 0o755, data: Buffer.alloc(0), kind: DIRECTORY })),
  ].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const blocks = all.flatMap(({ path, mode, data, kind }) => [
    header(path, { mode, size: data.length, seconds, kind }),
    data,
    Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function directoriesAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => `${parts.slice(0, index + 1).join('/')}/`);
}

function header(
  path: string,
  { mode, size, seconds, kind }: { mode: number; size: number; seconds: number; kind: string },
): Buffer {
  if (Buffer.byteLength(path) > MAX_NAME) throw new Error(`${path} is too long for this archive`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number): void =>
    void block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  block.write(path, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(seconds, 136, 12);
  block.write(' '.repeat(8), 148, 'latin1');
  block.write(kind, 156, 'latin1');
  block.write('ustar\x0000root', 257, 'latin1');
  block.write('root', 297, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** Members stand in the order given. Names of at most 15 bytes, plain files. */
export function ar(members: readonly (readonly [name: string, data: Buffer])[], seconds: number): Buffer {
  const parts = members.flatMap(([name, data]) => [
    Buffer.from(
      `${name.padEnd(16)}${String(seconds).padEnd(12)}0     0     100644  ${String(data.length).padEnd(10)}\`\n`,
      'latin1',
    ),
    data,
    Buffer.alloc(data.length % 2, '\n'),
  ]);
  return Buffer.concat([Buffer.from('!<arch>\n', 'latin1'), ...parts]);
}
